"""Numbers as people write them. A mark that nobody declared is never guessed at.

Without a declared decimal mark only plain numbers with a point are read (`12`, `12.5`, `1234.56`); a text that could be
thousands or decimals (`1,234`, `1.234`) is a problem that names both. With a declared mark, thousands may be set apart
with the other mark, a space or an apostrophe, and negative amounts may be written as accountants do: `(12.00)`, `12.00-`.
What may stand beside a number (`$`, `EUR`, `kg`) is declared as well. True numbers of a spreadsheet always arrive with a point.
Amounts stay text from end to end, so binary fractions never enter; NaN and Infinity are no numbers.
"""

import re
from collections.abc import Sequence

from orderdrop.checks.arrow import NO_TEXT, ArrowArray, pa, pc
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code, Owner

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]+))?")
_EITHER_WAY = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_NEGATIVE = re.compile(r"\(([^()+-]+)\)|([^()+-]+)-")
_BESIDE = re.compile(
    r"([^\d\s.,'’()+-]{1,4})?\s*([(]?[+-]?\d[\d.,'’\s]*[)-]?|[+-]?\d)\s*([^\d\s.,'’()+-]{1,4})?"
)
_MOST_DIGITS = 30
_SPACES_AND_APOSTROPHES = " \u00a0\u202f\u2009'’"
_OTHER = {".": ",", ",": "."}


def integers(mark: str | None, units: Sequence[str] = ()) -> Reader:
    """Whole numbers that fit 64 bits. `mark` is the declared decimal mark: with one, thousands may be set apart, and
    nothing but zeros may stand behind it (`4.000`).

    `units` are what may stand before or behind a number.
    """
    flaw = Flaw(code=Code.NOT_AN_INTEGER, expected="a whole number is expected")
    units = sorted(units, key=len, reverse=True)  # E must not hide EUR

    def parse(text: str) -> object:
        bare = _bare(text, mark, units)
        digits = _without_zeros(_without_groups(bare, mark), mark) if mark else bare
        if not _WHOLE.fullmatch(digits):
            return _not_whole(bare, flaw) if mark is None else flaw
        number = int(digits)
        return number if -(2**63) <= number < 2**63 else flaw

    def fast(text: ArrowArray) -> ArrowArray:
        plain = pc.match_substring_regex(text, "^-?[0-9]{1,18}$")
        return pc.if_else(plain, text, NO_TEXT).cast(pa.int64())

    return Reader(type=pa.int64(), parse=parse, fast=fast)


