"""Orders of several tables: each must have rows in every table that the mapping says is needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from orderdrop.core.orders import Draft
from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.core.rows import in_table
from orderdrop.mapping.model import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners:
    """The tables of a mapping, by number, and which of them every order must have rows in."""

    names: tuple[str, ...]
    needed: frozenset[int]

    @classmethod
    def of(cls, mapping: Mapping) -> "Partners":
        """What a mapping says; nothing is needed where it has one table."""
        names = ("the first table", *(f"`{name}`" for name in mapping.join))
        further = {number for number, table in enumerate(mapping.join.values(), start=1) if table.needed}
        return cls(names=names, needed=frozenset(further | {0}) if mapping.join else frozenset())

    def missing(self, drafts: Sequence[Draft]) -> dict[str, Problem]:
        """One problem, on all its rows, for every order that lacks a table; one that is held has rows that are not here."""
        if not self.needed:
            return {}
        found: dict[str, Problem] = {}
        for draft in drafts:
            there = {in_table(row)[0] for row in draft.lineage.rows}
            lacking = sorted(self.needed - there)
            if lacking and not draft.held:
                where = " and ".join(self.names[number] for number in lacking)
                found[draft.key] = Problem(
                    code=Code.PARTNER_MISSING,
                    message=f"Order {draft.key} has no usable row in {where}. Send the tables of one order together.",
                    cells=tuple(Cell(row=row) for row in draft.lineage.rows),
                    order=draft.key,
                )
        return found
