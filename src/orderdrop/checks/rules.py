"""What must hold for the cells of a column, said without whoever judges it."""

from dataclasses import dataclass
from typing import Any

from orderdrop.core.problems import Code

Limit = str | int | float | tuple[Any, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold for every cell of one view; `limit` is what `code` speaks of.

    REQUIRED has none, PATTERN a regular expression, NOT_ALLOWED the allowed values, TOO_SMALL and TOO_LARGE a number,
    TOO_LONG a number of characters. Only REQUIRED looks at blank cells.
    """

    view: str
    code: Code
    limit: Limit = None
