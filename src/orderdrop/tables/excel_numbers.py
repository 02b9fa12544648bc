"""Numbers as the sheet shows them, where that tells more than the value: 123 under the format `000000` is 000123."""

import re
from functools import cache
from typing import TypeAlias

Forms: TypeAlias = tuple[tuple[str, str], ...]
"""A form for every limit, such as "<=99999"; "" is no limit."""
DIGIT = "\0"
"""Stands for a digit in a form: "ORD-\\0\\0\\0\\0" shows 17 as ORD-0017."""
_IF_ANY = "\1"  # a digit that is not shown where the number has none there

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<place>[0#?])|(?P<other>.)',
    re.DOTALL,
)
_LIMIT = re.compile(r"(<=|<|>=|>|=)(\d+)")
# What else a section may hold makes it an amount, a date, a share or a fraction: the bare number says all of that.
_PLAIN = frozenset("-() :_")
_MOST_SIGNS = 255  # of a format, as Excel has it


@cache
def form_of(code: str) -> Forms:
    """The forms in which a number format shows whole numbers, each with its limit; none for most formats.

    Only what identifies is worth a form: at least two digits shown whatever the number, letters right before it, or
    signs between its digits. Amounts, shares, dates and fractions have none.
    """
    if len(code) > _MOST_SIGNS:
        return ()
    found: list[tuple[str, str]] = []
    for section in _sections(code)[:2]:
        limit, form = _form(section)
        found.append((limit, form))
        if not limit:
            break
    return tuple(found) if any(form for _, form in found) else ()


def shown_as(forms: Forms, number: int) -> str | None:
    """A whole number, not below 0, in the first form whose limit it keeps; None where that says no more than its digits."""
    for limit, form in forms:
        if _keeps(number, limit):
            return _filled(form, str(number)) if form else None
    return None


@cache
def padded_to(forms: Forms) -> int | None:
    """The number of digits, where zeros in front are all that the forms add."""
    (limit, form), *others = forms
    return len(form) if not limit and not others and form.strip(DIGIT) == "" else None


def _sections(code: str) -> list[str]:
    sections = [""]
    for token in _TOKEN.finditer(code):
        if token["other"] == ";":
            sections.append("")
        else:
            sections[-1] += token[0]
    return sections


def _form(section: str) -> tuple[str, str]:
    limit, form = "", ""
    for token in _TOKEN.finditer(section):
        if token["bracket"] is not None:
            if _LIMIT.fullmatch(token["bracket"]):
                limit = token["bracket"]
            elif token["bracket"].startswith("$") and not token["bracket"].startswith("$-"):
                return limit, ""  # a currency
        elif token["place"]:
            form += DIGIT if token["place"] == "0" else _IF_ANY
        elif token["quoted"] is not None or token["escaped"] is not None:
            form += token["quoted"] or token["escaped"] or ""
        elif token["other"] in _PLAIN:
            form += token["other"] if token["other"] != "_" else ""
        elif token["other"]:
            return limit, ""
    return limit, form if _identifies(form) else ""


def _identifies(form: str) -> bool:
    if form.count(DIGIT) >= 2:
        return True
    before, *_ = re.split(r"[\0\1]", form, maxsplit=1)
    between = re.search(r"[\0\1][-/._:]+[\0\1]", form)
    return bool(between) or (form != before and bool(re.search(r"[^\W\d_][-_/#]?\Z", before)))


def _keeps(number: int, limit: str) -> bool:
    match = _LIMIT.fullmatch(limit)
    if match is None:
        return True
    bound = int(match[2])
    return {
        "<=": number <= bound,
        "<": number < bound,
        ">=": number >= bound,
        ">": number > bound,
        "=": number == bound,
    }[match[1]]


def _filled(form: str, digits: str) -> str:
    """The digits in their places from the right; the first place takes all that are left."""
    places = form.count(DIGIT) + form.count(_IF_ANY)
    text: list[str] = []
    for sign in reversed(form):
        if sign not in (DIGIT, _IF_ANY):
            text.append(sign)
            continue
        places -= 1
        take = digits if places == 0 else digits[-1:]
        digits = digits[: len(digits) - len(take)]
        text.append(take or ("0" if sign == DIGIT else ""))
    return "".join(reversed(text)).strip()
