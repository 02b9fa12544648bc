"""Request bodies as they come off the wire: JSON, with long integers kept whole."""

import json
import re
from typing import Any, NoReturn

import orjson

# orjson turns integers beyond 64 bits into floats, and a tracking number would lose its digits.
_LONG_NUMBER = re.compile(rb"[0-9]{19}")
# orjson writes 254 levels; an answer wraps what was sent in a dozen of its own.
_ANSWER_LEVELS = 20


class NotJsonError(ValueError):
    """The body is no JSON, or nested too deep to read."""


def read_json(body: bytes) -> Any:
    """Return the value in the body; raises `NotJsonError`."""
    try:
        if _LONG_NUMBER.search(body):
            content = json.loads(body, parse_constant=_refuse)
            json.dumps(content, ensure_ascii=False).encode()  # fails on lone surrogates, as orjson does
        else:
            content = orjson.loads(body)
            if body.count(b"[") + body.count(b"{") > 200:
                _refuse_deep(content)
    except RecursionError:
        raise NotJsonError("nested too deep") from None
    except ValueError as error:
        raise NotJsonError(str(error)) from None
    return content


def _refuse_deep(content: Any) -> None:
    for _ in range(_ANSWER_LEVELS):
        content = [content]
    try:
        orjson.dumps(content)
    except TypeError:
        raise ValueError("nested too deep") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
