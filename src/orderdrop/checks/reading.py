"""How text becomes values: a fast way for whole columns, and a plain function for one text at a time.

A `Reader` has both. The fast way may leave cells undecided (null); `read` gives each distinct undecided text to
`parse`, which always decides: a value, or a `Flaw` that says what was expected. So the plain function is the rule and
the fast way only a shortcut, and a column of 100,000 equal mistakes is looked at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from orderdrop.checks.arrow import ArrowArray, ArrowType, Ints, Mask, bools, pa, pc
from orderdrop.core.problems import Code, Owner, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why a text is not a value.

    `expected` ends the sentence that begins with the heading and the text found. `known` are the values among which
    the nearest one is worth naming. `lines` are what the mapping could say for the text to be read, each with what it would mean
    then: what nobody but the mapping can settle.
    """

    code: Code
    expected: str
    known: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    owner: Owner = Owner.SENDER
    severity: Severity = Severity.ERROR


Parse = Callable[[str], object]
"""A trimmed text, never blank, to a value of the reader's type or to a Flaw; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One way to understand a column. `fast` gives null where it leaves the decision to `parse`.

    `alike` numbers cells, of those that `fast` left: cells of one number have flaws of the same code and the same lines, so that
    `parse` need see one of them only; -1 where nothing is known.
    """

    type: ArrowType
    parse: Parse
    fast: Callable[[ArrowArray], ArrowArray] | None = None
    alike: Callable[[ArrowArray], Ints] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Cells that the same `lines` of the mapping would settle: how many, and the text and the position of one of them."""

    lines: tuple[tuple[str, str], ...]
    text: str
    at: int
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A column as it was understood: null where a cell is blank or flawed, the flawed cells by code, and what was unsettled."""

    values: ArrowArray
    flawed: Mapping[Code, Mask] = field(default_factory=dict)
    unsettled: tuple[Unsettled, ...] = ()


_MANY = 1_000  # cells from which on it pays to look for those that are alike


def read(text: ArrowArray, reader: Reader) -> Reading:
    """Understand a column of trimmed text in which blank cells are null."""
    values = reader.fast(text) if reader.fast else pa.nulls(len(text), reader.type)
    rows = np.flatnonzero(bools(pc.and_(pc.is_valid(text), pc.is_null(values))))
    if not len(rows):
        return Reading(values=values)
    told = _Told(len(text))
    if reader.alike and len(rows) >= _MANY:
        rows = _judged_together(text, rows, reader, reader.alike, told)
    if len(rows):
        values = _judged_one_by_one(text, rows, reader, values, told)
    return Reading(values=values, flawed=told.flawed, unsettled=tuple(told.unsettled.values()))


class _Told:
    """Flaws as they are found: the cells by code, and one entry for each set of lines that would settle some."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.flawed: dict[Code, Mask] = {}
        self.unsettled: dict[tuple[str, ...], Unsettled] = {}

    def note(self, flaw: Flaw, text: str, rows: Ints) -> None:
        """Some cells have a flaw, of which the first is `text`."""
        self.flawed.setdefault(flaw.code, np.zeros(self._count, dtype=bool))[rows] = True
        if not flaw.lines:
            return
        lines, first = tuple([line for line, _ in flaw.lines]), int(rows[0])
        before = self.unsettled.get(lines)
        cells = len(rows) + (before.cells if before else 0)
        if before is None or first < before.at:
            self.unsettled[lines] = Unsettled(lines=flaw.lines, text=text, at=first, cells=cells)
        else:
            self.unsettled[lines] = replace(before, cells=cells)


def _judged_together(
    text: ArrowArray, rows: Ints, reader: Reader, alike: Callable[[ArrowArray], Ints], told: _Told
) -> Ints:
    """Judge one cell for all that are like it; gives back the cells that are like none, or are no flaws after all."""
    numbers = alike(text.take(pa.array(rows)))
    left = [rows[numbers < 0]]
    for number in np.unique(numbers[numbers >= 0]).tolist():
        same = rows[numbers == number]
        first = text[int(same[0])].as_py()
        flaw = reader.parse(first)
        if isinstance(flaw, Flaw):
            told.note(flaw, first, same)
        else:
            left.append(same)
    return np.sort(np.concatenate(left))


def _judged_one_by_one(
    text: ArrowArray, rows: Ints, reader: Reader, values: ArrowArray, told: _Told
) -> ArrowArray:
    """Judge each distinct text; gives the values with those that were found."""
    encoded = text.take(pa.array(rows)).dictionary_encode()
    parsed = [reader.parse(one) for one in encoded.dictionary.to_pylist()]
    which = encoded.indices.to_numpy(zero_copy_only=False)
    by_flaw: dict[tuple[Code, tuple[str, ...]], list[int]] = {}
    for number, one in enumerate(parsed):
        if isinstance(one, Flaw):
            by_flaw.setdefault((one.code, tuple([line for line, _ in one.lines])), []).append(number)
    for numbers in by_flaw.values():
        first = parsed[numbers[0]]  # a dictionary numbers its texts as they appear
        assert isinstance(first, Flaw)
        told.note(first, encoded.dictionary[numbers[0]].as_py(), rows[np.isin(which, numbers)])
    known = pa.array([None if isinstance(one, Flaw) else one for one in parsed], reader.type)
    mask = np.zeros(len(text), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(values, pa.array(mask), known.take(encoded.indices))


def identity() -> Reader:
    """Text as it stands, so that identifiers never become numbers."""
    return Reader(type=pa.string(), parse=lambda text: text, fast=lambda text: text)


def lookup(table: Mapping[str, object], kind: ArrowType) -> Reader:
    """Texts that a mapping translates; capitals matter only where two entries differ in nothing else."""
    folded: dict[str, object] = {}
    for text, value in table.items():
        fold = text.strip().casefold()
        folded[fold] = value if fold not in folded else None
    exact = {text.strip(): value for text, value in table.items()}
    flaw = Flaw(
        code=Code.NOT_TRANSLATED,
        expected=f"the mapping translates only {listed(tuple(exact))}",
        known=tuple(exact),
    )

    def parse(text: str) -> object:
        found = exact.get(text)
        if found is None:
            found = folded.get(text.casefold())
        return flaw if found is None else found

    return Reader(type=kind, parse=parse)


def listed(names: tuple[str, ...], last: str = "and", most: int = 12) -> str:
    """Names in a sentence: "a, b and c"; a long list is cut and counted."""
    shown = [name or "(blank)" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return f" {last} ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
