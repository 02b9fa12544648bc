"""Mappings: what each says in words, its text, its versions, and what changed between two of them."""

from fastapi import APIRouter, Request, Response

from orderdrop.errors import MappingError
from orderdrop.mapping.explain import explain
from orderdrop.pipeline.versions import compare, history
from orderdrop.web.console import Console
from orderdrop.web.gate import Ops, Unknown, console_of
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/mappings")
def mappings(request: Request, visitor: Ops) -> Response:
    """Every mapping of the folder, and which feeds use it."""
    console = console_of(request)
    lines = []
    for name in _names(console):
        try:
            loaded = console.parts.mapping(name)
            facts = {"mapping": loaded.mapping, "faults": []}
        except MappingError as error:
            facts = {"mapping": None, "faults": [str(fault) for fault in error.faults]}
        users = [feed for feed, plan in console.feeds.items() if plan.mapping == name]
        lines.append({"name": name, "feeds": users, **facts})
    return page(request, "mappings.html", visitor=visitor, lines=lines)


@router.get("/mappings/{name}")
def mapping(request: Request, visitor: Ops, name: str, before: str = "", after: str = "") -> Response:
    """One mapping; with `before` also what changed since that version."""
    console = console_of(request)
    if name not in _names(console):
        raise Unknown("There is no such mapping.")
    loaded, faults = None, list[str]()
    try:
        loaded = console.parts.mapping(name)
    except MappingError as error:
        faults = [str(fault) for fault in error.faults]
    changes = None
    if before:
        one, two, found = compare(console.parts, f"{name}@{before}", f"{name}@{after}" if after else None)
        changes = (one, two, found)
    return page(
        request,
        "mapping.html",
        visitor=visitor,
        name=name,
        loaded=loaded,
        faults=faults,
        sentences=explain(loaded) if loaded is not None else [],
        history=history(console.parts, name) if loaded is not None else None,
        changes=changes,
    )


def _names(console: Console) -> list[str]:
    return sorted(path.stem for path in console.settings.mappings.glob("*.y*ml"))
