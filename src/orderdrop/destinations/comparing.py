"""What a system holds of what it was sent: where each place of a payload reads back, and when two values are the same.

Each destination that can be read back knows the first (`Comparable`); the second follows from how a place travels.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final, Protocol, runtime_checkable

from orderdrop.core.lineage import place_of
from orderdrop.core.shape import Shape, Wire
from orderdrop.destinations.readback import Question, Reader
from orderdrop.destinations.told import moment

BLOT: Final = re.compile(r"\*{2,}")  # how personal data is shown where it may not be read


class Absent(Enum):
    """Why there is no value to compare with."""

    NOT_TOLD = "not told"  # the system does not say what it holds here, or blots it out
    MISSING = "missing"  # the system says that it holds nothing here


NOT_TOLD, MISSING = Absent.NOT_TOLD, Absent.MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One place of a payload: its path in the mapping's spelling, what was sent there and what is held there now.

    `twins` are other paths that may have given the same value (see `orderdrop.core.lineage.locate`). A whole node that
    is not there is one `Held` with MISSING: `node` is its path, and what was sent is the first value in it, its name.
    """

    path: str
    sent: Any
    held: Any
    twins: tuple[str, ...] = ()
    node: str | None = None


@runtime_checkable
class Comparable(Reader, Protocol):
    """A reader that finds one order again and knows where each place of its payload reads back."""

    def questions(self, key: str, reference: str | None, payload: Mapping[str, Any] | None) -> list[Question]:
        """What to ask for one order; the answers belong together.

        `key` is the sender's name of it; `reference` (the system's) and `payload` (as it was sent) are what the ledger
        knows, None where it does not. No question: the system cannot be asked for this one.
        """

    def joined(self, key: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """What the answers say of the order together; None where none of them is about it."""

    def held(self, payload: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Held]:
        """Every value of a payload as it was sent, with what is held in its place; never raises."""


def leaves(
    path: str, sent: Mapping[str, Any], told: Any, elsewhere: Mapping[str, Callable[[Any], Any]] | None = None
) -> Iterator[Held]:
    """The leaves of one node, below objects too; lists of plain values one by one.

    `elsewhere` gives for a name what is held in its place, from the node as it is told. A name that the node as told
    does not have is not told; null is missing.
    """
    there = told if isinstance(told, Mapping) else None
    if there is None and told is not NOT_TOLD:
        name, value = next(iter(sent.items()), ("", None))
        yield Held(path=f"{path}.{name}".strip("."), sent=value, held=MISSING, node=path)
        return
    for name, value in sent.items():
        at = f"{path}.{name}" if path else name
        if there is None:
            held: Any = NOT_TOLD
        elif elsewhere and name in elsewhere:
            held = elsewhere[name](there)
        else:
            held = there.get(name, NOT_TOLD)
        yield from leaf(at, value, held)


def leaf(path: str, sent: Any, held: Any) -> Iterator[Held]:
    """One value, or everything below it."""
    if isinstance(held, str) and BLOT.search(held):
        held = NOT_TOLD
    if sent is None:  # erased: what is not there is as it was sent
        if held is not None and held != "" and not isinstance(held, Absent):
            yield Held(path=path, sent=None, held=held)
    elif isinstance(sent, Mapping):
        yield from leaves(path, sent, held)
    elif isinstance(sent, list) and not isinstance(held, Absent) and held is not None:
        kept = held if isinstance(held, list) else []
        for index, one in enumerate(sent):
            yield Held(path=f"{path}.{index}", sent=one, held=one if one in kept else MISSING)
    else:
        yield Held(path=path, sent=sent, held=MISSING if held is None or held == "" else held)


def named(nodes: Iterable[Mapping[str, Any]], **names: Any) -> Mapping[str, Any] | None:
    """The first node that has these values under these names, as text."""
    return next(
        (one for one in nodes if all(str(one.get(name)) == str(value) for name, value in names.items())), None
    )


def is_same(shape: Shape, one: Held) -> bool:
    """Whether what is held is what was sent, for values of the kind that travels at this place."""
    if isinstance(one.held, Absent):
        return False
    if one.sent == one.held and isinstance(one.sent, bool) == isinstance(one.held, bool):
        return True
    known = shape.leaf(place_of(one.path))
    return _alike(known.wire if known else Wire.TEXT, one.sent, one.held)


def _alike(wire: Wire, sent: Any, held: Any) -> bool:
    if wire is Wire.BOOLEAN or isinstance(sent, bool) or isinstance(held, bool):
        return False
    if wire in (Wire.UNIX_SECONDS, Wire.ISO_DATETIME):
        ours, theirs = moment({"at": sent}, "at"), moment({"at": held}, "at")
        return ours is not None and ours == theirs
    if wire in (Wire.INTEGER, Wire.NUMBER, Wire.DECIMAL_TEXT):
        ours_number, theirs_number = _number(sent), _number(held)
        return ours_number is not None and ours_number == theirs_number
    if wire in (Wire.COUNTRY_ALPHA2, Wire.COUNTRY_ALPHA3, Wire.LANGUAGE, Wire.CURRENCY):
        return str(sent).casefold() == str(held).casefold()
    # an identifier that comes back as a number is the same if nothing of it was lost
    return not isinstance(held, dict | list) and str(sent) == str(held)


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
