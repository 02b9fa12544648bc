"""What nesting needs to know before it sees a row: the levels of the payload and which column fills which field.

A level is the order itself or one list of the payload. A level has the columns of the list it is, and the columns of
every list whose elements fall back to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from orderdrop.core.shape import Leaf, Shape

# A node of the payload's skeleton: a field's number, a level's number (as ~number, always negative), or an object.
Skeleton: TypeAlias = "dict[str, int | Skeleton]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One column that may fill a field; `origin` is the level its own place belongs to.

    `headings` are the sender's columns behind it; none of them: the same value for every row, which states nothing.
    """

    column: str
    origin: int
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One leaf of a level and the columns that may fill it, its own column first."""

    leaf: Leaf
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The order (place "") or one list; `parent` is the number of the level that holds its elements.

    `key` is the place that names an element, None where every row is an element of its own; `further_keys` are places
    that tell apart elements of one name. `fallbacks` are the levels that take its elements when an ancestor has no key,
    nearest first.
    """

    place: str
    parent: int
    key: str | None
    fields: tuple[Field, ...]
    fallbacks: tuple[int, ...] = ()
    further_keys: tuple[str, ...] = ()
    innermost: bool = False  # no list of the payload lies below, and a column names the elements
    skeleton: Skeleton = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The levels, the order first and parents before their children."""

    levels: tuple[Level, ...]

    def ancestors(self, level: int) -> tuple[int, ...]:
        """The lists that hold a level's list, innermost first."""
        parent = self.levels[level].parent
        return (parent, *self.ancestors(parent)) if parent > 0 else ()

    def stated(self, level: int) -> tuple[Feed, ...]:
        """The sender's own columns of a level, those that only fall back to it left out."""
        feeds = (feed for entry in self.levels[level].fields for feed in entry.feeds)
        return tuple(feed for feed in feeds if feed.origin == level and feed.headings)


def make_plan(shape: Shape, columns: Sequence[str], sources: Mapping[str, Sequence[str]]) -> Plan:
    """Lay the columns of the frames over the shape; raises ValueError for a column that is no place of the payload."""
    unknown = [column for column in columns if shape.leaf(column) is None]
    if unknown:
        raise ValueError(f"the payload of {shape.destination} has no place {', '.join(unknown)}")
    lists = _lists_in_use(shape, columns)
    number = {place: index for index, place in enumerate(("", *lists))}
    fields = _fields(shape, columns, sources, number)
    levels = []
    for place, index in number.items():
        children = [other for other in lists if _holder(shape, other) == place]
        levels.append(
            Level(
                place=place,
                parent=number[_holder(shape, place)] if place else -1,
                key=_key(shape, place),
                fields=tuple(fields[index].values()),
                fallbacks=tuple(number[other] for other in _fallbacks(shape, place)),
                further_keys=tuple(f"{place}.{name}" for name in shape.lists[place].further_keys)
                if place
                else (),
                innermost=_is_innermost(shape, place, tuple(fields[index].values())),
                skeleton=_skeleton(place, list(fields[index]), {child: number[child] for child in children}),
            )
        )
    return Plan(levels=tuple(levels))


def sources_after_fallback(shape: Shape, sources: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The headings of every place that nesting may fill, fallbacks included.

    A line item that stayed with its fulfillment is refused at `fulfillments.0.line_items.0.sku`, a place that no
    mapping names: this is what leads it back to its column.
    """
    found = {place: tuple(headings) for place, headings in sources.items()}
    for place, headings in sources.items():
        own = _innermost(shape, place)
        for other in _fallbacks(shape, own):
            target = other + place[len(own) :]
            if shape.leaf(target) is not None:
                known = found.get(target, ())
                found[target] = known + tuple(heading for heading in headings if heading not in known)
    return found


def _innermost(shape: Shape, place: str) -> str:
    return next(reversed(shape.lists_over(place)), "")


def _holder(shape: Shape, place: str) -> str:
    return next(reversed(shape.lists_over(place)[:-1]), "")


def _key(shape: Shape, place: str) -> str | None:
    if not place:
        return shape.key
    key = shape.lists[place].key
    return None if key is None else f"{place}.{key}"


def _is_innermost(shape: Shape, place: str, fields: Sequence[Field]) -> bool:
    key = _key(shape, place) if place else None
    if key is None or any(other.startswith(f"{place}.") for other in shape.lists):
        return False
    return any(feed.headings for entry in fields if entry.leaf.place == key for feed in entry.feeds)


def _fallbacks(shape: Shape, place: str) -> tuple[str, ...]:
    """The lists that take a list's elements, nearest first; a list with no list above it never needs one."""
    found: list[str] = []
    at = place
    while len(shape.lists_over(at)) > 1:
        target = shape.lists[at].falls_back_to
        if target is None or target in (place, *found):
            break
        found.append(target)
        at = target
    return tuple(found)


def _lists_in_use(shape: Shape, columns: Sequence[str]) -> list[str]:
    """The lists that the columns can give elements, outermost first."""
    used = dict.fromkeys(place for column in columns for place in shape.lists_over(column))
    targets = [target for place in used for target in _fallbacks(shape, place)]
    used |= dict.fromkeys(place for target in targets for place in shape.lists_over(target))
    return sorted(used, key=lambda place: len(shape.lists_over(place)))


def _fields(
    shape: Shape, columns: Sequence[str], sources: Mapping[str, Sequence[str]], number: Mapping[str, int]
) -> list[dict[str, Field]]:
    """Per level the fields by place: own columns first, then those that fall back to it."""
    feeds: list[dict[str, list[Feed]]] = [{} for _ in number]
    homes = {column: _innermost(shape, column) for column in columns}
    for column, own in homes.items():
        feed = Feed(column=column, origin=number[own], headings=tuple(sources.get(column, ())))
        feeds[number[own]].setdefault(column, []).insert(0, feed)
        for other in _fallbacks(shape, own):
            feeds[number[other]].setdefault(other + column[len(own) :], []).append(feed)
    return [
        {
            place: Field(leaf=leaf, feeds=tuple(given))
            for place, given in level.items()
            if (leaf := shape.leaf(place)) is not None
        }
        for level in feeds
    ]


def _skeleton(level: str, places: Sequence[str], lists: Mapping[str, int]) -> Skeleton:
    root: Skeleton = {}
    ends = [(place, index) for index, place in enumerate(places)]
    ends += [(place, ~index) for place, index in lists.items()]
    for place, end in ends:
        *way, name = (place[len(level) + 1 :] if level else place).split(".")
        node = root
        for step in way:
            below = node.setdefault(step, {})
            if not isinstance(below, dict):
                raise ValueError(f"{place} lies below a place that takes a value")  # noqa: TRY004 - a wrong shape, not a wrong type
            node = below
        node[name] = end
    return root
