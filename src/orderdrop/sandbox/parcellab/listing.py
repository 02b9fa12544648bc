"""GET of the collection: pages by cursor, as the framework's cursor pagination walks them.

The parameters `cursor` and `ordering` are published, and that `next` and `previous` are whole addresses; what may be
ordered by and how long a page is are not (assumption: by `ORDERINGS`, newest first, setting `page_size`).
"""

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from orderdrop.sandbox.parcellab.store import ParcelOrder

ORDERINGS = ("created_at", "order_number", "order_date", "external_reference", "account")

SortKey = tuple[bool, Any, int]


class CursorError(ValueError):
    """The cursor is not one that was handed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place between two orders: the key of the one beside it, and which way the page lies from there."""

    beside: SortKey
    backwards: bool

    def written(self) -> str:
        """Return the position as a cursor."""
        return base64.urlsafe_b64encode(orjson.dumps([*self.beside, self.backwards])).decode()


def read_cursor(text: str) -> Position:
    """Return the position that a cursor names; raises `CursorError`."""
    try:
        missing, value, seq, backwards = orjson.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, TypeError, binascii.Error):
        raise CursorError("Invalid cursor") from None
    if type(missing) is not bool or type(seq) is not int or type(backwards) is not bool:
        raise CursorError("Invalid cursor")
    return Position(beside=(missing, value, seq), backwards=backwards)


def page(
    orders: Sequence[ParcelOrder], query: str, *, size: int, url: str
) -> tuple[list[ParcelOrder], str | None, str | None]:
    """Return one page with the addresses of the next and the previous one; raises `CursorError`.

    `orders` are all there are, by their `seq`.
    The other parameters of the query are kept in the addresses. An unknown ordering is passed over.
    """
    asked = dict(parse_qsl(query, keep_blank_values=True))
    cursor = asked.pop("cursor", "")
    name, descending = _ordering(asked.get("ordering", ""))
    at = read_cursor(cursor) if cursor else None
    keys = sorted([sort_key(order, name) for order in orders])
    try:
        first, last = _slice(keys, at, descending, size)
    except TypeError:  # the cursor was handed out for another ordering
        raise CursorError("Invalid cursor") from None
    if descending:
        keys.reverse()

    def address(beside: ParcelOrder, *, backwards: bool) -> str:
        position = Position(beside=sort_key(beside, name), backwards=backwards)
        return f"{url}?{urlencode({'cursor': position.written(), **asked})}"

    found = [orders[seq - 1] for _, _, seq in keys[first:last]]
    if not found:
        return [], None, None
    following = address(found[-1], backwards=False) if last < len(keys) else None
    return found, following, address(found[0], backwards=True) if first > 0 else None


def sort_key(order: ParcelOrder, name: str) -> SortKey:
    """Return what the order is sorted by; those without a value come last, and equals by age."""
    if name == "created_at":
        return False, order.seq, order.seq
    value = order.fields.get(name)
    return value is None, "" if value is None and name != "account" else value, order.seq


def _ordering(text: str) -> tuple[str, bool]:
    for name in text.split(","):
        if name.removeprefix("-") in ORDERINGS:
            return name.removeprefix("-"), name.startswith("-")
    return "created_at", True


def _slice(keys: Sequence[SortKey], at: Position | None, descending: bool, size: int) -> tuple[int, int]:
    """Return where the page starts and ends; `keys` ascend, and the page is counted in the asked direction."""
    if at is None:
        return 0, min(size, len(keys))
    before, following = bisect_left(keys, at.beside), bisect_right(keys, at.beside)
    if descending:
        before, following = len(keys) - following, len(keys) - before
    if at.backwards:
        return max(before - size, 0), before
    return following, min(following + size, len(keys))
