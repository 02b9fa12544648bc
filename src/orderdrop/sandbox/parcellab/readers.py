"""Reads single values as Django REST framework does: the clean value, or the framework's code and message.

The codes and messages are the framework's defaults, seen on a project of its own; parcelLab may word them
differently (assumption).
"""

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from orderdrop.sandbox.parcellab.codes import COUNTRIES, CURRENCIES, LANGUAGES
from orderdrop.sandbox.parcellab.rules import Reader, RefusedValue, Rules

UNSET = "_unset"
# The published pattern of the four amounts, but with a digit in it.
_AMOUNT = re.compile(r"-?(?=\.?[0-9])[0-9]{0,8}(?:\.[0-9]{0,2})?")
_EMAIL_USER = re.compile(r"[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+)*")
_EMAIL_HOST = re.compile(
    r"(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+(?:[A-Z0-9-]{1,62}[A-Z0-9])", re.IGNORECASE
)
_TRUE = ("t", "y", "yes", "true", "on", "1")
_FALSE = ("f", "n", "no", "false", "off", "0")


def text(*, most: int | None = None) -> Reader:
    """Return a reader of text, trimmed; numbers become text, booleans and objects do not."""

    def read(value: Any, rules: Rules) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise RefusedValue("invalid", "Not a valid string.")
        trimmed = str(value).strip()
        if not trimmed and not rules.nulls:
            raise RefusedValue("blank", "This field may not be blank.")
        if "\x00" in trimmed:
            raise RefusedValue("null_characters_not_allowed", "Null characters are not allowed.")
        if most is not None and len(trimmed) > most:
            raise RefusedValue("max_length", f"Ensure this field has no more than {most} characters.")
        return trimmed

    return read


def filled(reader: Reader) -> Reader:
    """Return a reader that does not take blank text, whatever the rules."""

    def read(value: Any, rules: Rules) -> Any:
        if isinstance(value, str) and not value.strip():
            raise RefusedValue("blank", "This field may not be blank.")
        return reader(value, rules)

    return read


def coded(codes: Collection[str], standard: str, *, most: int) -> Reader:
    """Return a reader of one standard's codes, in either case (assumption: which case counts is not published)."""
    read_text = text(most=most)

    def read(value: Any, rules: Rules) -> str:
        code: str = read_text(value, rules)
        if code and rules.strict and code.upper() not in codes and code.lower() not in codes:
            raise RefusedValue("invalid", f'"{code}" is not a valid {standard} code.')
        return code

    return read


COUNTRY = filled(coded(COUNTRIES, "ISO 3166-1 alpha-3", most=3))
LANGUAGE = coded(LANGUAGES, "ISO 639-1", most=3)
CURRENCY = coded(CURRENCIES, "ISO 4217", most=3)


def email(value: Any, rules: Rules) -> str:
    """Read an address, trimmed, its case kept."""
    address: str = filled(text())(value, rules)
    user, _, host = address.rpartition("@")
    if not (_EMAIL_USER.fullmatch(user) and _EMAIL_HOST.fullmatch(host)) or len(address) > 320:
        raise RefusedValue("invalid", "Enter a valid email address.")
    return address


def email_or_unset(value: Any, rules: Rules) -> str | None:
    """Read an address, or the literal `_unset`, which means none."""
    return None if value == UNSET else email(value, rules)


def integer(value: Any, rules: Rules) -> int:
    """Read a whole number, as text too; 12.0 is 12."""
    del rules
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > 1000:
        raise RefusedValue("invalid", "A valid integer is required.")
    whole = re.sub(r"\.0*\s*$", "", str(value)).strip()
    if not re.fullmatch("[+-]?[0-9]+", whole):
        raise RefusedValue("invalid", "A valid integer is required.")
    return int(whole)


def number(value: Any, rules: Rules) -> float:
    """Read any number, as text too."""
    del rules
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if isinstance(value, bool) or found != found or found in (float("inf"), float("-inf")):
        raise RefusedValue("invalid", "A valid number is required.")
    return found


def amount(value: Any, rules: Rules) -> str:
    """Read money, ten digits of which two are decimals, and write it out as `12.50`."""
    given = str(value).strip()
    try:
        found = Decimal(given) if isinstance(value, str | int | float) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite():
        raise RefusedValue("invalid", "A valid number is required.")
    _, digits, exponent = found.as_tuple()
    after = max(-int(exponent), 0)
    total = max(len(digits) + max(int(exponent), 0), after)
    if total > 10:
        raise RefusedValue("max_digits", "Ensure that there are no more than 10 digits in total.")
    if after > 2:
        raise RefusedValue("max_decimal_places", "Ensure that there are no more than 2 decimal places.")
    if total - after > 8:
        detail = "Ensure that there are no more than 8 digits before the decimal point."
        raise RefusedValue("max_whole_digits", detail)
    if rules.strict and isinstance(value, str) and not _AMOUNT.fullmatch(given):
        raise RefusedValue("invalid", "A valid number is required.")
    return str(found.quantize(Decimal("0.01")))


def boolean(value: Any, rules: Rules) -> bool:
    """Read true and false, and the words for them."""
    del rules
    word = str(value).lower() if isinstance(value, str | int | float) else ""
    if word not in (*_TRUE, *_FALSE):
        raise RefusedValue("invalid", "Must be a valid boolean.")
    return word in _TRUE


def choice(*values: str) -> Reader:
    """Return a reader of one of a few words."""

    def read(value: Any, rules: Rules) -> str:
        if not isinstance(value, str) or (value not in values and not (value == "" and rules.nulls)):
            raise RefusedValue("invalid_choice", f'"{value}" is not a valid choice.')
        return value

    return read


def tag(value: Any, rules: Rules) -> str:
    """Read `key:value`; the value may hold spaces."""
    found: str = filled(text())(value, rules)
    if rules.strict and not re.fullmatch(r"[^:]+:.+", found, re.DOTALL):
        raise RefusedValue("invalid", "This value does not match the required pattern.")
    return found


def client_key(value: Any, rules: Rules) -> str:
    """Read the name of a shop; one that is not set up is refused where the shops are known."""
    found: str = text(most=512)(value, rules)
    if found and rules.client_keys is not None and found not in rules.client_keys:
        raise RefusedValue("invalid", f'Client "{found}" does not exist.')
    return found


def anything(value: Any, rules: Rules) -> Any:
    """Take whatever comes."""
    del rules
    return value
