"""How values are read, and how one is refused."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How strictly to read. `strict`: codes, tags, zones and patterns too; `nulls`: null clears an optional field."""

    strict: bool
    nulls: bool
    client_keys: Collection[str] | None = None


class RefusedValue(Exception):  # noqa: N818 - a verdict on a value, met on purpose, not a failure of the program
    """One value that the API does not take: the framework's code and message."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


Reader = Callable[[Any, Rules], Any]
