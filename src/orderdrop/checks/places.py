"""Countries, languages and currencies: codes and names to ISO codes.

Names are those of the ISO lists in English and in the languages that parcels mostly travel in; a name that means
different things in two languages is not read at all.
"""

import gettext
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import pycountry

from orderdrop.checks.arrow import pa
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code

_TONGUES = ("fr", "de", "es", "it", "pt", "nl", "pl", "sv", "da", "fi", "cs", "nb")
_MORE_TONGUES = (
    "el",
    "ru",
    "uk",
    "hu",
    "ro",
    "bg",
    "hr",
    "sk",
    "sl",
    "et",
    "lv",
    "lt",
    "tr",
    "ja",
    "ko",
    "ca",
)
_LOCALE = re.compile(r"([A-Za-z]{2,3})[-_][A-Za-z0-9_-]{0,10}")
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
_MORE_LANGUAGES = {
    "Greek": "el",
    "Ελληνικά": "el",
    "Norwegian": "no",
    "Norsk": "no",
    "Chinese": "zh",
    "中文": "zh",
    "日本語": "ja",
}


def countries() -> Reader:
    """Alpha-2, alpha-3 or a name, to alpha-2 in capitals."""
    flaw = Flaw(
        code=Code.NOT_A_COUNTRY,
        expected="a country is expected, as a code such as FR or FRA or by its name",
        known=tuple(country.name for country in pycountry.countries),
    )

    def parse(text: str) -> object:
        fold = _fold(text)
        return _countries().get(fold) or _translated_countries().get(fold, flaw)

    return Reader(type=pa.string(), parse=parse)


def languages() -> Reader:
    """ISO 639-1 or 639-2 codes, locales such as fr-FR, or a name, to ISO 639-1 in small letters."""
    flaw = Flaw(
        code=Code.NOT_A_LANGUAGE, expected="a language is expected, as a code such as fr or by its name"
    )

    def parse(text: str) -> object:
        fold = _fold(text)
        locale = _LOCALE.fullmatch(text)
        found = _languages().get(fold) or (_languages().get(_fold(locale[1])) if locale else None)
        return found or _translated_languages().get(fold, flaw)

    return Reader(type=pa.string(), parse=parse)


def currencies() -> Reader:
    """ISO 4217 codes, English names or €, to the code in capitals; $ and £ stand for several currencies."""
    flaw = Flaw(code=Code.NOT_A_CURRENCY, expected="a currency code such as EUR is expected")
    return Reader(type=pa.string(), parse=lambda text: _currencies().get(_fold(text), flaw))


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    codes = [(code, c.alpha_2) for c in pycountry.countries for code in (c.alpha_2, c.alpha_3)]
    return _table([*_MORE_COUNTRIES.items(), *codes, *_country_names()])


def _country_names() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for field in "name", "common_name", "official_name":
            name = getattr(country, field, None)
            if name:
                yield name, country.alpha_2


@lru_cache(maxsize=1)
def _translated_countries() -> Mapping[str, str]:
    return _agreed(_translations("iso3166-1", list(_country_names())))


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, str]:
    short = _short_languages()
    codes = [(code, one.alpha_2) for one in short for code in (one.alpha_2, one.alpha_3)]
    older = [(one.bibliographic, one.alpha_2) for one in short if hasattr(one, "bibliographic")]
    names = [(form, one.alpha_2) for one in short for form in _forms(one.name)]
    return _table([*codes, *older, *names, *_MORE_LANGUAGES.items()])


@lru_cache(maxsize=1)
def _translated_languages() -> Mapping[str, str]:
    """Slow to build (large lists of words), so only asked for a text that is neither a code nor English."""
    names = [(one.name, one.alpha_2) for one in _short_languages()]
    own = [pair for pair in _translations("iso639-3", names, _MORE_TONGUES) if pair[1] in _MORE_TONGUES]
    pairs = [*_translations("iso639-3", names), *own]
    return _agreed((form, code) for name, code in pairs for form in _forms(name))


def _forms(name: str) -> Iterator[str]:
    """The forms of "Greek, Modern (1453-)" and "espagnol; castillan" that people write."""
    yield name
    for part in name.split(";"):
        yield part.partition(" (")[0].strip()


def _short_languages() -> list[Any]:
    return [language for language in pycountry.languages if hasattr(language, "alpha_2")]


@lru_cache(maxsize=1)
def _currencies() -> Mapping[str, str]:
    codes = [(currency.alpha_3, currency.alpha_3) for currency in pycountry.currencies]
    names = [(currency.name, currency.alpha_3) for currency in pycountry.currencies]
    return _table([*codes, *names, ("€", "EUR")])


def _translations(
    domain: str, english: list[tuple[str, str]], tongues: tuple[str, ...] = _TONGUES
) -> Iterator[tuple[str, str]]:
    for tongue in tongues:
        words = gettext.translation(domain, pycountry.LOCALES_DIR, languages=[tongue], fallback=True)
        for name, code in english:
            yield words.gettext(name), code


def _table(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Codes by folded name; the first pair of a name wins."""
    table: dict[str, str] = {}
    for name, code in pairs:
        table.setdefault(_fold(name), code)
    return table


def _agreed(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Codes by folded name, without the names on which languages disagree."""
    table: dict[str, str | None] = {}
    for name, code in pairs:
        fold = _fold(name)
        table[fold] = code if table.setdefault(fold, code) == code else None
    return {fold: code for fold, code in table.items() if code is not None}


def _fold(name: str) -> str:
    """A name without capitals, accents and punctuation."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(
        " " if not (c.isalnum() or c in "€$£") else c for c in bare if not unicodedata.combining(c)
    )
    return " ".join(kept.split())
