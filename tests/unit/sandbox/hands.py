"""Both clocks of a stand-in, turned by the test, and calls that need no wire."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson

from orderdrop.sandbox.calls import Answer, Call
from orderdrop.sandbox.clock import Clock

NOW = 1_700_000_000.0


class Hands:
    """What time it is: both clocks show `at`."""

    def __init__(self) -> None:
        self.at = NOW

    def clock(self) -> Clock:
        return Clock(unix_seconds=lambda: self.at, elapsed_seconds=lambda: self.at)


def uuids() -> Callable[[], str]:
    """Return a maker of uuids that count from 1."""
    numbers = itertools.count(1)
    return lambda: str(UUID(int=next(numbers)))


def call(method: str, path: str, content: Any = None, *, key: str, **details: Any) -> Call:
    """Return a call with this Authorization header and this content as JSON."""
    body = b"" if content is None else orjson.dumps(content)
    headers = {"authorization": key, "content-type": "application/json", "host": "sandbox"}
    return Call(
        method=method, path=path, headers={**headers, **details.pop("headers", {})}, body=body, **details
    )


def content_of(answer: Answer) -> Any:
    """Return the JSON of the body."""
    return orjson.loads(answer.body)
