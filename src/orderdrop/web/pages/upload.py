"""Uploads: choose a file, see how it is read with the bad cells marked, correct them in the page, send, follow."""

from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from orderdrop.access.people import Role
from orderdrop.core.neutral import printable
from orderdrop.errors import OrderdropError, UsageError
from orderdrop.pipeline.uploads.sheet import Seen
from orderdrop.pipeline.uploads.uploads import Sent, Upload, Uploads
from orderdrop.web.console import Console
from orderdrop.web.gate import Known, Unknown, Visitor, console_of
from orderdrop.web.onward import onward
from orderdrop.web.receiving import Received, keeping, receive
from orderdrop.web.render import fragment, page

router = APIRouter(include_in_schema=False)
_NAME_MAX = 200
_FEW = 5


@router.get("/upload")
def ask(request: Request, visitor: Known) -> Response:
    """The form, and what was begun before."""
    console = console_of(request)
    return page(
        request,
        "upload.html",
        visitor=visitor,
        feeds=feeds_for(console, visitor),
        drafts=_uploads(console).of(visitor.user.name),
        several=_takes_several(console, feeds_for(console, visitor)),
        max_bytes=console.upload_max_bytes,
    )


@router.post("/upload")
async def upload(request: Request, visitor: Known, feed: str = "") -> Response:
    """Take a file, piece by piece; leads to its draft. Accepts a form, or the bare bytes with `name` in the address.

    The same file of the same person leads to the draft that it has already: a second click makes no second one.
    """
    _, draft = await take(request, visitor, feed, once=True)
    if request.headers.get("x-form-key"):
        return JSONResponse({"to": f"/upload/{draft.id}"})
    return onward(f"/upload/{draft.id}")


async def take(
    request: Request, visitor: Visitor, feed: str, *, once: bool = False
) -> tuple[Uploads, Upload]:
    """Receive a file and remember it as a draft; nothing is left of one that is refused or breaks off.

    `once`: where the visitor has the very same draft already, it is that one.
    """
    console = console_of(request)
    uploads = _uploads(console)
    upload_id, place = await run_in_threadpool(uploads.place, visitor.user.name)
    try:
        with keeping():
            received = await receive(request, place, console.upload_max_bytes)
            draft = _draft_of(console, visitor, upload_id, received, feed or received.fields.get("feed", ""))
            files = [
                (safe_name(name), content) for name, content in ((received.name, place), *received.further)
            ]
            draft = await run_in_threadpool(uploads.take_once if once else uploads.take, draft, files)
    except BaseException:  # also where the browser went away
        uploads.forget(upload_id)
        raise
    return uploads, draft


@router.post("/upload/{upload_id}/files")
async def add_file(request: Request, visitor: Known, upload_id: str, table: str = "") -> Response:
    """Take a further file of a set into a draft."""
    console = console_of(request)
    uploads, found = _uploads(console), _mine(console, visitor, upload_id)
    if found.sent is None:
        content = uploads.file(found).with_name("coming")
        try:
            with keeping():
                received = await receive(request, content, console.upload_max_bytes)
                await run_in_threadpool(uploads.add, found, safe_name(received.name), content, table)
        finally:
            content.unlink(missing_ok=True)
    return onward(f"/upload/{upload_id}")


def _draft_of(console: Console, visitor: Visitor, upload_id: str, received: Received, feed: str) -> Upload:
    plan = console.feeds.get(feed)
    if plan is None:
        raise UsageError("Choose a feed.", next_step="Go back and choose where the file belongs.")
    visitor.must_use(feed)
    if not received.size:
        raise UsageError("The file is empty.", next_step="Choose another one.")
    return Upload(
        id=upload_id,
        name="",
        feed=feed,
        mapping=plan.mapping,
        account=plan.account,
        user=visitor.user.name,
        created_at=console.now(),
        edits={},
    )


