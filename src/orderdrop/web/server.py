"""The console on a socket: uvicorn in a thread beside whatever else its process does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from orderdrop.web.app import create_app
from orderdrop.web.console import Console

_WAIT_SECONDS = 10.0


@contextmanager
def answering(console: Console, listening: socket.socket) -> Iterator[None]:
    """Serve the console on a socket that listens already while the block runs."""
    config = uvicorn.Config(
        create_app(console),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="console", daemon=True)
    thread.start()
    try:
        yield
    finally:
        console.closing.set()
        server.should_exit = True
        thread.join(_WAIT_SECONDS)
