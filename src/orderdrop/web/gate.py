"""Who gets in: every page and every call needs a login unless it says otherwise, every form the key of its session.

A browser has a cookie, a program a token (`Authorization: Bearer odt_...`). A call with a token needs no form key: no
browser sends that header by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orderdrop.access.doors import form_key, is_form_key
from orderdrop.access.people import Role, Session, User
from orderdrop.web.console import Console

_PLAIN_FORM = "application/x-www-form-urlencoded"
_FORM_MAX_BYTES = 1_000_000
NUMBERED_MAX = 2**63 - 1
"""The largest number of a line that an address may name: no database counts further."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks: the user, and for a browser its session with the key that its forms carry."""

    user: User
    session: Session | None
    form_key: str

    def must_be(self, role: Role) -> None:
        """Raises Forbidden for a role that may not do this."""
        if not self.user.role.covers(role):
            raise Forbidden("This is for people with more rights than you have.")

    def must_use(self, feed: str | None) -> None:
        """Raises Unknown for what belongs to somebody else: it is not even said that it is there."""
        if not self.user.may_use(feed):
            raise Unknown("There is nothing here.")


class NotLoggedIn(Exception):  # noqa: N818 - an answer, not a fault
    """Nobody asks; `back` is where to go after the login."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


class Forbidden(Exception):  # noqa: N818 - an answer, not a fault
    """Somebody asks who may not."""


class Unknown(Exception):  # noqa: N818 - an answer, not a fault
    """What is asked for is not there, or not for this visitor."""


class Expired(Exception):  # noqa: N818 - an answer, not a fault
    """A form of another session, or of one that ended: nothing was done."""


def console_of(request: Request) -> Console:
    """The console that answers."""
    console: Console = request.app.state.console
    return console


def cookie_name(console: Console) -> str:
    """The cookie of a session; the prefix binds it to this very host where TLS allows that."""
    return "__Host-orderdrop" if console.secure else "orderdrop"


def visitor(request: Request) -> Visitor:
    """Who asks. Raises NotLoggedIn."""
    console = console_of(request)
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        user = console.doors.program(key.strip())
        if user is None:
            raise NotLoggedIn("")
        return Visitor(user=user, session=None, form_key="")
    secret = request.cookies.get(cookie_name(console), "")
    found = console.doors.session(secret) if secret else None
    if found is None:
        raise NotLoggedIn(_way_back(request))
    return Visitor(user=found[0], session=found[1], form_key=form_key(secret))


async def believed(request: Request, known: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    """Who asks for a change: with a token, or with the key of the session. Raises Expired.

    The key stands in the form, in `X-Form-Key`, or, of a form with a file, in the address: the file is not read before.
    """
    if known.session is None or request.method in READS:
        return known
    secret = request.cookies.get(cookie_name(console_of(request)), "")
    given = request.headers.get("x-form-key") or request.query_params.get("form_key", "")
    plain = request.headers.get("content-type", "").startswith(_PLAIN_FORM)
    if not given and plain and is_short(request):
        given = str((await request.form()).get("form_key", ""))
    if not is_form_key(secret, given):
        raise Expired
    return known


def is_short(request: Request) -> bool:
    """Whether a form says that it is small enough to be read whole."""
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= _FORM_MAX_BYTES


Known = Annotated[Visitor, Depends(believed)]
"""A visitor who logged in and, where something is changed, meant it."""


def needs(role: Role) -> Callable[[Visitor], Visitor]:
    """A dependency that asks for a role. Raises Forbidden."""

    def check(known: Known) -> Visitor:
        known.must_be(role)
        return known

    return check


Ops = Annotated[Visitor, Depends(needs(Role.OPS))]
Admin = Annotated[Visitor, Depends(needs(Role.ADMIN))]


def remember(response: Response, console: Console, secret: str) -> None:
    """Give a browser its cookie: for this site only, out of the reach of scripts."""
    response.set_cookie(
        cookie_name(console), secret, httponly=True, samesite="lax", secure=console.secure, path="/"
    )


def forget(response: Response, console: Console) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        cookie_name(console), path="/", secure=console.secure, httponly=True, samesite="lax"
    )


def address_of(request: Request) -> str:
    """Where somebody asks from, for the audit trail and for the throttle of logins."""
    return request.client.host if request.client is not None else ""


def is_page(request: Request) -> bool:
    """Whether a person waits for an answer, not a program."""
    return not request.url.path.startswith(("/api/", "/metrics"))


def _way_back(request: Request) -> str:
    if request.method not in READS or not is_page(request):
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(f"{request.url.path}{query}", safe="")


class SafeHeaders:
    """Puts on every answer what keeps a page to itself: no scripts but ours, no frames, no guessing of types."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # unasked, a browser keeps a script for as long as it likes: an older one would meet the pages of a newer version
        kept = b"max-age=300" if str(scope["path"]).startswith("/static/") else b"no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), *_HEADERS]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", kept))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, with_headers)