def decimals(mark: str | None, *, spreadsheet: bool, units: Sequence[str] = ()) -> Reader:
    """Amounts, as canonical text: "1234.56", no plus sign, no leading zeros, trailing zeros as they stand.

    `units` are what may stand before or behind a number.
    """
    units = sorted(units, key=len, reverse=True)  # E must not hide EUR

    def parse(text: str) -> object:
        bare = _bare(text, mark, units)
        readings = {reading for reading in _readings(bare, mark, spreadsheet) if reading is not None}
        if len(readings) == 1:
            return readings.pop()
        if readings:
            return _either_way(sorted(readings), bare)
        return _not_a_decimal(text, mark)

    pattern = rf"^(?:-?[1-9][0-9]{{0,14}}|0)(?:[{mark or '.'}][0-9]{{1,12}})?$"

    def fast(text: ArrowArray) -> ArrowArray:
        plain = pc.match_substring_regex(text, pattern)
        if mark is None and not spreadsheet:
            plain = pc.and_not(plain, pc.match_substring_regex(text, r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$"))
        if mark == "," and spreadsheet:
            plain = pc.and_not(plain, pc.match_substring(text, "."))
        sure = pc.if_else(plain, text, NO_TEXT)
        sure = pc.replace_substring(sure, ",", ".") if mark == "," else sure
        if mark is None or spreadsheet or not pc.any(pc.and_(pc.is_valid(text), pc.is_null(sure))).as_py():
            return sure
        return pc.coalesce(sure, _dressed(text, mark, units))

    return Reader(type=pa.string(), parse=parse, fast=fast)


def _dressed(text: ArrowArray, mark: str, units: Sequence[str]) -> ArrowArray:
    """Amounts with a unit on one side or groups of three, or with both; null where there is more to look at."""
    unit = "|".join(map(re.escape, units)) or "$^"
    groups = "|".join(f"(?:{re.escape(one)}[0-9]{{3}})+" for one in _OTHER[mark] + _SPACES_AND_APOSTROPHES)
    number = rf"-?[1-9][0-9]{{0,2}}(?:{groups})|-?[1-9][0-9]{{0,14}}|0"
    whole = rf"(?P<number>(?:{number})(?:[{mark}][0-9]{{1,12}})?)"
    found = NO_TEXT
    for pattern in rf"^(?:(?:{unit}) ?)?{whole}$", rf"^{whole} ?(?:{unit})$":
        bare = pc.struct_field(pc.extract_regex(text, pattern), "number")
        found = pc.coalesce(found, bare)
    plain = pc.replace_substring_regex(found, rf"[^-0-9{mark}]", "")
    return pc.replace_substring(plain, ",", ".") if mark == "," else plain


def _bare(text: str, mark: str | None, units: Sequence[str]) -> str:
    """The number without its unit; with a declared mark also with its minus in front."""
    for unit in units:
        if text.startswith(unit):
            text = text[len(unit) :].strip()
            break
        if text.endswith(unit):
            text = text[: -len(unit)].strip()
            break
        if text[:1] in "-(" and text[1:].startswith(unit):  # -$12.00 and ($12.00)
            text = text[0] + text[1 + len(unit) :].strip()
            break
    negative = _NEGATIVE.fullmatch(text) if mark else None
    return f"-{(negative[1] or negative[2]).strip()}" if negative else text


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


def _whole_or_not(fraction: str) -> str:
    whole = _without_zeros(fraction, ".")
    return f"{fraction}, no whole number" if whole == fraction else whole


def _without_zeros(text: str, mark: str) -> str:
    """A whole number without the decimals that many systems write behind every quantity: 4.000."""
    whole, _, decimals = text.partition(mark)
    return whole if whole[-1:].isdecimal() and decimals and not decimals.strip("0") else text


def _canonical(text: str) -> str | None:
    found = _PLAIN.fullmatch(text)
    if not found or len(text) > _MOST_DIGITS:
        return None
    sign, whole, fraction = found.groups()
    if not whole and not fraction:
        return None
    number = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return f"-{number}" if sign == "-" and number.strip("0.") else number


def _either_way(readings: list[str], text: str) -> Flaw:
    lines = [_line(mark, _canonical(_without_groups(text, mark).replace(mark, "."))) for mark in ".,"]
    return Flaw(
        code=Code.NOT_A_DECIMAL,
        expected=f"this may mean {' or '.join(readings)}; the mapping must say which mark is the decimal one "
        f"(decimal: {_quoted('.')} or {_quoted(',')})",
        owner=Owner.OPS,
        lines=tuple(line for line in lines if line is not None),
    )


def _not_whole(text: str, flaw: Flaw) -> Flaw:
    """Where nobody declared a mark: thousands that are set apart may be meant, or places behind a mark."""
    if not _EITHER_WAY.fullmatch(text):
        return flaw
    whole, fraction = re.sub("[.,]", "", text), _canonical(text.replace(",", "."))
    mark = _OTHER["," if "," in text else "."]
    return Flaw(
        code=Code.NOT_AN_INTEGER,
        expected=f"{flaw.expected}; this may mean {whole} or {fraction}, and the mapping must say which mark is the decimal one "
        f"(decimal: {_quoted('.')} or {_quoted(',')})",
        owner=Owner.OPS,
        lines=(
            (f"decimal: {_quoted(mark)}", whole),
            (f"decimal: {_quoted(_OTHER[mark])}", _whole_or_not(str(fraction))),
        ),
    )


def _not_a_decimal(text: str, mark: str | None) -> Flaw:
    lines = _lines(text, mark)
    if lines:
        (line, meant), *others = lines
        told = f"if it means {meant}, the mapping must say so ({line})"
        if any(value != meant for _, value in others):
            told = f"this may mean {meant} or {others[0][1]}; the mapping must say which ({line}, or {others[0][0]})"
        return Flaw(code=Code.NOT_A_DECIMAL, expected=told, owner=Owner.OPS, lines=lines)
    return Flaw(code=Code.NOT_A_DECIMAL, expected=f"a number such as 1234{mark or '.'}56 is expected")


def _lines(text: str, mark: str | None) -> tuple[tuple[str, str], ...]:
    """What the mapping could say for a text to be read that it now is not, and what the text would mean then."""
    found = _BESIDE.fullmatch(text)
    if not found or (found[1] and found[3]):
        return ()
    unit = found[1] or found[3]
    told = f", unit: {_quoted(unit)}" if unit else ""
    marks = [mark] if mark else [".", ","]
    meant = {one: _readings(_bare(found[2].strip(), one, ()), one, spreadsheet=False)[0] for one in marks}
    return tuple(
        (f"decimal: {_quoted(one)}{told}" if mark is None else told.removeprefix(", "), value)
        for one, value in meant.items()
        if value is not None and (unit or mark is None)
    )


def _line(mark: str, meant: str | None) -> tuple[str, str] | None:
    return None if meant is None else (f"decimal: {_quoted(mark)}", meant)


def _quoted(mark: str) -> str:
    return f'"{mark}"'
