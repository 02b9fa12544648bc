"""Which tracking numbers stand in a payload."""

import orjson
import pytest

from orderdrop.ledger.parcels import tracking_numbers


def shipup(*numbers: object) -> object:
    return {
        "fulfillments": [{"trackers": [{"carrier_code": "ups", "tracking_number": one} for one in numbers]}]
    }


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        pytest.param(shipup("00340001", "1Z 9"), ("00340001", "1Z 9"), id="every parcel of Shipup's, zeros and all"),
        pytest.param({"trackings": [{"tracking_number": "DHL-1"}]}, ("DHL-1",), id="parcelLab's"),
        pytest.param(shipup("A", "B", "A"), ("A", "B"), id="each once"),
        pytest.param(shipup('say "x"', "a\\b", "ü\n"), ('say "x"', "a\\b", "ü\n"), id="whatever JSON escapes"),
        pytest.param(shipup("", None), (), id="none that is empty"),
        pytest.param(shipup("9" * 201, "9" * 200), ("9" * 200,), id="none longer than any carrier's"),
        pytest.param({"note": '"tracking_number":"no"'}, (), id="none that only a text speaks of"),
        pytest.param({"merchant_id": "AC-1"}, (), id="an order without parcels"),
    ],
)  # fmt: skip
def test_tracking_numbers_are_read_out_of_what_is_sent(payload: object, found: tuple[str, ...]) -> None:
    assert tracking_numbers(orjson.dumps(payload).decode()) == found


def test_an_order_that_could_not_be_built_has_none() -> None:
    assert tracking_numbers(None) == ()
