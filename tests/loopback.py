"""Loopback: HTTP to the stand-ins, and a port at which nobody answers.

The HTTP is httpx, but without the certificates, which take longer to load than a call takes.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import httpx

get = partial(httpx.get, verify=False)
post = partial(httpx.post, verify=False)
put = partial(httpx.put, verify=False)
request = partial(httpx.request, verify=False)
Client = partial(httpx.Client, verify=False)


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses every connection while the block runs: it is held, lest another test listens there meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