@router.get("/upload/{upload_id}")
def draft(
    request: Request, visitor: Known, upload_id: str, row: int = 0, heading: str = "", text: str = ""
) -> Response:
    """A file before it is sent: how it is read, what is wrong, the orders that it would make.

    `row`, `heading` and `text` are a correction that a login came between: it stands in its cell and is not stored yet.
    """
    console = console_of(request)
    found = _mine(console, visitor, upload_id)
    if found.sent is not None:
        return onward(f"/batches/{found.sent}")
    missing = _uploads(console).missing(found)
    seen, broken = (None, None) if missing else _look(console, found)
    return page(
        request,
        "draft.html",
        visitor=visitor,
        upload=found,
        missing=missing,
        seen=seen,
        broken=broken,
        typed=(row, heading, text),
    )


@router.post("/upload/{upload_id}/cells")
def correct(
    request: Request,
    visitor: Known,
    upload_id: str,
    row: Annotated[int, Form()],
    heading: Annotated[str, Form()],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Correct one cell; answers with the page's part anew, or with the page where there are no scripts."""
    console = console_of(request)
    found = _mine(console, visitor, upload_id)
    if found.sent is not None:
        raise UsageError(
            "This file was sent before, so this correction came too late.",
            next_step="Go back to the page: it leads to what became of the file, with the rows that came back.",
        )
    changed = _uploads(console).correct(found, row, heading, text[:32_767])
    if request.headers.get("x-form-key"):
        seen, broken = _look(console, changed)
        html = fragment(
            "draft_table.html",
            visitor=visitor,
            upload=changed,
            missing={},
            form_key=visitor.form_key,
            seen=seen,
            broken=broken,
            typed=None,
        )
        return Response(html, media_type="text/html")
    return onward(f"/upload/{upload_id}")


@router.post("/upload/{upload_id}/send")
def send(request: Request, visitor: Known, upload_id: str) -> Response:
    """Send it: leads to its batch, which is at work by then. A second click leads to the same batch."""
    console = console_of(request)
    found = _mine(console, visitor, upload_id)
    sent = _uploads(console).send(found)
    begin(console, visitor, found, sent)
    told = "?repeated=1" if sent.repeated else ""
    return onward(f"/batches/{sent.batch.id}{told}")


@router.post("/upload/{upload_id}/forget")
def forget(request: Request, visitor: Known, upload_id: str) -> Response:
    """Throw a draft away; no error where that was done before."""
    console = console_of(request)
    if _uploads(console).find(upload_id) is not None:
        _uploads(console).forget(_mine(console, visitor, upload_id).id)
    return onward("/upload")


def _takes_several(console: Console, feeds: list[str]) -> bool:
    """Whether orders of these feeds may come in several files; of many feeds not every mapping is read for that."""
    uploads = _uploads(console)
    return len(feeds) > _FEW or any(uploads.tables_of(console.feeds[feed].mapping) for feed in feeds)


def begin(console: Console, visitor: Visitor, upload: Upload, sent: Sent) -> None:
    """Have what was sent worked on, and note who sent it."""
    if not sent.again and not sent.repeated:
        console.doors.note(
            visitor.user.name, "upload sent", subject=sent.batch.id, detail=", ".join(upload.names)
        )
    if sent.batch.status.resumes:
        console.work_on(sent.batch.id)


def feeds_for(console: Console, visitor: Visitor) -> list[str]:
    """The feeds that somebody may upload to."""
    return sorted(name for name in console.feeds if visitor.user.may_use(name))


def _uploads(console: Console) -> Uploads:
    return Uploads(console.parts, console.folder / "uploads")


def _mine(console: Console, visitor: Visitor, upload_id: str) -> Upload:
    found = _uploads(console).find(upload_id)
    if found is None or (found.user != visitor.user.name and not visitor.user.role.covers(Role.OPS)):
        raise Unknown("There is no such upload.")
    visitor.must_use(found.feed)
    return found


def _look(console: Console, found: Upload) -> tuple[Seen | None, OrderdropError | None]:
    """What it would become, or why that cannot be said."""
    try:
        return _uploads(console).look(found), None
    except OrderdropError as error:
        return None, error


def safe_name(name: str) -> str:
    """The last part of a name from outside, without what a terminal or a page could trip over."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return printable(last)[:_NAME_MAX] or "upload"
