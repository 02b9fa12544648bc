"""What a search asks of a name in SQL: that it is a text, or begins with it. An index answers both."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Select, bindparam, func, select

from orderdrop.ledger.browsing import CANDIDATES

Matches = Callable[[str, Column[Any]], ColumnElement[bool]]
TEXT: BindParameter[str] = bindparam("text")
END: BindParameter[str] = bindparam("end")
FEEDS: Any = bindparam("feeds", expanding=True)
LIMIT: BindParameter[int] = bindparam("limit")


def asked(text: str, feeds: Collection[str] | None, limit: int) -> dict[str, Any]:
    """The parameters of a search."""
    return {"text": text, "end": f"{text}\U0010ffff", "feeds": list(feeds or ()), "limit": limit}


def is_(_: str, column: Column[Any]) -> ColumnElement[bool]:
    """What is the text."""
    return column == TEXT


def begins(dialect: str, column: Column[Any]) -> ColumnElement[bool]:
    """What begins with a text, as a range by bytes: an index answers that, also where a plan is made without the text."""
    if dialect == "sqlite":
        return (column > TEXT) & (column < END)
    return column.op("~>~", is_comparison=True)(TEXT) & column.op("~<~", is_comparison=True)(END)


def is_cut(connection: Connection, candidates: Select[Any], parameters: dict[str, Any]) -> bool:
    """Whether there are as many candidates as are looked at, and perhaps more."""
    counted = select(func.count()).select_from(candidates.subquery())
    return bool(connection.execute(counted, parameters).scalar_one() >= CANDIDATES)
