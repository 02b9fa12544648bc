"""How the rows hang together: which column names the order, and with what the others change.

A column that is the same in all rows of an order belongs to the order; one that changes within orders belongs to
their lines. A blank cell changes nothing: many exports fill the columns of the order in its first row only.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from orderdrop.mapping.suggest.sample import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The rows by one column: how many groups have several rows, and for each column how many of these it is constant in."""

    groups: int
    several: int
    constant: tuple[float, ...]

    def is_constant(self, column: int) -> bool | None:
        """Whether a column is the same within each group; None where no group could tell."""
        return self.constant[column] == 1.0 if self.several and self.constant[column] >= 0 else None


def grouped_by(key: int, profiles: Sequence[Profile]) -> Grouping:
    """Group the rows by a column; rows without it belong to no group."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, cell in enumerate(profiles[key].cells):
        if cell:
            rows[cell].append(row)
    several = [members for members in rows.values() if len(members) > 1]
    return Grouping(
        groups=len(rows), several=len(several), constant=tuple(_constant(one, several) for one in profiles)
    )


def _constant(profile: Profile, groups: Sequence[Sequence[int]]) -> float:
    """The share of groups in which the column has one value; -1 where it is blank in all of them."""
    told = same = 0
    for members in groups:
        found = {profile.cells[row] for row in members} - {""}
        told += bool(found)
        same += len(found) == 1
    return same / told if told else -1.0


def names_orders(key: int, profiles: Sequence[Profile]) -> float:
    """From 0 to 1 how much the rows look as if this column named their orders.

    It is filled in every row, and many other columns are constant within its groups while some are not.
    """
    one = profiles[key]
    if one.blank_share > 0 or one.distinct < 2:
        return 0.0
    grouping = grouped_by(key, profiles)
    if not grouping.several:
        return 0.3
    told = [
        share
        for n, share in enumerate(grouping.constant)
        if n != key and share >= 0 and profiles[n].distinct > 1
    ]
    if not told:
        return 0.3
    constant = sum(share == 1.0 for share in told)
    varying = len(told) - constant
    return 0.0 if not varying else min(1.0, constant / len(told) + 0.25) if constant > 1 else 0.1


def names_one(column: int, key: int, profiles: Sequence[Profile]) -> float:
    """The share of a column's values that stand in one order only, as another number of the order or of a parcel does."""
    orders: dict[str, set[str]] = defaultdict(set)
    for cell, name in zip(profiles[column].cells, profiles[key].cells, strict=True):
        if cell:
            orders[cell].add(name)
    return sum(len(found) == 1 for found in orders.values()) / len(orders) if orders else 1.0
