"""Telephone numbers in the international form +33612345678.

A number with + or 00 in front is checked against the numbering plan of its country: its length, not whether it is in
service, because plans change faster than libraries. Other numbers are read as numbers of the declared region; where
none is declared they are kept as they stand.
"""

import re

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

from orderdrop.checks.arrow import NO_TEXT, ArrowArray, pa, pc
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code

_DIALLED = re.compile(
    r"[+0-9\s\u00a0\u202f().\-/\u2010-\u2015]{2,40}(?:(?:x|ext\.?|#)\s{0,2}[0-9]{1,7})?",
    re.IGNORECASE | re.ASCII,
)
_SEPARATORS = r"[ .()/\x{00a0}\x{202f}-]"
_MOST_PLANS = 20  # numbering plans tried on a whole column; rarer ones go number by number


def phones(region: str | None) -> Reader:
    """Telephone numbers; `region` is the country of numbers without + or 00."""
    home = region.upper() if region else None

    def parse(text: str) -> object:
        dialled = re.sub(r"^00", "+", text)
        if home is None and not dialled.startswith("+"):
            return text
        return _dialled(dialled, home) if _DIALLED.fullmatch(text) else _flaw(home)

    def fast(text: ArrowArray) -> ArrowArray:
        dialled = pc.replace_substring_regex(text, "^00", "+")
        bare = pc.replace_substring_regex(dialled, _SEPARATORS, "")
        abroad = _international(bare)
        return abroad if home is None else pc.coalesce(abroad, _national(bare, home))

    return Reader(type=pa.string(), parse=parse, fast=fast)


def _dialled(text: str, home: str | None) -> object:
    try:
        # the library takes the narrow no-break space, which French programs write, for the end of a number
        number = phonenumbers.parse(text.replace("\u202f", " "), home)
    except phonenumbers.NumberParseException:
        return _flaw(home)
    if not phonenumbers.is_possible_number(number):
        return _flaw(home)
    if number.extension:
        return text  # +33612345678 has no room for an extension
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _flaw(home: str | None) -> Flaw:
    of_country = f" or a number of {home}" if home else ""
    return Flaw(
        code=Code.NOT_A_PHONE,
        expected=f"a telephone number such as +33 6 12 34 56 78{of_country} is expected",
    )


def _international(bare: ArrowArray) -> ArrowArray:
    """Numbers that begin with + and suit their country's plan exactly as they stand."""
    heads = pc.utf8_slice_codeunits(pc.if_else(pc.starts_with(bare, "+"), bare, NO_TEXT), 1, 4)
    codes = {_country_code(head) for head in heads.unique().to_pylist() if head} - {None}
    found = pa.nulls(len(bare), pa.string())
    for code in sorted(code for code in codes if code is not None)[:_MOST_PLANS]:
        plan = PhoneMetadata.metadata_for_region_or_calling_code(
            code, phonenumbers.region_code_for_country_code(code)
        )
        if plan is not None:
            begins = f"+{code}"
            here = pc.if_else(pc.starts_with(bare, begins), bare, NO_TEXT)
            rest = pc.utf8_slice_codeunits(here, len(begins))
            found = pc.coalesce(found, pc.if_else(_suits(rest, plan), here, NO_TEXT))
    return found


def _national(bare: ArrowArray, home: str) -> ArrowArray:
    """Numbers of the home country, with its trunk prefix or without."""
    plan = PhoneMetadata.metadata_for_region(home, None)
    if plan is None:
        return pa.nulls(len(bare), pa.string())
    bare = pc.if_else(pc.starts_with(bare, "00"), NO_TEXT, bare)  # may be a prefix for calls abroad
    numbers = pc.if_else(_suits(bare, plan), bare, NO_TEXT)
    trunk, for_parsing = plan.national_prefix, plan.national_prefix_for_parsing or ""
    if trunk and (for_parsing == trunk or for_parsing.startswith(f"{trunk}|")):
        with_trunk = pc.if_else(pc.starts_with(bare, trunk), bare, NO_TEXT)
        rest = pc.utf8_slice_codeunits(with_trunk, len(trunk))
        numbers = pc.coalesce(numbers, pc.if_else(_matches(rest, plan), rest, NO_TEXT))
    return pc.binary_join_element_wise(f"+{plan.country_code}", numbers, "")


def _suits(digits: ArrowArray, plan: PhoneMetadata) -> ArrowArray:
    """Whether digits are a national number as they stand, so that no trunk or carrier prefix would be taken off."""
    matches = _matches(digits, plan)
    if plan.national_prefix_for_parsing:
        prefixed = pc.match_substring_regex(digits, f"^(?:{plan.national_prefix_for_parsing})")
        return pc.and_not(matches, prefixed)
    return matches


def _matches(digits: ArrowArray, plan: PhoneMetadata) -> ArrowArray:
    """Whether digits match the plan's pattern and have a length that can be dialled from abroad."""
    described = plan.general_desc
    if described is None:
        return pa.repeat(pa.scalar(False), len(digits))
    pattern = described.national_number_pattern
    lengths = pa.array(described.possible_length, pa.int32())
    return pc.and_(
        pc.match_substring_regex(digits, f"^(?:{pattern})$"),
        pc.is_in(pc.utf8_length(digits), value_set=lengths),
    )


def _country_code(head: str) -> int | None:
    for length in 1, 2, 3:
        code = head[:length]
        if code.isdecimal() and code.isascii() and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return int(code)
    return None
