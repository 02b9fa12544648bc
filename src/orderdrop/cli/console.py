"""The console beside `orderdrop serve`: started when the settings ask for one, its parts an extra."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import structlog

from orderdrop.cli import render
from orderdrop.cli.session import Session
from orderdrop.errors import SetupError, UsageError

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
    from orderdrop.web.console import open_console
    from orderdrop.web.server import answering, first_link

    console = open_console(session.settings, session.parts, session.feed_plans(), serving=serving)
    with answering(console, options.host, options.port) as port:
        structlog.get_logger().info("console", listen=f"{options.host}:{port}", url=console.url)
        link = first_link(console)
        if link is not None:
            render.talk(f"Nobody can log in yet. This link makes the first admin, once:\n  {link}")
        yield
