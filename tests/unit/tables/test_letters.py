from collections import Counter

import pytest

from orderdrop.tables.letters import opinion


def judged(text: str, encoding: str) -> tuple[bool, str]:
    """Whether the encoding of some words is sure, and how the first of them reads in the likeliest one."""
    words = Counter(word.encode(encoding) for word in text.split() if not word.isascii())
    found = opinion(words, [text.encode(encoding)])
    best = found.ranked[0][0]
    return found.sure, " ".join(word.decode(best, "replace") for word in words)


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Hélène François Orléans", id="french"),
        pytest.param("Müller Größe Jörg", id="german"),
        pytest.param("Muñoz Málaga García", id="spanish"),
        pytest.param("João Conceição", id="portuguese"),
        pytest.param("Göteborg Malmö Håkansson Växjö", id="swedish"),
        pytest.param("MÜLLER ÉTÉ", id="capitals"),
    ],
)
def test_western_words_are_known_in_every_encoding(text: str, encoding: str) -> None:
    assert judged(text, encoding) == (True, text)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param("Dvořák Příbram Jiří", "cp1250", id="czech"),
        pytest.param("Łódź Kraków Świętokrzyska", "cp1250", id="polish"),
        pytest.param("Győr Erdős Kőszeg", "cp1250", id="hungarian"),
        pytest.param("Москва Иванов Улица", "cp1251", id="russian"),
        pytest.param("Москва Иванов Улица", "koi8_r", id="russian-koi8"),
        pytest.param("東京都 渋谷区", "shift_jis", id="japanese"),
        pytest.param("北京市 海淀区", "gb18030", id="chinese"),
    ],
)
def test_other_words_are_a_question(text: str, encoding: str) -> None:
    assert not judged(text, encoding)[0]


def test_the_word_that_is_shown_reads_differently_in_the_encodings_that_are_proposed() -> None:
    words = Counter(word.encode("cp1252") for word in ("Forlì", "Café", "ÉTÉ"))
    found = opinion(words)
    assert not found.sure
    assert len({word for _, word in found.ranked}) > 1


def test_no_word_is_no_opinion() -> None:
    assert not opinion(Counter()).sure
