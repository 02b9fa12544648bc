"""Mappings: what each says in words, its text, its versions, what changed between two, and what would pass under it now."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import PlainTextResponse

from orderdrop import wiring
from orderdrop.access.people import Deed
from orderdrop.errors import MappingError, OrderdropError
from orderdrop.mapping.explain import explain
from orderdrop.pipeline.mappings.checking import last_rejected, would_pass
from orderdrop.pipeline.mappings.mapping_drafts import MappingDrafts
from orderdrop.pipeline.mappings.versions import compare, history
from orderdrop.web.console import Console
from orderdrop.web.gate import Ops, Unknown, console_of
from orderdrop.web.onward import onward
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)
_DEEDS = 1_000
_REHEARSED_AT_ONCE = 2_000_000
"""A larger drop is rehearsed when somebody asks for it: it takes its time."""


@router.get("/mappings")
def mappings(request: Request, visitor: Ops) -> Response:
    """Every mapping of the folder, which feeds use it, and what was begun and not saved."""
    console = console_of(request)
    lines = []
    for name in wiring.mapping_folder(console.settings).names():
        try:
            loaded = console.parts.mapping(name)
            facts = {"mapping": loaded.mapping, "faults": []}
        except MappingError as error:
            facts = {"mapping": None, "faults": [str(fault) for fault in error.faults]}
        lines.append({"name": name, "feeds": feeds_using(console, name), **facts})
    drafts = desk(console).of(visitor.user.name)
    return page(request, "mappings.html", visitor=visitor, lines=lines, drafts=drafts)


@router.get("/mappings/{name}")
def mapping(
    request: Request,
    visitor: Ops,
    name: str,
    before: str = "",
    after: str = "",
    saved_now: Annotated[bool, Query(alias="saved")] = False,
    rehearse: bool = False,
) -> Response:
    """One mapping; with `before` also what changed since that version, with `rehearse` what would pass under it now."""
    console = console_of(request)
    text, loaded, faults = "", None, list[str]()
    try:
        text = _text(console, name)
        loaded = console.parts.mapping(name)
    except MappingError as error:
        faults = [str(fault) for fault in error.faults]
    changes = None
    if before:
        try:
            changes = compare(console.parts, f"{name}@{before}", f"{name}@{after}" if after else None)
        except OrderdropError as error:
            faults = faults or [str(error)]
    rejected = last_rejected(console.parts, name) if loaded is not None else None
    rehearse = rehearse or (saved_now and rejected is not None and rejected.drop.size <= _REHEARSED_AT_ONCE)
    passing = would_pass(console.parts, rejected) if rejected is not None and rehearse else None
    return page(
        request,
        "mapping.html",
        visitor=visitor,
        name=name,
        text=text,
        loaded=loaded,
        faults=faults,
        sentences=explain(loaded) if loaded is not None else [],
        history=history(console.parts, name) if loaded is not None else None,
        changes=changes,
        saved=saved_now,
        feeds=feeds_using(console, name),
        rejected=rejected if passing or not rehearse else None,
        passing=passing,
        authors={deed.detail.rpartition(" ")[2]: deed for deed in reversed(saved(console, name))},
    )


@router.get("/mappings/{name}/text")
def text(request: Request, visitor: Ops, name: str) -> Response:  # noqa: ARG001 - asks for the role
    """The text, to keep."""
    return as_file(_text(console_of(request), name), name)


@router.post("/mappings/{name}/edit")
def edit(request: Request, visitor: Ops, name: str, version: Annotated[str, Form()] = "") -> Response:
    """Take a mapping onto the desk, with the text of an older version where one is named."""
    console = console_of(request)
    _text(console, name)
    older = console.parts.ledger.mapping_text(version) if version else None
    if version and older is None:
        raise Unknown("There is no such version.")
    draft = desk(console).edit(name, visitor.user.name, text=older)
    return onward(f"/mappings/drafts/{draft.id}")


def saved(console: Console, name: str) -> list[Deed]:
    """Every time that somebody saved a mapping in the console, newest first; the detail ends in the digest's first letters."""
    deeds = (deed for _, deed in console.store.deeds(limit=_DEEDS))
    return [deed for deed in deeds if deed.action == "mapping saved" and deed.subject == name]


def desk(console: Console) -> MappingDrafts:
    """The drafts of everybody."""
    folder = wiring.mapping_folder(console.settings)
    return MappingDrafts(console.parts, folder, console.folder / "mappings")


def feeds_using(console: Console, name: str | None) -> list[str]:
    """The feeds whose files a mapping reads."""
    return sorted(feed for feed, plan in console.feeds.items() if Path(plan.mapping).stem == name)


def as_file(content: str, name: str) -> Response:
    """A mapping's text as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
    return PlainTextResponse(content, media_type="application/yaml; charset=utf-8", headers=headers)


def _text(console: Console, name: str) -> str:
    """The text of a mapping that there is. Raises Unknown."""
    found = wiring.mapping_folder(console.settings).text(name)
    if found is None:
        raise Unknown("There is no such mapping.")
    return found
