"""The console on a socket: uvicorn in a thread beside the scheduler, and the first link for an admin."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from orderdrop.access.people import Role
from orderdrop.errors import SetupError
from orderdrop.web.app import create_app
from orderdrop.web.console import Console

FIRST_ADMIN = "admin"
_WAIT_SECONDS = 10.0


@contextmanager
def answering(console: Console, host: str, port: int) -> Iterator[int]:
    """Serve the console while the block runs; gives the port. Raises SetupError where the address is taken."""
    config = uvicorn.Config(
        create_app(console),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    try:
        listening = config.bind_socket()
    except SystemExit:  # what uvicorn makes of an address in use
        raise SetupError(
            f"The console cannot listen on {host}:{port}: the address is in use or not of this machine.",
            next_step="Name another one under `console:` in the settings, or stop what listens there.",
        ) from None
    # uvicorn writes an answer in two parts; without this the second waits 40 ms for a sign that the first arrived
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="console", daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        console.closing.set()
        server.should_exit = True
        thread.join(_WAIT_SECONDS)
        console.jobs.close()
        listening.close()


def first_link(console: Console) -> str | None:
    """A link that makes the first admin; None where there are users already."""
    if not console.doors.is_new():
        return None
    secret = console.doors.invite(FIRST_ADMIN, Role.ADMIN, (), "the first start")
    return f"{console.url}/welcome/{secret}"
