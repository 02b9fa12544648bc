"""The shape of a destination's payload: which places exist, which nodes are lists, what each leaf takes.

A place is written without list positions: `fulfillments.trackers.tracking_number`. The shape is read off the
destination's payload models, so that mappings, nesting and error messages all speak of the same places.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum


class Wire(StrEnum):
    """How a leaf travels in the payload's JSON."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL_TEXT = "decimal_text"  # "20.00"
    BOOLEAN = "boolean"
    UNIX_SECONDS = "unix_seconds"
    ISO_DATETIME = "iso_datetime"  # 2026-11-22T19:30:00Z
    ISO_DATE = "iso_date"  # 2026-11-22
    COUNTRY_ALPHA2 = "country_alpha2"
    COUNTRY_ALPHA3 = "country_alpha3"
    LANGUAGE = "language"  # ISO 639-1, lower case
    CURRENCY = "currency"  # ISO 4217


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One place that takes a value; `many`: a list of plain values (tags), to which every column and row may add one."""

    place: str
    wire: Wire
    required: bool = False
    one_of: tuple[str, ...] = ()
    max_length: int | None = None
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode:
    """One node that is a list: its place, the field that names an element, and where elements stay without one.

    `key` None: every row is an element of its own. `falls_back_to` names the list that takes the elements of this one
    when an ancestor has no key: a line item without a tracking number stays with its fulfillment. `further_keys` are
    fields that tell apart elements of the same key: two carriers may both have a parcel 1001. An element has them or
    not; without `key` it is no element.
    """

    place: str
    key: str | None
    falls_back_to: str | None = None
    further_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """How an order is cancelled by sending it: `place` takes true, and of the rest only the key, required places and `keeps` go."""

    place: str
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """All places of one destination's payload.

    `key` is the place that names the order. `open_nodes` take any name below them (custom variables). `updates` says that
    an order that is sent again changes the one that is there; `cancel` None, that none is cancelled by sending. `erases` are
    the places whose value the destination forgets when it is told to, each with what tells it: a word, or None for null.
    """

    destination: str
    key: str
    leaves: Mapping[str, Leaf]
    lists: Mapping[str, ListNode] = field(default_factory=dict)
    open_nodes: frozenset[str] = frozenset()
    updates: bool = True
    cancel: Cancel | None = None
    erases: Mapping[str, str | None] = field(default_factory=dict)

    def leaf(self, place: str) -> Leaf | None:
        """The leaf at a place, None where the payload has none; names below an open node are text."""
        found = self.leaves.get(place)
        if found is None and place.rpartition(".")[0] in self.open_nodes:
            return Leaf(place=place, wire=Wire.TEXT)
        return found

    def sent_to_cancel(self) -> frozenset[str]:
        """The places that a cancelled order is sent with, besides the one that cancels it."""
        kept = () if self.cancel is None else self.cancel.keeps
        required = (leaf.place for leaf in self.leaves.values() if leaf.required)
        return frozenset({self.key, *kept, *(place for place in required if not self.lists_over(place))})

    def nearest(self, place: str) -> str | None:
        """The valid place that is spelt most like this one, for "did you mean"."""
        close = get_close_matches(place, self.leaves, n=1, cutoff=0.6)
        if not close:
            tail = place.rpartition(".")[2]
            close = [leaf for leaf in self.leaves if leaf.rpartition(".")[2] == tail][:1]
        return close[0] if close else None

    def nodes(self) -> frozenset[str]:
        """Every place, and every node on the way to one."""
        ways = (place.split(".") for place in (*self.leaves, *self.lists, *self.open_nodes))
        return frozenset(".".join(way[:depth]) for way in ways for depth in range(1, len(way) + 1))

    def lists_over(self, place: str) -> tuple[str, ...]:
        """The list nodes on the way to a place, outermost first."""
        parts = place.split(".")
        heads = (".".join(parts[:n]) for n in range(1, len(parts) + 1))
        return tuple(head for head in heads if head in self.lists)
