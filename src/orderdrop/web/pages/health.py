"""Whether the console lives and can work: for supervisors, without a login and without a word about anybody."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from orderdrop.errors import LedgerUnavailable
from orderdrop.web.gate import console_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(request: Request) -> JSONResponse:
    """The ledger answers, too."""
    console = console_of(request)
    try:
        console.parts.ledger.batches(limit=1)
    except LedgerUnavailable:
        return JSONResponse({"ready": False, "ledger": "not available"}, status_code=503)
    return JSONResponse({"ready": True, "ledger": "ok", "scheduler": console.serving})
