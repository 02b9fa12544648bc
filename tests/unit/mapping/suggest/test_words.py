"""Headings taken apart into notions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.mapping.suggest import words


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        pytest.param("shipToZip", "ship to zip", id="camel-case"),
        pytest.param("SHIP_ADDR1", "ship addr 1", id="snake-case-with-a-digit"),
        pytest.param("Ship To - Postal Code", "ship to postal code", id="dashes"),
        pytest.param("Nº Pedido", "no pedido", id="ordinal-sign"),
        pytest.param("Complément d'adresse", "complement d adresse", id="accents-and-apostrophe"),
        pytest.param("Straße", "strasse", id="sharp-s"),
        pytest.param("Miejscowość", "miejscowosc", id="polish"),
        pytest.param("ORDERID", "orderid", id="capitals-alone-are-one-word"),
        pytest.param("XMLOrderId", "xml order id", id="an-acronym-before-a-word"),
        pytest.param("  ", "", id="blank"),
    ],
)
def test_a_heading_is_split_and_folded(heading: str, plain: str) -> None:
    assert words.plain(heading) == plain


@pytest.mark.parametrize(
    ("heading", "notions"),
    [
        pytest.param("Auftragsnummer", ["order", "number"], id="german-compound"),
        pytest.param("Lieferadresse PLZ", ["ship", "address", "postcode"], id="compound-and-word"),
        pytest.param("Klantnr", ["customer", "number"], id="dutch-compound-with-a-short-end"),
        pytest.param("code postal de livraison", ["postcode", "filler", "ship"], id="phrase-of-two-words"),
        pytest.param("shipzip", ["ship", "postcode"], id="english-words-written-together"),
        pytest.param("Lettera di vettura", ["tracking"], id="phrase-of-three-words"),
        pytest.param("Shiping Adress", ["ship", "address"], id="slips-of-the-pen"),
        pytest.param("TRANSP", ["carrier"], id="the-beginning-of-a-word"),
        pytest.param("ShippingCosts", ["shipping_cost"], id="plural"),
    ],
)
def test_words_are_read_as_notions(heading: str, notions: list[str]) -> None:
    found = words.spans(heading)
    assert len(found) == len(notions)
    for span, notion in zip(found, notions, strict=True):
        assert notion in span.notions


@pytest.mark.parametrize(
    ("heading", "language"),
    [
        pytest.param("Bestellnummer", "German", id="german"),
        pytest.param("Numéro de suivi", "French", id="french"),
        pytest.param("Corriere", "Italian", id="italian"),
        pytest.param("Kod pocztowy", "Polish", id="polish"),
        pytest.param("Postcode", None, id="english-too"),
    ],
)
def test_the_language_is_named_where_it_is_one_other_than_english(heading: str, language: str | None) -> None:
    assert (
        words.spoken(frozenset.intersection(*(span.languages for span in words.spans(heading)))) == language
    )


def test_a_word_that_nobody_knows_means_nothing() -> None:
    (span,) = words.spans("Quux")
    assert span.notions == frozenset()


def test_eight_languages_have_words_for_what_matters() -> None:
    notions = words.data("words.yaml")
    for notion in (
        "order",
        "ship",
        "city",
        "country",
        "phone",
        "email",
        "quantity",
        "carrier",
        "tracking",
        "price",
    ):
        spoken = set(notions[notion])
        assert {"en", "fr", "de", "es", "it", "nl", "pt", "pl"} <= spoken, (notion, spoken)


KNOWN = st.lists(st.sampled_from(sorted(words.lexicon())), max_size=4)


@given(st.text(max_size=200) | KNOWN.map(" ".join) | KNOWN.map("".join))
def test_any_heading_is_read_from_its_beginning_to_its_end_but_for_linking_letters(heading: str) -> None:
    rest = words.plain(heading).replace(" ", "")
    for span in words.spans(heading):
        linking, text, rest = rest.partition(span.text.replace(" ", ""))
        assert text
        assert set(linking) <= set("sne")
    assert set(rest) <= set("sne")
