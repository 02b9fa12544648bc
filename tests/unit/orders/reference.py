"""The same nesting, one row and one cell at a time: slow, plain, and written from the rules alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.unit.orders.warehouse import Row

from orderdrop.core.problems import Code
from orderdrop.core.shape import Shape
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow

Told = tuple[Code, frozenset[int], str | None]


@dataclass
class Node:
    """The order or one element: who states what, and the lists below by (place, key)."""

    said: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    lists: dict[str, dict[Any, "Node"]] = field(default_factory=dict)


@dataclass
class Expected:
    """What must come out; a draft is (key, payload, {row: {list: position}}, held)."""

    drafts: list[tuple[str, dict[str, Any], dict[int, dict[str, int]], bool]] = field(default_factory=list)
    told: set[Told] = field(default_factory=set)
    rejected: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)


@dataclass
class Reference:
    """A nester for one shape and one set of columns."""

    shape: Shape
    columns: Sequence[str]
    sources: Mapping[str, Sequence[str]]
    on_bad_row: OnBadRow
    on_duplicate_row: OnDuplicateRow

    def nest(self, rows: Sequence[Row]) -> Expected:
        out = Expected()
        groups: dict[str, list[Row]] = {}
        for row in rows:
            key = row.values.get(self.shape.key)
            if key is None:
                out.rejected.add(row.number)
                if not row.bad:
                    out.told.add((Code.KEY_MISSING, frozenset({row.number}), self.shape.key))
            else:
                groups.setdefault(key, []).append(row)
        for key, group in groups.items():
            self._order(key, group, out)
        return out

    def _order(self, key: str, group: list[Row], out: Expected) -> None:
        hold = self.on_bad_row is OnBadRow.HOLD_ORDER
        bad = {row.number for row in group if row.bad}
        ignored: set[int] = set()
        copies: set[int] = set()
        seen: dict[int, Row] = {}
        for row in group:
            if row.fingerprint not in seen:
                seen[row.fingerprint] = row
                continue
            copies.add(row.number)
            if self.on_duplicate_row is OnDuplicateRow.REJECT:
                out.told.add((Code.DUPLICATE_ROW, frozenset({row.number}), None))
        for row in group:
            if row.number in copies or row.number in bad:
                continue
            for place in self._slots(row)[1]:
                node = self.shape.lists[place]
                out.told.add(
                    (Code.KEY_MISSING, frozenset({row.number}), f"{place}.{node.key}" if node.key else place)
                )
                bad.add(row.number)
        if self.on_duplicate_row is OnDuplicateRow.REJECT:
            bad |= copies
        else:
            ignored = copies - bad
        heard = [row for row in group if row.number not in copies and (hold or row.number not in bad)]
        bad |= self._quarrels(self._tree(heard), hold, out)
        good = [row for row in group if row.number not in bad | ignored]
        out.rejected |= bad
        out.ignored |= ignored
        if good:
            tree = self._tree(good)
            positions: dict[int, dict[str, int]] = {row.number: {} for row in good}
            self._positions(tree, positions)
            out.drafts.append((key, self._payload("", tree), positions, hold and bool(bad)))

    def _slots(self, row: Row) -> tuple[dict[str, tuple[Any, dict[str, Any]]], set[str]]:
        """What the row gives each list as place -> (key, fields), and the lists whose key it lacks."""
        lists = sorted({place for column in self.columns for place in self.shape.lists_over(column)})
        named = {place: self._named(place, row) for place in lists}
        slots: dict[str, tuple[Any, dict[str, Any]]] = {}
        for place in lists:
            if all(named.get(above, (False,))[0] for above in self.shape.lists_over(place)):
                slots[place] = (named[place][1], self._own(place, row))
        direct = set(slots)
        moved: set[str] = set()
        had_room: set[str] = set()
        for place in sorted(lists, key=lambda each: len(self.shape.lists_over(each))):
            at: str | None = self.shape.lists[place].falls_back_to
            while at is not None:
                if all(above in direct for above in self.shape.lists_over(at)[:-1]) and at not in slots:
                    had_room.add(place)
                    if named[place][0] and place not in direct:
                        fields = {
                            at + name[len(place) :]: value for name, value in self._own(place, row).items()
                        }
                        slots[at] = (
                            named[place][1],
                            {name: value for name, value in fields.items() if self.shape.leaf(name)},
                        )
                        moved.add(place)
                        break
                at = self.shape.lists[at].falls_back_to
        for place, (_, fields) in slots.items():
            for column in self.columns:
                if self._home(column) == place and not self.sources.get(column):
                    value = row.values.get(column)
                    if fields.get(column) is None and value is not None:
                        fields[column] = value
        missing: set[str] = set()
        for place in lists:
            stated = any(
                row.values.get(column) is not None and self.sources.get(column)
                for column in self.columns
                if self._home(column) == place
            )
            rescued = not named[place][0] and any(
                place in self.shape.lists_over(other)[:-1] for other in moved
            )
            if stated and place not in direct and place not in moved and not rescued:
                if not named[place][0]:
                    missing.add(place)
                if place not in had_room:
                    missing |= {above for above in self.shape.lists_over(place)[:-1] if not named[above][0]}
        return slots, missing

    def _home(self, column: str) -> str:
        return (*("",), *self.shape.lists_over(column))[-1]

    def _own(self, place: str, row: Row) -> dict[str, Any]:
        return {
            column: row.values[column]
            for column in self.columns
            if self._home(column) == place and row.values.get(column) is not None
        }

    def _named(self, place: str, row: Row) -> tuple[bool, Any]:
        key = self.shape.lists[place].key
        if key is not None:
            value = row.values.get(f"{place}.{key}")
            return value is not None, value
        below = [column for column in self.columns if place in self.shape.lists_over(column)]
        stated = [column for column in below if self.sources.get(column)]
        if stated:
            return any(row.values.get(column) is not None for column in stated), row.number
        return any(self._home(column) == place for column in below), row.number

    def _tree(self, rows: Sequence[Row]) -> Node:
        root = Node()
        for row in rows:
            slots, _ = self._slots(row)
            nodes = {"": root}
            self._say(root, row.number, self._own("", row))
            for place in sorted(slots, key=lambda each: len(self.shape.lists_over(each))):
                key, fields = slots[place]
                parent = nodes[("", *self.shape.lists_over(place)[:-1])[-1]]
                node = parent.lists.setdefault(place, {}).setdefault(key, Node())
                nodes[place] = node
                self._say(node, row.number, fields)
        return root

    def _say(self, node: Node, row: int, fields: Mapping[str, Any]) -> None:
        node.rows.append(row)
        for name, value in fields.items():
            node.said.setdefault(name, []).append((row, value))

    def _quarrels(self, node: Node, hold: bool, out: Expected) -> set[int]:
        bad: set[int] = set()
        for name, said in node.said.items():
            if len({value for _, value in said}) > 1:
                rows = {row for row, _ in said} if hold else set(node.rows)
                out.told.add((Code.ROWS_DISAGREE, frozenset(rows), name))
                bad |= rows
        for elements in node.lists.values():
            for element in elements.values():
                bad |= self._quarrels(element, hold, out)
        return bad

    def _positions(self, node: Node, positions: dict[int, dict[str, int]]) -> None:
        for place, elements in node.lists.items():
            for index, element in enumerate(elements.values()):
                for row in element.rows:
                    positions[row][place] = index
                self._positions(element, positions)

    def _payload(self, place: str, node: Node) -> dict[str, Any]:
        made: dict[str, Any] = {}
        parts: dict[str, Any] = {name: said[0][1] for name, said in node.said.items()}
        for below, elements in node.lists.items():
            parts[below] = [self._payload(below, element) for element in elements.values()]
        for name, value in parts.items():
            *way, last = (name[len(place) + 1 :] if place else name).split(".")
            at = made
            for step in way:
                at = at.setdefault(step, {})
            at[last] = value
        return made
