"""Tracking numbers by their form, and by their check digit where the form has one."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from orderdrop.mapping.suggest.numbers import ends_in_check_digit, weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How the numbers of a carrier look. `proves`: the check digit and the form together leave no doubt."""

    carrier: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None = None
    proves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Whose number it seems to be, and whether its check digit proves it."""

    carrier: str
    proved: bool


def _ups(number: str) -> bool:
    """UPS: fifteen characters behind 1Z, letters counting 2 to 9 and 0 on from A, every second one twice."""
    values = [int(c) if c.isdecimal() else (ord(c) - 63) % 10 for c in number[2:-1]]
    total = sum(value * (2 if n % 2 else 1) for n, value in enumerate(values))
    return number[-1].isdecimal() and -total % 10 == int(number[-1])


def _s10(number: str) -> bool:
    """The Universal Postal Union's standard S10: weights 8 6 4 2 3 5 9 7, modulo 11."""
    check = 11 - weighed(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7)) % 11
    return {10: 0, 11: 5}.get(check, check) == int(number[10])


def _fedex(number: str) -> bool:
    """FedEx, twelve digits: weights 3 1 7, modulo 11, ten counting as nought."""
    return weighed(number[:-1], (3, 1, 7)) % 11 % 10 == int(number[-1])


def _dhl_express(number: str) -> bool:
    """DHL Express, ten digits: the rest of dividing the first nine by seven."""
    return int(number[:-1]) % 7 == int(number[-1])


_FORMS = (
    _Form(carrier="UPS", pattern=re.compile(r"1Z[0-9A-Z]{16}"), check=_ups, proves=True),
    _Form(carrier="La Poste", pattern=re.compile(r"[A-Z]{2}\d{9}FR"), check=_s10, proves=True),
    _Form(carrier="post", pattern=re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}"), check=_s10, proves=True),
    _Form(carrier="USPS", pattern=re.compile(r"(420\d{5}(\d{4})?)?9[1-5]\d{20}"), check=lambda number: ends_in_check_digit(number[-22:]), proves=True),
    _Form(carrier="DHL", pattern=re.compile(r"(00|JJD00)?34\d{16}"), check=lambda number: ends_in_check_digit(number[-18:]), proves=True),
    _Form(carrier="DHL", pattern=re.compile(r"JJ?D\d{16,20}"), proves=True),
    _Form(carrier="GS1", pattern=re.compile(r"(00)?\d{18}"), check=lambda number: ends_in_check_digit(number[-18:]), proves=True),
    _Form(carrier="PostNL", pattern=re.compile(r"3S[A-Z]{3,6}\d{6,12}"), proves=True),
    _Form(carrier="Colissimo", pattern=re.compile(r"[5-9][A-Z]\d{11}"), proves=True),
    _Form(carrier="FedEx", pattern=re.compile(r"\d{12}"), check=_fedex),
    _Form(carrier="DHL Express", pattern=re.compile(r"\d{10}"), check=_dhl_express),
    _Form(carrier="FedEx", pattern=re.compile(r"\d{15}|\d{20}|96\d{20}")),
    _Form(carrier="DPD", pattern=re.compile(r"\d{14}[0-9A-Z]?")),
    _Form(carrier="GLS", pattern=re.compile(r"\d{11,12}|[A-Z0-9]{8}")),
    _Form(carrier="InPost", pattern=re.compile(r"\d{24}")),
)  # fmt: skip


def recognise(text: str) -> Recognised | None:
    """The carrier whose numbers look like this, the surest first; None for a text that is no tracking number."""
    number = re.sub(r"[\s-]", "", text).upper()
    for form in _FORMS:
        if form.pattern.fullmatch(number) and (form.check is None or form.check(number)):
            return Recognised(carrier=form.carrier, proved=form.proves)
    return None
