"""Countries, languages and currencies: codes and names to ISO codes.

Names are those of the ISO lists in English and in the languages that parcels mostly travel in; a name that means
different things in two languages is not read at all.
"""

import gettext
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import pycountry

from orderdrop.checks.arrow import pa
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code

_TONGUES = ("fr", "de", "es", "it", "pt", "nl", "pl", "sv", "da", "fi", "cs", "nb")
_MORE_COUNTRIES = {
    "UK": "GB", "Great Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB",
    "EL": "GR", "USA": "US", "U.S.A.": "US", "U.S.": "US", "United States of America": "US", "America": "US",
    "Etats-Unis": "US", "Etats Unis d'Amérique": "US", "Holland": "NL", "The Netherlands": "NL", "Czech Republic": "CZ",
    "South Korea": "KR", "North Korea": "KP", "Russia": "RU", "Vietnam": "VN", "Ivory Coast": "CI", "Turkey": "TR",
    "Macedonia": "MK", "Swaziland": "SZ", "Cape Verde": "CV", "Vatican": "VA", "Kosovo": "XK", "XK": "XK", "XKX": "XK",
    "UAE": "AE", "Hellas": "GR", "Ελλάδα": "GR", "Magyarország": "HU", "Österreich": "AT", "Hrvatska": "HR",
    "Slovensko": "SK", "Slovenija": "SI", "România": "RO", "България": "BG", "Lietuva": "LT", "Latvija": "LV",
    "Eesti": "EE", "Éire": "IE", "日本": "JP", "中国": "CN", "대한민국": "KR", "Україна": "UA", "Россия": "RU",
    "Србија": "RS", "Türkiye": "TR", "Ísland": "IS", "Schweiz": "CH", "Suisse": "CH", "Svizzera": "CH",
}  # fmt: skip
_OWN_ALPHA3 = {"XK": "XKX"}  # Kosovo: user-assigned, so not in ISO's list


def countries() -> Reader:
    """Alpha-2, alpha-3 or a name, to alpha-2 in capitals."""
    return _named(
        _countries,
        Flaw(
            code=Code.NOT_A_COUNTRY,
            expected="a country is expected, as a code such as FR or FRA or by its name",
            known=tuple(country.name for country in pycountry.countries),
        ),
    )


def languages() -> Reader:
    """ISO 639-1 or 639-2 codes, locales such as fr-FR, or a name, to ISO 639-1 in small letters."""
    flaw = Flaw(
        code=Code.NOT_A_LANGUAGE, expected="a language is expected, as a code such as fr or by its name"
    )

    def parse(text: str) -> object:
        head = text.replace("_", "-").partition("-")[0] if len(text) <= 10 else text
        table = _languages()
        return table.get(_fold(text)) or (table.get(_fold(head)) if len(head) <= 3 else None) or flaw

    return Reader(type=pa.string(), parse=parse)


def currencies() -> Reader:
    """ISO 4217 codes, English names or €, to the code in capitals; $ and £ stand for several currencies."""
    flaw = Flaw(code=Code.NOT_A_CURRENCY, expected="a currency code such as EUR is expected")
    return _named(_currencies, flaw)


@lru_cache(maxsize=1)
def alpha3() -> Mapping[str, str]:
    """Alpha-3 of every alpha-2."""
    return {country.alpha_2: country.alpha_3 for country in pycountry.countries} | _OWN_ALPHA3


def _named(table: Callable[[], Mapping[str, str]], flaw: Flaw) -> Reader:
    return Reader(type=pa.string(), parse=lambda text: table().get(_fold(text), flaw))


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    return _table(
        [_MORE_COUNTRIES.items(), _country_codes(), _country_names()],
        _translations("iso3166-1", _country_names()),
    )


def _country_codes() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        yield country.alpha_2, country.alpha_2
        yield country.alpha_3, country.alpha_2


def _country_names() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for field in "name", "common_name", "official_name":
            name = getattr(country, field, None)
            if name:
                yield name, country.alpha_2


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, str]:
    short = [language for language in pycountry.languages if getattr(language, "alpha_2", None)]
    codes = [(language.alpha_2, language.alpha_2) for language in short]
    codes += [(language.alpha_3, language.alpha_2) for language in short]
    codes += [
        (language.bibliographic, language.alpha_2) for language in short if hasattr(language, "bibliographic")
    ]
    names = [(language.name.partition(" (")[0], language.alpha_2) for language in short]
    full = [(language.name, language.alpha_2) for language in short]
    own = [(_in_own_words(language.alpha_2, language.name), language.alpha_2) for language in short]
    return _table([codes, full, names, own], _translations("iso639-3", full))


@lru_cache(maxsize=1)
def _currencies() -> Mapping[str, str]:
    codes = [(currency.alpha_3, currency.alpha_3) for currency in pycountry.currencies]
    names = [(currency.name, currency.alpha_3) for currency in pycountry.currencies]
    return _table([codes, names, [("€", "EUR")]], [])


def _translations(domain: str, names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    english = list(names)
    for tongue in _TONGUES:
        words = gettext.translation(domain, pycountry.LOCALES_DIR, languages=[tongue], fallback=True)
        for name, code in english:
            yield words.gettext(name), code


def _in_own_words(tongue: str, name: str) -> str:
    words = gettext.translation("iso639-3", pycountry.LOCALES_DIR, languages=[tongue], fallback=True)
    return words.gettext(name)


def _table(sure: list[Iterable[tuple[str, str]]], unsure: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """One table of folded names: earlier sources win; translations that disagree with each other are left out."""
    table: dict[str, str] = {}
    for source in sure:
        for name, code in source:
            table.setdefault(_fold(name), code)
    translated: dict[str, str | None] = {}
    for name, code in unsure:
        fold = _fold(name)
        translated[fold] = code if translated.setdefault(fold, code) == code else None
    return {fold: code for fold, code in translated.items() if code is not None} | table


def _fold(name: str) -> str:
    """A name without capitals, accents and punctuation."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(
        " " if not (c.isalnum() or c in "€$£") else c for c in bare if not unicodedata.combining(c)
    )
    return " ".join(kept.split())
