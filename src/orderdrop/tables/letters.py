"""Which single-byte encoding a text is in, judged by its words: their letters must be those of one language, in one case.

A wrong encoding turns "Hélène" into "HÚlÞne" or "H‚lŠne": capitals and signs in the middle of words, and letters that no
language has side by side. Names are short and few, so every word counts; what two encodings read alike they share.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

READ = ("cp1252", "cp850", "cp437", "mac_roman")
"""Encodings that are read without being told, with a remark."""
ASKED = (
    "cp1250",
    "iso8859_2",
    "cp1251",
    "koi8_r",
    "cp866",
    "iso8859_5",
    "cp1253",
    "cp1254",
    "cp1257",
    "cp1255",
    "cp1256",
    "cp874",
)
"""Encodings that are proposed, but read only where the mapping names them."""
WIDE = ("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")
"""The same, with letters of several bytes."""
_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "éèêëàâçîïôûùüœæ", "äöüßé", "áéíóúñüç", "áâãàçéêíóôõú", "àèéìòù", "æøåéöäü", "åäöé", "ëïéöüèêáóí", "áéíóúýþæöð",
            "àèéíïóòúüç", "ãçéáâêíóôú",
        ),
    )
)  # fmt: skip
_EASTERN = tuple(
    map(
        frozenset,
        (
            "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "çğıöşüâîİ", "āčēģīķļņšūž", "ąčęėįšųūž",
        ),
    )
)  # fmt: skip
_WEIGHT = {
    **dict.fromkeys("éöüäáíóèñàç", 1.0), **dict.fromkeys("ßøåêãú", 0.8), **dict.fromkeys("æôëâ", 0.7),
    **dict.fromkeys("îûïòùìõ", 0.5), **dict.fromkeys("ýœðþ", 0.3),
}  # fmt: skip
_BETWEEN_WORDS = frozenset("€£–—’‘“”„«»°§®©™½¼¾²³µªº¿¡•…\u00a0·´ˆ×")
_IN_WORDS = frozenset("’·")
_PRIOR = {"cp1252": 0.25, "cp850": 0.02}
_LEAST = 0.4
_LEAD = 0.2
_MIXED = re.compile("[A-Za-z][\u3400-\u9fff\uac00-\ud7a3]|[\u3400-\u9fff\uac00-\ud7a3][A-Za-z]")
_MISPLACED = re.compile(
    # what no language writes: each of these comes from a wrong encoding
    r"ñ(?![aeiouáéíóú])|ã(?![oe]|$)|õ(?!e)|ç(?![aeiouáéíóúâêôãõöüı])|[ìù](?=.)|(?<![aeiouyäöü])ß"
    r"|œ(?![uvdscnlt])|a[áàâ]|[áàâ]a|e[éèê]|i[íìî]|o[óòô]|u[úùû]|[úùû]u"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The likeliest encodings, best first, each with how a telling word reads in it; `sure` says that the first is read
    without a question."""

    ranked: tuple[tuple[str, str], ...]
    sure: bool


def opinion(words: Mapping[bytes, int], lines: Iterable[bytes] = ()) -> Opinion:
    """What encoding the words are in; each has a byte past ASCII and a number of times that it stands in the file.

    `lines` are whole lines, for encodings with letters of several bytes.
    """
    scores = {name: _score(words, name) for name in (*READ, *ASKED)}
    scores |= {name: score for name in WIDE if (score := _wide_score(list(lines), name)) is not None}
    ranked = sorted(scores, key=lambda name: scores[name] + _PRIOR.get(name, 0.0), reverse=True)
    best = ranked[0]
    reading = _reading(words, best)
    rivals = [name for name in ranked[1:] if _reading(words, name) != reading]
    lead = min((_lead(words, best, rival, scores) for rival in rivals), default=1.0)
    sure = best in READ and scores[best] >= _LEAST and lead >= _LEAD
    likely = [name for name in (best, *rivals) if scores[name] >= min(_LEAST, scores[best])]
    telling = max(
        words,
        key=lambda word: (
            len({word.decode(name, "replace") for name in likely[:3]}),
            word.isalpha(),
            len(word),
        ),
        default=b"",
    )
    return Opinion(ranked=tuple((name, telling.decode(name, "replace")) for name in likely[:3]), sure=sure)


