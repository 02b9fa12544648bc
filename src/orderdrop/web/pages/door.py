"""In and out: the login, the logout, and the link that works once."""

from typing import Annotated
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Form, Request, Response

from orderdrop.access.doors import LoggedIn, Refused
from orderdrop.web.gate import Known, address_of, console_of, forget, remember
from orderdrop.web.onward import onward
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/login")
def ask(request: Request, next: str = "") -> Response:  # noqa: A002 - the name that stands in the address
    """The form."""
    return page(request, "login.html", next=_inside(next), refused=None, name="")


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002 - as above
) -> Response:
    """Let somebody in, or say why not."""
    console, back = console_of(request), _inside(next)
    found = console.doors.log_in(name, password, address_of(request))
    if isinstance(found, Refused):
        status = 429 if found.wait else 401
        return page(request, "login.html", status=status, next=back, refused=found.message, name=name[:80])
    return _in(request, found, back or "/")


@router.post("/logout")
def log_out(request: Request, visitor: Known) -> Response:
    """End the session."""
    console = console_of(request)
    if visitor.session is not None:
        console.doors.log_out(visitor.session)
    answer = onward("/login")
    forget(answer, console)
    return answer


@router.get("/welcome/{secret}")
def welcome(request: Request, secret: str) -> Response:
    """The page behind a link that works once."""
    return _welcome(request, secret)


@router.post("/welcome/{secret}")
def choose_password(
    request: Request, secret: str, password: Annotated[str, Form()] = "", again: Annotated[str, Form()] = ""
) -> Response:
    """Take the password, and let its owner in."""
    if password != again:
        return _welcome(request, secret, refused="The two passwords are not the same.")
    found = console_of(request).doors.accept(secret, password, address_of(request))
    if isinstance(found, Refused):
        return _welcome(request, secret, refused=found.message)
    return _in(request, found, "/")


def _welcome(request: Request, secret: str, *, refused: str | None = None) -> Response:
    invitation = console_of(request).doors.invited(secret)
    status = 410 if invitation is None else 422 if refused else 200
    return page(request, "welcome.html", status=status, invitation=invitation, secret=secret, refused=refused)


def _in(request: Request, found: LoggedIn, to: str) -> Response:
    answer = onward(to)
    remember(answer, console_of(request), found.secret)
    return answer


def _inside(address: str) -> str:
    """An address of this console; nothing for one that leads elsewhere."""
    return address if all(_is_inside(one) for one in (address, unquote(address))) else ""


def _is_inside(there: str) -> bool:
    inside = there.startswith("/") and not there.startswith(("//", "/\\")) and not urlsplit(there).netloc
    return inside and there.isprintable()
