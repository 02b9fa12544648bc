"""How a column writes its dates: the layouts that read every value, and whether day and month could change places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_NUMERIC = re.compile(
    r"(?P<a>\d{1,4})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{1,2})(?!\d)(?P<rest>.*)"
)
_COMPACT = re.compile(r"(?:19|20)\d{6}(?P<time>\d{4}|\d{6})?")
_NAMED = (
    (re.compile(r"\d{1,2} [A-Za-z]{3} \d{4}\b"), "%d %b %Y"),
    (re.compile(r"\d{1,2} [A-Za-z]{4,9} \d{4}\b"), "%d %B %Y"),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d{4}\b"), "%d-%b-%Y"),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d{2}\b"), "%d-%b-%y"),
    (re.compile(r"[A-Za-z]{3}-\d{1,2}-\d{2}\b(?!\d)"), "%b-%d-%y"),
    (re.compile(r"[A-Za-z]{3} \d{1,2}, \d{4}\b"), "%b %d, %Y"),
    (re.compile(r"[A-Za-z]{4,9} \d{1,2}, \d{4}\b"), "%B %d, %Y"),
    (re.compile(r"[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4}\b"), "%a, %d %b %Y"),
)  # fmt: skip
_TIME = re.compile(
    r"(?P<gap>T|,? +)(?P<h>\d{1,2}):(?P<m>\d{2})(?P<s>:\d{2})?(?P<f>\.\d{1,6})?(?P<half> ?[AaPp]\.?[Mm]\.?)?(?P<zgap> ?)(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_MOST_LAYOUTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The layouts of a column as strptime has them; `swapped` reads every value too where nothing proves the first ones.

    `iso`: no layout need be declared. `example` is a value that both would read.
    """

    layouts: tuple[str, ...]
    swapped: tuple[str, ...] = ()
    iso: bool = False
    has_time: bool = False
    has_zone: bool = False
    example: str = ""
    proof: str = ""  # a value that only the first layouts read


def dates_of(values: Sequence[str]) -> Dates | None:
    """How the column writes dates; None where not every value is one."""
    shapes = {value: _layout(value) for value in values}
    if not values or any(shape is None for shape in shapes.values()):
        return None
    layouts = tuple(dict.fromkeys(shape for shape in shapes.values() if shape))
    if len(layouts) > _MOST_LAYOUTS:
        return None
    straight = _reads(shapes, swap=False)
    turned = _reads(shapes, swap=True)
    other = tuple(_swapped(layout) for layout in layouts)
    chosen, rest = (layouts, other) if straight else (other, layouts)
    if not (straight or turned):
        return None
    both = straight and turned and other != layouts
    alone = next(
        (value for value, shape in shapes.items() if shape and not _read(value, _swapped(shape))), ""
    )
    alone_turned = next((value for value, shape in shapes.items() if shape and not _read(value, shape)), "")
    return Dates(
        layouts=chosen,
        swapped=rest if both else (),
        iso=all(layout.startswith("%Y-%m-%d") for layout in layouts)
        and not any(" %z" in layout for layout in layouts),
        has_time=any("%H" in layout or "%I" in layout for layout in layouts),
        has_zone=all("%z" in layout for layout in layouts),
        example=next(iter(values)),
        proof="" if both or other == layouts else (alone if straight else alone_turned),
    )


def in_words(value: str, layout: str) -> str:
    """A date as nobody can misread it: 4 March 2026."""
    moment = _read(value, layout)
    return f"{moment.day} {moment:%B %Y}" if moment else value


def _reads(shapes: dict[str, str | None], *, swap: bool) -> bool:
    return all(shape and _read(value, _swapped(shape) if swap else shape) for value, shape in shapes.items())


def _swapped(layout: str) -> str:
    """The layout with day and month in each other's place; the same where it leaves no doubt."""
    if layout.startswith("%Y") or "%b" in layout or "%B" in layout:
        return layout
    return layout.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def _read(value: str, layout: str) -> datetime | None:
    try:
        moment = datetime.strptime(value, layout)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return None
    return moment if 1900 <= moment.year < 2200 else None


def _layout(value: str) -> str | None:
    """The layout of one value, day before month where the value leaves it open."""
    compact = _COMPACT.fullmatch(value)
    if compact:
        return (
            "%Y%m%d" + {None: "", 4: "%H%M", 6: "%H%M%S"}[len(compact["time"]) if compact["time"] else None]
        )
    found = _NUMERIC.fullmatch(value)
    if found:
        time = _time(found["rest"])
        sep = found["sep"]
        if time is None or (len(found["a"]) > 2 and len(found["c"]) == 4):
            return None
        if len(found["a"]) == 4:
            return f"%Y{sep}%m{sep}%d{time}"
        year = {4: "%Y", 2: "%y"}.get(len(found["c"]))
        return f"%d{sep}%m{sep}{year}{time}" if len(found["a"]) <= 2 and year else None
    for pattern, layout in _NAMED:
        head = pattern.match(value)
        time = _time(value[head.end() :]) if head else None
        if time is not None:
            return layout + time
    return None


def _time(rest: str) -> str | None:
    """The layout of what follows the day; None for what is no time."""
    if not rest:
        return ""
    found = _TIME.fullmatch(rest)
    if found is None:
        return None
    hours = "%I" if found["half"] else "%H"
    half = "" if not found["half"] else " %p" if found["half"].startswith(" ") else "%p"
    seconds = "%S" if found["s"] else ""
    fraction = ".%f" if found["f"] else ""
    zone = f"{found['zgap']}%z" if found["zone"] else ""
    return f"{found['gap']}{hours}:%M{':' if seconds else ''}{seconds}{fraction}{half}{zone}"
