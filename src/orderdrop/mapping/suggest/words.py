"""Headings taken apart into notions: "Lieferadresse PLZ", "shipZip" and "ship_to_postcode" say the same.

Words stand in words.yaml, by notion and language. A heading is split at capitals, digits and punctuation, compounds are
taken apart by the words they are made of, and what is left is compared with all words for a slip of the pen.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz, process
from ruamel.yaml import YAML

_LANGUAGES = {
    "en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese",
    "pl": "Polish",
}  # fmt: skip
_CAPITALS = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_NOT_A_WORD = re.compile(r"[^\w#]+|_+")
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
_LONGEST_PHRASE = 4
_LONGEST_HEADING = 120
_SLIP = 86  # of 100: how alike two words of five letters and more must be


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some words of a heading that mean one thing; `notions` are the readings, none for an unknown word.

    `sure` is less than 1 where a compound was taken apart or a slip was mended; `languages` are names such as German.
    """

    text: str
    notions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    sure: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    notions: frozenset[str]
    languages: frozenset[str]


def plain(heading: str) -> str:
    """A heading in small letters without accents and punctuation, split at capitals and digits: "ship to zip"."""
    split = _CAPITALS.sub(" ", heading[:_LONGEST_HEADING].translate(_LETTERS))
    bare = unicodedata.normalize("NFKD", split.casefold())
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(_NOT_A_WORD.sub(" ", letters).split())


@lru_cache(maxsize=4_096)
def spans(heading: str) -> tuple[Span, ...]:
    """The heading as the fewest spans that its words allow, in order."""
    words = plain(heading).split()
    best: list[tuple[float, tuple[Span, ...]]] = [(0.0, ())]
    for end in range(1, len(words) + 1):
        options = []
        for start in range(max(0, end - _LONGEST_PHRASE), end):
            cost, before = best[start]
            for price, found in _read(words[start:end]):
                options.append((cost + price, (*before, *found)))
        best.append(min(options, key=lambda option: option[0]))
    return best[-1][1]


def spoken(languages: frozenset[str]) -> str | None:
    """The language to name, where the words belong to one and it is not English."""
    return next(iter(languages)) if len(languages) == 1 and "English" not in languages else None


def _read(words: Sequence[str]) -> list[tuple[float, tuple[Span, ...]]]:
    """The ways to read these words as one phrase, each with its price."""
    phrase = " ".join(words)
    known = lexicon().get(phrase) or (
        lexicon().get(phrase[:-1]) if len(phrase) > 4 and phrase[-1] == "s" else None
    )
    if known is not None:
        return [(1.0, (Span(text=phrase, notions=known.notions, languages=known.languages),))]
    if len(words) > 1:
        return []
    if phrase.isdecimal():
        return [(1.0, (Span(text=phrase, notions=frozenset({phrase})),))]
    parts = _compound(phrase)
    if parts:
        return [(1.0 + 0.1 * len(parts), parts)]
    return [_cut_short(phrase) or _slip(phrase)]


def _cut_short(word: str) -> tuple[float, tuple[Span, ...]] | None:
    """An abbreviation: the beginning of words that all mean the same (TRANSP of transporteur, transportista)."""
    if len(word) < 4:
        return None
    begun = [known for full, known in lexicon().items() if full.startswith(word) and " " not in full]
    notions = frozenset.intersection(*(known.notions for known in begun)) if begun else frozenset()
    if not notions:
        return None
    languages = frozenset[str]().union(*(known.languages for known in begun))
    return 2.0, (Span(text=word, notions=notions, languages=languages, sure=0.9),)


def _slip(word: str) -> tuple[float, tuple[Span, ...]]:
    if len(word) >= 5:
        found = process.extractOne(word, _long_words(), scorer=fuzz.ratio, score_cutoff=_SLIP)
        if found is not None:
            known = lexicon()[found[0]]
            span = Span(
                text=word, notions=known.notions, languages=known.languages, sure=found[1] / 100 - 0.05
            )
            return 2.0, (span,)
    return 3.0, (Span(text=word),)


@lru_cache(maxsize=4_096)
def _compound(word: str) -> tuple[Span, ...]:
    """A word as the fewest known words it is made of, with a linking s, n or e between them; () where it is not."""
    best: dict[int, tuple[Span, ...]] = {0: ()}
    for end in range(3, len(word) + 1):
        for start in range(end - 1):
            part = word[start:end]
            fits = start in best and _can_stand_in_a_compound(part, is_last=end == len(word))
            known = lexicon().get(part) if fits else None
            if known is None or "filler" in known.notions:
                continue
            piece = Span(text=part, notions=known.notions, languages=known.languages, sure=0.97)
            found = (*best[start], piece)
            if end not in best or len(found) < len(best[end]):
                best[end] = found
        if end in best and word[end : end + 1] in ("s", "n", "e"):
            best.setdefault(end + 1, best[end])
    found = best.get(len(word), ())
    return found if len(found) > 1 else ()


def _can_stand_in_a_compound(part: str, *, is_last: bool) -> bool:
    return len(part) >= 3 or (is_last and part in ("nr", "no", "id", "nm"))


@cache
def _long_words() -> tuple[str, ...]:
    return tuple(word for word in lexicon() if len(word) >= 5)


@cache
def lexicon() -> Mapping[str, _Word]:
    """Every word and phrase of words.yaml, plain, with its notions and languages."""
    notions: dict[str, set[str]] = defaultdict(set)
    languages: dict[str, set[str]] = defaultdict(set)
    for notion, by_language in data("words.yaml").items():
        for language, words in by_language.items():
            for word in words:
                notions[plain(word)].add(notion)
                languages[plain(word)].add(_LANGUAGES[language])
    return {
        word: _Word(notions=frozenset(found), languages=frozenset(languages[word]))
        for word, found in notions.items()
    }


def data(name: str) -> Any:
    """One of the YAML files that lie beside this module."""
    text = (files("orderdrop.mapping.suggest") / name).read_text(encoding="utf-8")
    return YAML(typ="safe", pure=True).load(text)
