"""A new mapping: suggested from a file, column by column, with what a person decides about each."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from orderdrop.destinations import registry
from orderdrop.errors import FileRefused, UsageError
from orderdrop.mapping.model import ColumnType, FileOptions
from orderdrop.mapping.suggest.choose import Choice, choice_of, could_go_to
from orderdrop.mapping.suggest.suggestion import HIGH, Line
from orderdrop.pipeline.mappings.mapping_drafts import MappingDraft, MappingDrafts
from orderdrop.pipeline.mappings.suggesting import guide_of
from orderdrop.web.console import Console
from orderdrop.web.gate import Ops, Visitor, console_of
from orderdrop.web.onward import onward
from orderdrop.web.pages.mapping_desk import draft_of, places_of, received_with, to_editor
from orderdrop.web.pages.mappings import desk
from orderdrop.web.pages.upload import safe_name
from orderdrop.web.receiving import Received
from orderdrop.web.render import page

router = APIRouter(prefix="/mappings/drafts", include_in_schema=False)
_FIELDS_MAX = 20_000
_FORM_MAX_BYTES = 3_000_000
_FORMATS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d %b %Y", "%b %d, %Y",
)  # fmt: skip


@router.get("/new")
def ask(request: Request, visitor: Ops) -> Response:
    """The form that asks for a file and a destination."""
    console = console_of(request)
    return page(
        request,
        "mapping_new.html",
        visitor=visitor,
        destinations=_destinations(console),
        max_bytes=console.upload_max_bytes,
    )


def _destinations(console: Console) -> list[str]:
    """Every destination; those first that there are accounts of."""
    used = [account.destination for account in console.settings.accounts.values()]
    return list(dict.fromkeys([*(name for name in used if name in registry.names()), *registry.names()]))


@router.post("/new")
async def suggest(request: Request, visitor: Ops) -> Response:
    """Suggest a mapping for a file; leads to its columns."""
    console = console_of(request)
    drafts = desk(console)
    draft_id, place = drafts.place()
    try:
        received = await received_with(request, place, console, file_needed=True)
        await run_in_threadpool(_suggest, drafts, draft_id, visitor, received)
    except BaseException:  # also where the browser went away
        drafts.forget(draft_id)
        raise
    return onward(f"/mappings/drafts/{draft_id}/columns")


def _suggest(drafts: MappingDrafts, draft_id: str, visitor: Visitor, received: Received) -> None:
    destination = received.fields.get("destination", "")
    if destination not in registry.names():
        raise UsageError("Choose a destination.", next_step="Go back and say where the orders go.")
    try:
        options = FileOptions(encoding=received.fields.get("encoding", "").strip() or None)
    except ValidationError:
        raise UsageError(
            "There is no such encoding.", next_step="Go back; try utf-8, cp1252 or utf-16."
        ) from None
    try:
        drafts.suggest(
            draft_id,
            visitor.user.name,
            source=safe_name(received.name),
            destination=destination,
            options=options,
        )
    except FileRefused as refused:
        raise UsageError(refused.message, next_step="Go back and choose another file.") from None


@router.get("/{draft_id}/columns")
def columns(request: Request, visitor: Ops, draft_id: str) -> Response:
    """Every column with its first values, where it would go, how sure that is and why."""
    console = console_of(request)
    draft = draft_of(console, visitor, draft_id)
    if draft.suggestion is None:
        return to_editor(draft)
    guide = guide_of(registry.find(draft.suggestion.destination))
    return page(
        request,
        "mapping_columns.html",
        visitor=visitor,
        draft=draft,
        suggestion=draft.suggestion,
        choices={line.heading: choice_of(line) for line in draft.suggestion.lines},
        could={line.heading: could_go_to(draft.suggestion, line, guide) for line in draft.suggestion.lines},
        places=places_of(draft.suggestion.destination),
        types=list(ColumnType),
        formats=_FORMATS,
        high=HIGH,
    )


@router.post("/{draft_id}/columns")
async def choose(request: Request, visitor: Ops, draft_id: str) -> Response:
    """Take what was decided about the columns; the text is written anew."""
    draft = draft_of(console_of(request), visitor, draft_id)
    return await run_in_threadpool(_choose, desk(console_of(request)), draft, await _fields(request))


async def _fields(request: Request) -> dict[str, list[str]]:
    """The fields of a form, which may be many: a few for each column. Raises UsageError."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _FORM_MAX_BYTES:
            raise UsageError(
                "This is more than the columns of any file.",
                next_step="Load the page again and send its form.",
            )
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(
        body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_FIELDS_MAX
    ):
        fields.setdefault(name, []).append(value.strip())
    return fields


def _choose(drafts: MappingDrafts, draft: MappingDraft, fields: Mapping[str, list[str]]) -> Response:
    if draft.by_hand and "anew" not in fields:
        raise UsageError(
            "The text was changed by hand since; choosing columns here would write it anew.",
            next_step="Go back and tick that this is meant, or go on with the text.",
        )
    lines = draft.suggestion.lines if draft.suggestion is not None else ()
    choices = {
        line.heading: _choice(line, fields, f"c{number}.")
        for number, line in enumerate(lines)
        if f"c{number}.to" in fields
    }
    return to_editor(drafts.choose(draft, choices))


def _choice(line: Line, fields: Mapping[str, list[str]], start: str) -> Choice:
    def one(name: str) -> str:
        return next(iter(fields.get(f"{start}{name}", [])), "")

    texts = list(line.asked.texts) if line.asked is not None else []
    values = dict(zip(texts, fields.get(f"{start}value", []), strict=False))
    reading = one("reading")
    readings = len(line.asked.readings) if line.asked is not None else 0
    return Choice(
        places=tuple(dict.fromkeys(place for place in fields[f"{start}to"] if place)),
        required=bool(one("required")),
        type=one("type") or ColumnType.TEXT.value,
        format=tuple(filter(None, fields.get(f"{start}format", []))),
        reading=int(reading) if reading.isdecimal() and int(reading) < readings else None,
        values={text: value for text, value in values.items() if value},
        agreed=bool(one("agreed")),
    )
