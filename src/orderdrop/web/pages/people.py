"""Users, their tokens, and the audit trail: for admins; everybody sees their own tokens."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from orderdrop.access.people import Role
from orderdrop.errors import UsageError
from orderdrop.web.gate import NUMBERED_MAX, Admin, Known, Unknown, console_of
from orderdrop.web.onward import onward
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)
_DEEDS = 50


@router.get("/people")
def people(
    request: Request, visitor: Admin, before: Annotated[int | None, Query(ge=0, le=NUMBERED_MAX)] = None
) -> Response:
    """Everybody, and what happened lately, or `before` a line of that."""
    return _people(request, visitor, before=before)


@router.post("/people")
def invite(
    request: Request,
    visitor: Admin,
    name: Annotated[str, Form()] = "",
    role: Annotated[Role, Form()] = Role.MERCHANT,
    feeds: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a link for somebody; it is shown this once."""
    console = console_of(request)
    chosen = tuple(feed for feed in feeds or () if feed in console.feeds)
    if role is Role.MERCHANT and not chosen:
        raise UsageError("A merchant needs a feed.", next_step="Go back and choose at least one.")
    secret = console.doors.invite(name, role, chosen, visitor.user.name)
    return _people(request, visitor, invited=name.strip(), link=f"{console.url}/welcome/{secret}")


@router.post("/people/{name}/disable")
def disable(request: Request, visitor: Admin, name: str) -> Response:
    """Let somebody in no more."""
    console_of(request).doors.disable(name, visitor.user.name)
    return onward("/people")


@router.get("/tokens")
def tokens(request: Request, visitor: Known) -> Response:
    """The visitor's own tokens."""
    return _tokens(request, visitor)


@router.post("/tokens")
def make_token(request: Request, visitor: Known, label: Annotated[str, Form()] = "") -> Response:
    """A new token, shown this once."""
    return _tokens(request, visitor, secret=console_of(request).doors.make_token(visitor.user, label))


@router.post("/tokens/{token_id}/revoke")
def revoke(request: Request, visitor: Known, token_id: str) -> Response:
    """Let a token of the visitor open nothing any more."""
    console = console_of(request)
    if token_id not in {token.id for token in console.store.tokens(visitor.user.name)}:
        raise Unknown("You have no such token.")
    console.store.revoke_token(token_id, console.now())
    console.doors.note(visitor.user.name, "token revoked", subject=token_id)
    return onward("/tokens")


def _people(
    request: Request, visitor: Admin, *, invited: str = "", link: str = "", before: int | None = None
) -> Response:
    console = console_of(request)
    deeds = console.store.deeds(limit=_DEEDS + 1, before=before)
    return page(
        request,
        "people.html",
        visitor=visitor,
        users=console.store.users(),
        deeds=deeds[:_DEEDS],
        older=deeds[_DEEDS - 1][0] if len(deeds) > _DEEDS else None,
        roles=list(Role),
        feeds=sorted(console.feeds),
        invited=invited,
        link=link,
    )


def _tokens(request: Request, visitor: Known, *, secret: str | None = None) -> Response:
    mine = console_of(request).store.tokens(visitor.user.name)
    return page(request, "tokens.html", visitor=visitor, tokens=mine, secret=secret)
