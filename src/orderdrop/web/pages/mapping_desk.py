"""The desk on which mappings are written: their text with what there is to say about it, tried on a file, saved."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from orderdrop import wiring
from orderdrop.access.people import Deed
from orderdrop.core.identity import digest
from orderdrop.destinations import registry
from orderdrop.errors import MappingError, OrderdropError, UsageError
from orderdrop.ledger.ledger import Batch
from orderdrop.mapping.reference import Place, places, sections
from orderdrop.pipeline.mappings.checking import Checked, Tried, check, recent_drops, try_on, try_on_file
from orderdrop.pipeline.mappings.mapping_drafts import MappingDraft
from orderdrop.pipeline.mappings.mapping_folder import CannotWrite, ChangedMeanwhile, meanwhile
from orderdrop.pipeline.mappings.suggesting import guide_of
from orderdrop.web.console import Console
from orderdrop.web.gate import Ops, Unknown, Visitor, console_of
from orderdrop.web.onward import onward
from orderdrop.web.pages.mappings import as_file, desk, feeds_using, saved
from orderdrop.web.pages.upload import safe_name
from orderdrop.web.receiving import Received, keeping, receive
from orderdrop.web.render import fragment, page

router = APIRouter(prefix="/mappings/drafts", include_in_schema=False)
_TEXT_MAX = 300_000
_CELLS_SHOWN = 1_500


@router.get("/{draft_id}")
def editor(
    request: Request, visitor: Ops, draft_id: str, on: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The text with what there is to say about it; with `on` also what a file becomes under it."""
    console = console_of(request)
    return _editor(request, console, visitor, draft_of(console, visitor, draft_id), on=on)


@router.post("/{draft_id}/check")
async def look_over(request: Request, visitor: Ops, draft_id: str) -> Response:
    """Keep the text and look it over; answers with the page's part anew, or with the page where there are no scripts."""
    draft, _ = await _written(request, visitor, draft_id)
    if not request.headers.get("x-form-key"):
        return to_editor(draft)
    checked = await run_in_threadpool(_check, console_of(request), draft)
    html = fragment("mapping_notes.html", checked=checked, own=_file_of(draft))
    return Response(html, media_type="text/html")


@router.post("/{draft_id}/try")
async def try_it(request: Request, visitor: Ops, draft_id: str) -> Response:
    """Keep the text, and the file where one came; leads to what it becomes."""
    draft, received = await _written(request, visitor, draft_id)
    on = "file" if received.size else received.fields.get("on", "")
    return to_editor(draft, f"?on={on}#tried")


@router.post("/{draft_id}/save")
async def save(request: Request, visitor: Ops, draft_id: str) -> Response:
    """Keep the text and save it as the mapping's new version."""
    draft, received = await _written(request, visitor, draft_id)
    return await run_in_threadpool(_save, request, visitor, draft, received.fields.get("over", ""))


def _save(request: Request, visitor: Visitor, draft: MappingDraft, over: str) -> Response:
    console = console_of(request)
    drafts, folder = desk(console), wiring.mapping_folder(console.settings)
    if over and draft.name is not None:
        there = folder.text(draft.name)
        if over == _mark(there):
            draft = drafts.rebased(draft, there)
    try:
        result = drafts.save(draft)
    except MappingError as error:
        told = [str(fault) for fault in error.faults]
        return _editor(request, console, visitor, draft, status=422, refused=told)
    except UsageError as error:
        return _editor(request, console, visitor, draft, status=409, refused=[str(error)])
    if isinstance(result, ChangedMeanwhile):
        return _editor(request, console, visitor, draft, status=409)
    if isinstance(result, CannotWrite):
        return _editor(request, console, visitor, draft, status=409, cannot=result)
    changed = f"{(result.before or 'new')[:8]} -> {result.digest[:8]}"
    console.doors.note(visitor.user.name, "mapping saved", subject=result.name, detail=changed)
    since = f"&before={result.before[:12]}" if result.before else ""
    return onward(f"/mappings/{result.name}?saved=1{since}")


@router.get("/{draft_id}/text")
def text(request: Request, visitor: Ops, draft_id: str) -> Response:
    """The text, to keep."""
    draft = draft_of(console_of(request), visitor, draft_id)
    return as_file(draft.text, draft.name or "mapping")


@router.post("/{draft_id}/forget")
def forget(request: Request, visitor: Ops, draft_id: str) -> Response:
    """Throw a draft away."""
    console = console_of(request)
    desk(console).forget(draft_of(console, visitor, draft_id).id)
    return onward("/mappings")


