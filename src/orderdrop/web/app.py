"""The console put together: its pages, its gate, and what an error looks like to a person and to a program."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from orderdrop.errors import Busy, LedgerUnavailable, OrderdropError, TryAgainLater, UsageError
from orderdrop.web import api, render
from orderdrop.web.console import Console
from orderdrop.web.gate import Expired, Forbidden, NotLoggedIn, SafeHeaders, Unknown, is_page
from orderdrop.web.pages import (
    batches,
    door,
    feeds,
    health,
    mapping_desk,
    mapping_new,
    mappings,
    metrics,
    orders,
    overview,
    people,
    upload,
)
from orderdrop.web.receiving import TooLarge
from orderdrop.web.returning import way_back

TOPICS = (
    health,
    door,
    batches,
    overview,
    orders,
    people,
    upload,
    feeds,
    mappings,
    mapping_new,
    mapping_desk,
    metrics,
    api,
)
"""Every module of pages, by topic."""

_STATUS = {TooLarge: 413, Busy: 409, UsageError: 409, LedgerUnavailable: 503, TryAgainLater: 503}
"""What a browser or a program is told where something goes wrong; the first that fits."""

_TITLES = {404: "Not here", 405: "This cannot be done here", 413: "Too large"}
_log = structlog.get_logger()


def create_app(console: Console) -> FastAPI:
    """The console as an ASGI application."""
    app = FastAPI(
        title="orderdrop",
        version=console.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.console = console
    app.add_middleware(SafeHeaders)
    app.mount("/static", StaticFiles(directory=render.HERE / "static"), name="static")
    for topic in TOPICS:
        app.include_router(topic.router)
    for kind, answer in (
        (NotLoggedIn, _to_the_door),
        (Forbidden, _forbidden),
        (Unknown, _unknown),
        (Expired, _expired),
        (HTTPException, _http),
        (RequestValidationError, _misfit),
        (OrderdropError, _failed),
        (Exception, _broken),
    ):
        app.add_exception_handler(kind, answer)
    return app


async def _to_the_door(request: Request, error: Exception) -> Response:
    if not is_page(request):
        return _told(request, 401, "Log in", "Send a token: Authorization: Bearer odt_...")
    back = error.back if isinstance(error, NotLoggedIn) else ""
    if not back and request.method == "POST":
        back = quote(await way_back(request, session_ended=True), safe="")
    return RedirectResponse(f"/login?next={back}" if back else "/login", status_code=303)


def _forbidden(request: Request, error: Exception) -> Response:
    return _told(request, 403, "Not for you", str(error))


def _unknown(request: Request, error: Exception) -> Response:
    return _told(request, 404, "Not here", str(error))


async def _expired(request: Request, _: Exception) -> Response:
    return _told(
        request,
        409,
        "This page was open for too long",
        "Nothing was done. Go back to the page and try again; what you typed is not lost.",
        back=await way_back(request, session_ended=True),
    )


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = "There is no such page." if status == 404 else str(getattr(error, "detail", ""))
    return _told(request, status, _TITLES.get(status, "This did not work"), detail)


def _misfit(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    named = (f"{fault['loc'][1]}: {fault['msg']}." for fault in faults if len(fault["loc"]) > 1)
    told = " ".join(("A field is missing or has another form than expected.", *named))
    return _told(request, 422, "Something is missing", told)


async def _failed(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
    told = str(error) if isinstance(error, OrderdropError) else "It did not work."
    back = await way_back(request) if request.method == "POST" and is_page(request) else ""
    return _told(request, status, _TITLES.get(status, "This did not work"), told, back=back)


def _broken(request: Request, error: Exception) -> Response:
    _log.error("page_broken", page=request.url.path, error=type(error).__name__, why=str(error)[:500])
    return _told(
        request,
        500,
        "A fault in orderdrop",
        "What was done before is recorded. Try it again; if it stays so, tell your ops to look into the log.",
    )


def _told(request: Request, status: int, title: str, message: str, *, back: str = "") -> Response:
    if not is_page(request):
        return JSONResponse({"error": title, "detail": message}, status_code=status)
    return render.page(request, "told.html", status=status, title=title, message=message, back=back)
