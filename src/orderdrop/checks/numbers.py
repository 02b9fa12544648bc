"""Numbers as people write them. A mark that nobody declared is never guessed at.

Without a declared decimal mark only plain numbers with a point are read (`12`, `12.5`, `1234.56`); a text that could be
thousands or decimals (`1,234`, `1.234`) is a problem that names both. With a declared mark, thousands may be set apart
with the other mark, a space or an apostrophe. True numbers of a spreadsheet always arrive with a point.
Amounts stay text from end to end, so binary fractions never enter.
"""

import re

from orderdrop.checks.arrow import NO_TEXT, ArrowArray, pa, pc
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code, Owner

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]+))?")
_EITHER_WAY = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_MOST_DIGITS = 30
_SPACES_AND_APOSTROPHES = " \u00a0\u202f\u2009'’"
_OTHER = {".": ",", ",": "."}


def integers(mark: str | None) -> Reader:
    """Whole numbers that fit 64 bits. `mark` is the declared decimal mark: with one, thousands may be set apart."""
    flaw = Flaw(code=Code.NOT_AN_INTEGER, expected="a whole number is expected")

    def parse(text: str) -> object:
        digits = _without_groups(text, mark) if mark else text
        if not _WHOLE.fullmatch(digits):
            return flaw
        number = int(digits)
        return number if -(2**63) <= number < 2**63 else flaw

    def fast(text: ArrowArray) -> ArrowArray:
        plain = pc.match_substring_regex(text, "^-?[0-9]{1,18}$")
        return pc.if_else(plain, text, NO_TEXT).cast(pa.int64())

    return Reader(type=pa.int64(), parse=parse, fast=fast)


def decimals(mark: str | None, *, spreadsheet: bool) -> Reader:
    """Amounts, as canonical text: "1234.56", no plus sign, no leading zeros, trailing zeros as they stand."""

    def parse(text: str) -> object:
        readings = {reading for reading in _readings(text, mark, spreadsheet) if reading is not None}
        if len(readings) == 1:
            return readings.pop()
        if readings:
            return _either_way(sorted(readings))
        return _not_a_decimal(text, mark)

    pattern = rf"^(?:-?[1-9][0-9]{{0,14}}|0)(?:[{mark or '.'}][0-9]{{1,12}})?$"

    def fast(text: ArrowArray) -> ArrowArray:
        plain = pc.match_substring_regex(text, pattern)
        if mark is None and not spreadsheet:
            plain = pc.and_not(plain, pc.match_substring_regex(text, r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$"))
        if mark == "," and spreadsheet:
            plain = pc.and_not(plain, pc.match_substring(text, "."))
        sure = pc.if_else(plain, text, NO_TEXT)
        return pc.replace_substring(sure, ",", ".") if mark == "," else sure

    return Reader(type=pa.string(), parse=parse, fast=fast)


def _readings(text: str, mark: str | None, spreadsheet: bool) -> list[str | None]:
    if mark is None:
        if not spreadsheet and _EITHER_WAY.fullmatch(text):
            return [_canonical(text.replace(",", ".")), _canonical(re.sub("[.,]", "", text))]
        return [_canonical(text)]
    declared = _canonical(_without_groups(text, mark).replace(mark, "."))
    if mark == "," and "." in text and declared is not None and not _grouped(text, mark):
        declared = None
    return [declared, _canonical(text)] if spreadsheet else [declared]


def _grouped(text: str, mark: str) -> bool:
    return _without_groups(text, mark) != text


def _without_groups(text: str, mark: str) -> str:
    """Take well-formed thousands apart: one kind of separator, groups of three. Anything else stays as it is."""
    whole, point, rest = text.partition(mark)
    for separator in _OTHER[mark] + _SPACES_AND_APOSTROPHES:
        if separator in whole:
            escaped = re.escape(separator)
            if re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{escaped}[0-9]{{3}})+", whole):
                return whole.replace(separator, "") + point + rest
            break
    return text


def _canonical(text: str) -> str | None:
    found = _PLAIN.fullmatch(text)
    if not found or len(text) > _MOST_DIGITS:
        return None
    sign, whole, fraction = found.groups()
    if not whole and not fraction:
        return None
    number = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return f"-{number}" if sign == "-" and number.strip("0.") else number


def _either_way(readings: list[str]) -> Flaw:
    return Flaw(
        code=Code.NOT_A_DECIMAL,
        expected=f"this may mean {' or '.join(readings)}; the mapping must say which mark is the decimal one "
        f"(decimal: {_quoted('.')} or {_quoted(',')})",
        owner=Owner.OPS,
    )


def _not_a_decimal(text: str, mark: str | None) -> Flaw:
    if mark is None:
        for guess in (",", ".") if "," in text else ():
            meant = _canonical(_without_groups(text, guess).replace(guess, "."))
            if meant is not None:
                return Flaw(
                    code=Code.NOT_A_DECIMAL,
                    expected=f"if it means {meant}, the mapping must say so (decimal: {_quoted(guess)})",
                    owner=Owner.OPS,
                )
        return Flaw(code=Code.NOT_A_DECIMAL, expected="a number such as 1234.56 is expected")
    example = f"1234{mark}56"
    return Flaw(code=Code.NOT_A_DECIMAL, expected=f"a number such as {example} is expected")


def _quoted(mark: str) -> str:
    return f'"{mark}"'