async def _written(request: Request, visitor: Visitor, draft_id: str) -> tuple[MappingDraft, Received]:
    """The draft with the text that the form has, and with its file where one came."""
    console = console_of(request)
    draft = draft_of(console, visitor, draft_id)
    drafts = desk(console)
    received = await received_with(request, drafts.file(draft), console, file_needed=False)
    content = received.fields.get("text")
    if content is not None and len(content) > _TEXT_MAX:
        raise UsageError("This is longer than any mapping.", next_step="Go back and make it shorter.")
    draft = await run_in_threadpool(drafts.write, draft, content) if content is not None else draft
    if received.size:
        draft = await run_in_threadpool(drafts.tried_on, draft, safe_name(received.name))
    return draft, received


async def received_with(request: Request, place: Path, console: Console, *, file_needed: bool) -> Received:
    """A form with its file at `place`. Raises UsageError, TryAgainLater."""
    with keeping():
        return await receive(request, place, console.upload_max_bytes, file_needed=file_needed)


def _editor(
    request: Request,
    console: Console,
    visitor: Visitor,
    draft: MappingDraft,
    *,
    status: int = 200,
    on: str = "",
    refused: list[str] | None = None,
    cannot: CannotWrite | None = None,
) -> Response:
    checked = _check(console, draft)
    loaded = checked.loaded
    theirs = meanwhile(wiring.mapping_folder(console.settings), draft.name, draft.based_on)
    recent = recent_drops(console.parts, feeds_using(console, draft.name))
    tried, failed = _try(console, draft, checked, recent, on) if on else (None, None)
    destination = loaded.mapping.destination if loaded is not None else _destination_in(draft)
    return page(
        request,
        "mapping_editor.html",
        visitor=visitor,
        status=status,
        draft=draft,
        own=_file_of(draft),
        checked=checked,
        recent=recent,
        on=on,
        tried=tried,
        failed=failed,
        refused=refused,
        theirs=theirs,
        over=_mark(theirs.text) if theirs is not None else "",
        saved_by=_saved_since(console, draft) if theirs is not None else None,
        cannot=cannot,
        sections=sections(),
        destination=destination,
        places=places_of(destination) if destination else (),
        max_bytes=console.upload_max_bytes,
    )


def _try(
    console: Console, draft: MappingDraft, checked: Checked, recent: list[Batch], on: str
) -> tuple[Tried | None, str | None]:
    """What a file becomes, its own or that of a recent batch; or why that cannot be said."""
    loaded, parts = checked.loaded, console.parts
    if loaded is None:
        return None, "It has faults. Correct them, then try it again."
    try:
        if on == "file" and draft.sample:
            account = _account_of(console, draft)
            file = desk(console).file(draft)
            return try_on_file(parts, loaded, file, draft.sample, account, cells_shown=_CELLS_SHOWN), None
        batch = next((one for one in recent if one.id == on), None)
        if batch is None:
            return None, "Choose a file to try it on."
        return try_on(parts, loaded, batch.drop, batch.account, cells_shown=_CELLS_SHOWN), None
    except OrderdropError as error:
        return None, str(error)


def _account_of(console: Console, draft: MappingDraft) -> str:
    """The account that gets the orders of the feeds that use it; "" where there is no one account."""
    accounts = {console.feeds[feed].account for feed in feeds_using(console, draft.name)}
    return accounts.pop() if len(accounts) == 1 else ""


def _saved_since(console: Console, draft: MappingDraft) -> Deed | None:
    """The newest time that somebody saved the mapping in the console since the draft was begun."""
    found = saved(console, draft.name) if draft.name is not None else []
    return next((deed for deed in found if deed.at >= draft.created_at), None)


def _mark(text: str | None) -> str:
    """What a form names a newer text by that may be replaced."""
    return digest((text or "").encode())


def _check(console: Console, draft: MappingDraft) -> Checked:
    return check(wiring.mapping_folder(console.settings), draft.text, draft.name)


def places_of(destination: str) -> tuple[Place, ...]:
    """Every place of a destination with what it is for."""
    found = registry.find(destination)
    return places(found.shape, guide_of(found))


def _destination_in(draft: MappingDraft) -> str:
    """The destination that a text names whose other lines cannot be used."""
    named = (
        line.partition(":")[2].strip() for line in draft.text.splitlines() if line.startswith("destination:")
    )
    return next((one for one in named if one in registry.names()), "")


def _file_of(draft: MappingDraft) -> str:
    """What faults and explanations call the file of the draft itself."""
    return f"{draft.name or 'new'}.yaml"


def draft_of(console: Console, visitor: Visitor, draft_id: str) -> MappingDraft:
    """A draft that is this visitor's. Raises Unknown."""
    found = desk(console).find(draft_id)
    if found is None or found.user != visitor.user.name:
        raise Unknown("There is no such draft. Perhaps it was saved, or thrown away.")
    return found


def to_editor(draft: MappingDraft, where: str = "") -> Response:
    """Lead to the text of a draft."""
    return onward(f"/mappings/drafts/{draft.id}{where}")