def _lead(words: Mapping[bytes, int], best: str, rival: str, scores: Mapping[str, float]) -> float:
    """How much better one encoding is on the words that two read differently."""
    if rival in WIDE or best in WIDE:
        return scores[best] - scores[rival]
    apart = {
        word: times
        for word, times in words.items()
        if word.decode(best, "replace") != word.decode(rival, "replace")
    }
    return _score(apart, best) + _PRIOR.get(best, 0.0) - _score(apart, rival) - _PRIOR.get(rival, 0.0)


def _reading(words: Mapping[bytes, int], encoding: str) -> tuple[str, ...]:
    return tuple(word.decode(encoding, "replace") for word in words)


def _score(words: Mapping[bytes, int], encoding: str) -> float:
    points = total = 0.0
    for raw, times in words.items():
        weight = min(times, 3)
        count = sum(byte > 127 for byte in raw)
        total += weight * count
        points += weight * _points(raw.decode(encoding, "replace"), count)
    return points / total if total else 0.0


def _points(word: str, count: int) -> float:
    """How much a decoded word looks like one, in points for each of its `count` letters past ASCII."""
    points = sum(_letter(word, at) for at, letter in enumerate(word) if letter > "\x7f")
    letters = {letter for letter in word.casefold() if letter.isalpha() and letter > "\x7f" and letter != "ı"}
    scripts = Counter(_script(letter) for letter in word if letter.isalpha())
    if len(scripts) > 1:
        return points - 1.5 * count
    if set(scripts) <= {"LATIN"} and letters and not _one_language(word, letters):
        points -= 1.0 * count
    return points


def _one_language(word: str, letters: set[str]) -> bool:
    if any(letters <= alphabet for alphabet in _ALPHABETS):
        return not _MISPLACED.search(word.casefold())
    return any(letters <= alphabet for alphabet in _EASTERN)


def _letter(word: str, at: int) -> float:
    letter, before, after = word[at], word[at - 1 : at], word[at + 1 : at + 2]
    if letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Co", "Cn"):
        return -4.0
    if not letter.isalpha():
        inside = before.isalpha() and after.isalpha()
        if inside:
            return 0.5 if letter in _IN_WORDS else -2.0
        return 0.4 if letter in _BETWEEN_WORDS else -1.0
    worth = _WEIGHT.get(letter.casefold(), 0.6)
    if letter.isupper():
        return worth * 0.9 if not before.isalpha() or before.isupper() else -2.0
    shouted = before.isupper() and after.isupper() and len(word) > 3
    return -1.0 if shouted else worth


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def _wide_score(lines: Sequence[bytes], encoding: str) -> float | None:
    """How much lines look like Chinese, Japanese or Korean; None where they cannot be decoded or do not."""
    try:
        text = b"\n".join(lines).decode(encoding)
    except UnicodeDecodeError:
        return None
    past = [letter for letter in text if letter > "\x7f"]
    scripts = Counter(_script(letter) for letter in past)
    native = sum(
        scripts[name] for name in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "FULLWIDTH")
    )
    half = scripts["HALFWIDTH"]
    if len(past) < 2 or native < 0.8 * len(past):
        return None
    mixed = len(_MIXED.findall(text))
    if mixed > 0.2 * len(past):
        return None  # ideographs inside Latin words
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    common = sum("\u4e00" <= letter <= "\u9fff" for letter in past)
    return (
        0.7
        + 0.2 * (kana > 0 or scripts["HANGUL"] > 0.5 * native)
        + 0.05 * common / len(past)
        - half / len(past)
    )
