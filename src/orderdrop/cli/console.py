"""The console beside `orderdrop serve`: its pages in a process of their own, where the settings ask for them.

What they need is an extra.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog

from orderdrop.access.people import Role
from orderdrop.cli import render
from orderdrop.cli.session import Session
from orderdrop.errors import SetupError, UsageError

if TYPE_CHECKING:
    from orderdrop.access.doors import Doors

_FIRST_ADMIN = "admin"
_NEEDED = ("fastapi", "jinja2", "argon2", "multipart", "uvicorn")


@contextmanager
def console_beside(session: Session, *, serving: bool) -> Iterator[None]:
    """Have the console answer while the block runs, where the settings have one; the first start prints a link."""
    options = session.settings.console
    if options is None:
        if not serving:
            raise UsageError(
                "Without the scheduler there is nothing to serve: the settings have no `console:`.",
                next_step="Write `console: {listen: 127.0.0.1:8080}` in orderdrop.yaml.",
            )
        yield
        return
    if not all(map(find_spec, _NEEDED)):
        raise SetupError(
            "The console needs packages that are not installed.",
            next_step="Install them with `pip install 'orderdrop[console]'`.",
        )
    from orderdrop.web.address import listening_on
    from orderdrop.web.process import pages_apart

    doors = _doors(session)
    with (
        listening_on(options.host, options.port) as listening,
        pages_apart(session.settings, session.parts, session.feed_plans(), listening, serving=serving) as pid,
    ):
        listen = f"{options.host}:{listening.getsockname()[1]}"
        structlog.get_logger().info("console", listen=listen, url=options.address, pid=pid)
        if doors.is_new():
            secret = doors.invite(_FIRST_ADMIN, Role.ADMIN, (), "the first start")
            render.talk(
                "Nobody can log in yet. This link makes the first admin, once:\n"
                f"  {options.address}/welcome/{secret}"
            )
        yield


def _doors(session: Session) -> "Doors":
    """Raises SetupError for a ledger in memory."""
    from orderdrop import wiring
    from orderdrop.access.doors import Doors
    from orderdrop.access.sql import SqlAccess

    return Doors(SqlAccess(wiring.database_of(session.parts.ledger)), session.parts.clock)
