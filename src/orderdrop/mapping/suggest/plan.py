"""From meanings to places: which places the columns of a file fill, and in which of several lists their lines belong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter

from orderdrop.core.shape import Leaf, Shape
from orderdrop.mapping.suggest.guide import Guide, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where everything goes: `filled` by meaning, `derived` templates of meanings by place, `lacking` required places."""

    filled: Mapping[str, tuple[str, ...]]
    derived: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[Leaf, ...] = ()

    def in_templates(self) -> Mapping[str, tuple[str, ...]]:
        """By meaning the derived places that use it."""
        used: dict[str, list[str]] = {}
        for place, template in self.derived.items():
            for meaning in named(template):
                used.setdefault(meaning, []).append(place)
        return {meaning: tuple(places) for meaning, places in used.items()}


def plan(
    shape: Shape, guide: Guide, has: Callable[[str, str], bool], given: frozenset[str] = frozenset()
) -> Plan:
    """Decide what fills each place. `has` says whether the file has a meaning in a form that the place takes.

    `given` are places that something else fills already. A place in a list counts only when the list's key is filled
    too; of lists that stand in for one another (lines in a parcel, lines of the order) the innermost one takes it all.
    """
    chosen = {
        place: entry
        for place, entries in guide.fills.items()
        if place not in given
        and shape.leaf(place) is not None
        and (entry := _first(place, entries, has)) is not None
    }
    for node, names in guide.whole.items():
        if not all(f"{node}.{name}" in chosen or f"{node}.{name}" in given for name in names):
            chosen = {place: entry for place, entry in chosen.items() if not place.startswith(f"{node}.")}
    keys = set(chosen) | given
    lists = _lists_in_use(shape, keys)
    kept = {place: entry for place, entry in chosen.items() if set(shape.lists_over(place)) <= lists}
    filled: dict[str, list[str]] = {}
    for place, entry in kept.items():
        if "{" not in entry:
            filled.setdefault(entry, []).append(place)
    reached = set(kept) | given
    return Plan(
        filled={meaning: tuple(places) for meaning, places in filled.items()},
        derived={place: entry for place, entry in kept.items() if "{" in entry},
        lacking=tuple(_lacking(shape, reached)),
    )


def _first(place: str, entries: tuple[str, ...], has: Callable[[str, str], bool]) -> str | None:
    for entry in entries:
        if entry.startswith("!"):
            if has(entry[1:], place):
                return None
        elif "{" in entry:
            text = trimmed(entry, lambda meaning: has(meaning, place))
            if text is not None:
                return text
        elif has(entry, place):
            return entry
    return None


def trimmed(template: str, has: Callable[[str], bool]) -> str | None:
    """A template without the meanings that are not there, nor the commas between them; None where hardly any is."""
    groups = []
    for group in template.split(", "):
        names = [name for _, name, _, _ in Formatter().parse(group) if name and has(name)]
        if names:
            groups.append(" ".join(f"{{{name}}}" for name in names))
    text = ", ".join(groups)
    return text if len(list(named(text))) > 1 else None


def _lists_in_use(shape: Shape, filled: set[str]) -> frozenset[str]:
    def can_be_named(node: str) -> bool:
        key = shape.lists[node].key
        return all(
            shape.lists[over].key is None or f"{over}.{shape.lists[over].key}" in filled
            for over in (*shape.lists_over(node), node)
        ) and (key is not None or any(place.startswith(f"{node}.") for place in filled))

    able = {node for node in shape.lists if can_be_named(node)}
    stood_in = set()
    for node in able:
        instead = shape.lists[node].falls_back_to
        while instead is not None:
            stood_in.add(instead)
            instead = shape.lists[instead].falls_back_to
    return frozenset(able - stood_in)


def _lacking(shape: Shape, reached: set[str]) -> Iterator[Leaf]:
    used = {node for place in reached for node in shape.lists_over(place)}
    for leaf in shape.leaves.values():
        if (
            leaf.required
            and leaf.place not in reached
            and all(node in used for node in shape.lists_over(leaf.place))
        ):
            yield leaf
