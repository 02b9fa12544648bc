"""What a heading says on its own."""

import pytest

from orderdrop.mapping.suggest import words
from orderdrop.mapping.suggest.meanings import meanings, said_by


def best(heading: str) -> str | None:
    said = said_by(heading)
    return max(said, key=lambda name: said[name].score, default=None)


def test_meanings_speak_of_notions_that_there_are() -> None:
    known = {notion for word in words.lexicon().values() for notion in word.notions}
    for meaning in meanings().values():
        for phrase in (*meaning.headings, *meaning.likely, *meaning.weak, tuple(meaning.may)):
            assert {notion for notion in phrase if not notion.isdecimal()} <= known, meaning.name


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        pytest.param("Order ID", "order.id", id="order-id"),
        pytest.param("N° de commande", "order.number", id="french-order-number"),
        pytest.param("Bestelldatum", "order.date", id="german-and-dutch-order-date"),
        pytest.param("Ship To Name", "ship.name", id="recipient"),
        pytest.param("Billing Zip", "bill.postcode", id="billing-postcode"),
        pytest.param("Lieferadresse Ort", "ship.city", id="german-town"),
        pytest.param("Código postal", "ship.postcode", id="spanish-and-portuguese-postcode"),
        pytest.param("Numer przesyłki", "parcel.tracking", id="polish-tracking-number"),
        pytest.param("Vervoerder", "parcel.carrier", id="dutch-carrier"),
        pytest.param("Q.tà", "line.quantity", id="italian-quantity"),
        pytest.param("Lineitem sku", "line.sku", id="sku"),
        pytest.param("Total HT", "order.net", id="french-total-without-tax"),
        pytest.param("Frais de port", "order.shipping_cost", id="french-cost-of-shipping"),
        pytest.param("MATNR", "line.sku", id="sap-article"),
        pytest.param("E-mailadres", "customer.email", id="dutch-email"),
        pytest.param("Versanddatum", "shipment.date", id="german-day-of-shipping"),
        pytest.param("Verwachte leverdatum", "order.promised", id="dutch-expected-delivery"),
        pytest.param("Payment Method", "order.payment_method", id="way-of-payment"),
    ],
)
def test_a_heading_says(heading: str, meaning: str) -> None:
    assert best(heading) == meaning
    assert said_by(heading)[meaning].score >= 0.8


@pytest.mark.parametrize("heading", ["Quux", "Field 17", "", "X", "zzz_zzz"])
def test_a_heading_that_says_nothing_is_not_made_to(heading: str) -> None:
    assert not [name for name, said in said_by(heading).items() if said.score > 0.6]


def test_whose_it_is_decides_between_addresses() -> None:
    assert list(said_by("Billing Zip")) == ["bill.postcode"]


def test_every_meaning_can_be_said_by_one_of_its_own_headings() -> None:
    for meaning in meanings().values():
        assert meaning.headings or meaning.likely or meaning.exact, meaning.name
