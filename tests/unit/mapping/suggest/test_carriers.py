"""Tracking numbers by form and check digit."""

import pytest

from orderdrop.mapping.suggest.carriers import recognise


@pytest.mark.parametrize(
    ("number", "carrier", "proved"),
    [
        pytest.param("1Z999AA10123456784", "UPS", True, id="ups"),
        pytest.param("1Z 999 AA1 01 2345 6784", "UPS", True, id="ups-with-spaces"),
        pytest.param("LL000000115FR", None, False, id="s10-of-la-poste-with-a-wrong-check-digit"),
        pytest.param("RR473124829GB", "post", True, id="s10-the-example-of-the-standard"),
        pytest.param("9400111202555842332669", "USPS", True, id="usps"),
        pytest.param("00340434161094042557", "DHL", True, id="dhl-paket"),
        pytest.param("986578788855", "FedEx", False, id="fedex-twelve-digits"),
        pytest.param("3SLUMN120045670", "PostNL", True, id="postnl"),
        pytest.param("6A12345678901", "Colissimo", True, id="colissimo"),
        pytest.param("hello", None, False, id="a-word"),
        pytest.param("1Z999AA10123456785", None, False, id="ups-with-a-wrong-check-digit"),
        pytest.param("9400111202555842332668", None, False, id="usps-with-a-wrong-check-digit"),
    ],
)
def test_a_number_is_recognised(number: str, carrier: str | None, proved: bool) -> None:
    found = recognise(number)
    assert (found.carrier if found else None) == carrier
    assert (found.proved if found else False) == proved


@pytest.mark.parametrize(
    "number", ["1Z999AA10123456784", "RR473124829GB", "9400111202555842332669", "00340434161094042557"]
)
def test_one_changed_digit_is_noticed(number: str) -> None:
    at = len(number) - 4
    changed = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    found = recognise(changed)
    assert found is None or not found.proved
