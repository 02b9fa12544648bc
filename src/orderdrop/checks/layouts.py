"""In which layouts the text of a date may be meant, for sentences that ask: nothing is read by them."""

import re
from datetime import date, datetime

_NUMBERS = re.compile(r"([0-9]{1,4})([/.\- ])[0-9]{1,2}\2([0-9]{1,4})(?![0-9])(.*)", re.DOTALL)
_WITH_A_NAME = re.compile(r"[^0-9]*([0-9]{1,2})?[^0-9]*[A-Za-z]{3}[^0-9]*.*", re.DOTALL)
_TIME = re.compile(r"(T| |, |,)([0-9]{1,2})([:.])[0-9]{2}(?:\3([0-9]{2}))?(?:( ?)[AaPp][Mm])?")
_NAMED = (
    "%d{0}%b{0}%Y", "%d{0}%B{0}%Y", "%d{0}%b{0}%y", "%d{0}%B{0}%y", "%b{0}%d{0}%Y", "%B{0}%d{0}%Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip


def layouts_of(text: str, years: range) -> tuple[tuple[str, date], ...]:
    """Layouts as strptime has them, with the day that the text would then mean; none where it looks like no date.

    Days before months first. Two-digit years are those of strptime: 69 to 99 are of the last century.
    """
    found: list[tuple[str, date]] = []
    for layout in numeric_layouts(text) or _named(text):
        try:
            day = datetime.strptime(text, layout).date()  # noqa: DTZ007 - only the day is told
        except (ValueError, OverflowError):
            continue
        if day.year in years:
            found.append((layout, day))
    return tuple(found)


def numeric_layouts(text: str) -> list[str]:
    """Layouts of nothing but numbers in which a text may be meant, whether it is a day of the calendar or not."""
    numbers = _NUMBERS.fullmatch(text)
    if not numbers:
        return []
    first, separator, last, rest = numbers.groups()
    time = _time(rest)
    if time is None:
        return []
    if len(first) > 2:
        orders = [("%Y", "%m", "%d")]
    elif len(last) > 2:
        orders = [("%d", "%m", "%Y"), ("%m", "%d", "%Y")]
    else:
        orders = [("%d", "%m", "%y"), ("%m", "%d", "%y"), ("%y", "%m", "%d")]
    return [separator.join(order) + time for order in orders]


def _named(text: str) -> list[str]:
    if len(text) > 40 or not _WITH_A_NAME.fullmatch(text):
        return []
    layouts = [layout.format(separator) for separator in " -/." for layout in _NAMED]
    days = list(dict.fromkeys(layouts))
    at = _TIME.search(text)
    time = _time(text[at.start() :]) if at else ""
    return [layout + (time or "") for layout in days]


def _time(rest: str) -> str | None:
    """The layout of what stands behind the day; None where it is no time."""
    if not rest:
        return ""
    found = _TIME.fullmatch(rest)
    if not found:
        return None
    before, _, mark, seconds, space = found.groups()
    half = rest[-1] in "Mm"
    hours = "%I" if half else "%H"
    return (
        before + mark.join([hours, "%M", *(["%S"] if seconds else [])]) + (f"{space or ''}%p" if half else "")
    )
