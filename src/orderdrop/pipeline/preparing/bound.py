"""Tables and how the mapping sits on them: where the cells of every place come from, and what blank ones erase."""

from collections.abc import Sequence
from dataclasses import dataclass

from orderdrop.checks.header import Binding, bind
from orderdrop.core.shape import Shape
from orderdrop.mapping.blanks import erased_places
from orderdrop.orders import Erasure
from orderdrop.pipeline.preparing.opening import Opened


@dataclass(slots=True, kw_only=True)
class Bound:
    """A table and how the mapping sits on it."""

    opened: Opened
    binding: Binding


def bound(opened: Opened, shape: Shape) -> Bound:
    """A table with the mapping laid on it; what does not fit are problems of the binding."""
    mapping = opened.mapping
    return Bound(
        opened=opened,
        binding=bind(mapping, opened.table.headings, has_header=mapping.file.header, key=shape.key),
    )


def sources_of(tables: Sequence[Bound]) -> dict[str, tuple[str, ...]]:
    """The headings behind every place, of all tables."""
    found: dict[str, tuple[str, ...]] = {}
    for one in tables:
        for place, headings in one.binding.sources.items():
            found[place] = tuple(dict.fromkeys((*found.get(place, ()), *headings)))
    return found


def erasures(tables: Sequence[Bound], shape: Shape) -> dict[str, Erasure]:
    """What blank cells erase, by place; in the tables that have the column."""
    found: dict[str, Erasure] = {}
    for number, one in enumerate(tables):
        for place, sent in erased_places(one.opened.mapping, shape, one.binding.columns).items():
            before = found[place].tables if place in found else frozenset()
            found[place] = Erasure(sent=sent, tables=before | {number})
    return found
