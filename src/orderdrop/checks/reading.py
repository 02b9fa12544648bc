"""How text becomes values: a fast way for whole columns, and a plain function for one text at a time.

A `Reader` has both. The fast way may leave cells undecided (null); `read` gives each distinct undecided text to
`parse`, which always decides: a value, or a `Flaw` that says what was expected. So the plain function is the rule and
the fast way only a shortcut, and a column of 100,000 equal mistakes is looked at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
    """One way to understand a column. `fast` gives null where it leaves the decision to `parse`."""

    type: ArrowType
    parse: Parse
    fast: Callable[[ArrowArray], ArrowArray] | None = None


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


def read(text: ArrowArray, reader: Reader) -> Reading:
    """Understand a column of trimmed text in which blank cells are null."""
    values = reader.fast(text) if reader.fast else pa.nulls(len(text), reader.type)
    undecided = pc.and_(pc.is_valid(text), pc.is_null(values))
    rows = np.flatnonzero(bools(undecided))
    if not len(rows):
        return Reading(values=values)
    encoded = text.take(pa.array(rows)).dictionary_encode()
    parsed = [reader.parse(one) for one in encoded.dictionary.to_pylist()]
    known = pa.array([None if isinstance(one, Flaw) else one for one in parsed], reader.type)
    which = encoded.indices.to_numpy(zero_copy_only=False)
    flawed: dict[Code, Mask] = {}
    for code in sorted({one.code for one in parsed if isinstance(one, Flaw)}):
        of_this_code = np.array([isinstance(one, Flaw) and one.code is code for one in parsed], dtype=bool)
        mask = np.zeros(len(text), dtype=bool)
        mask[rows[of_this_code[which]]] = True
        flawed[code] = mask
    return Reading(
        values=pc.replace_with_mask(values, undecided, known.take(encoded.indices)),
        flawed=flawed,
        unsettled=_unsettled(encoded.dictionary, parsed, which, rows),
    )


def _unsettled(texts: ArrowArray, parsed: list[object], which: Ints, rows: Ints) -> tuple[Unsettled, ...]:
    """One entry for each set of lines that would settle some cells, with the first of these cells."""
    asking: dict[tuple[str, ...], list[int]] = {}
    for number, one in enumerate(parsed):
        if isinstance(one, Flaw) and one.lines:
            asking.setdefault(tuple([line for line, _ in one.lines]), []).append(number)
    if not asking:
        return ()
    cells = np.bincount(which, minlength=len(parsed))
    found = []
    for numbers in asking.values():
        first = min(numbers)  # a dictionary numbers its texts as they appear
        flaw = parsed[first]
        assert isinstance(flaw, Flaw)
        found.append(
            Unsettled(
                lines=flaw.lines,
                text=texts[first].as_py(),
                at=int(rows[np.argmax(which == first)]),
                cells=int(cells[numbers].sum()),
            )
        )
    return tuple(found)


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


def listed(names: tuple[str, ...], most: int = 12) -> str:
    """Names in a sentence: "a, b and c"; a long list is cut and counted."""
    shown = [name or "(blank)" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
