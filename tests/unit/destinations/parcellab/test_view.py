"""What a person sees of a parcelLab order."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderdrop.destinations.parcellab.view import order_view
from orderdrop.destinations.readback import Contents, OrderView, TrackingEvent

INFO = {
    "order_number": "4711",
    "external_id": "6e0c",
    "recipient_email": "m***@example.com",
    "order_date": "2026-11-20T09:00:00Z",
    "order_status": "Dispatched",
    "recipient_name": "Mia",
    "destination_country_iso3": "DEU",
    "articles_order": [{"line_item_id": "1"}],
    "additional_attributes": {"gift": "yes"},
    "trackings": [
        {
            "tracking_number": "00340434",
            "courier_info": {"courier": "dhl-germany", "prettyname": "DHL"},
            "announced_delivery_date": "2026-11-24",
            "articles": [{"article_name": "Shirt", "sku": "SH-1", "quantity": "2"}, {"articleName": "Socks"}],
            "checkpoints": [
                {"status_code": "InboundScan", "timestamp": "2026-11-21T10:00:00Z", "location": "Berlin"},
                {"status_code": "OrderProcessed", "timestamp": "2026-11-20T10:00:00Z"},
            ],
            "tracking_url": "https://track.example/00340434",
            "reporting_info": {"contacted_with_messages": ["a"]},
        },
        {"tracking_number": None, "courier": "gls", "checkpoints": None},
    ],
}


def test_an_order_is_shown_as_a_person_asks_about_it() -> None:
    view = order_view(INFO)
    assert (view.number, view.reference, view.status) == ("4711", "6e0c", "Dispatched")
    assert view.address == ("Mia", "DEU")
    assert view.contents == ()
    first, second = view.parcels
    assert (first.tracking_number, first.carrier, first.expected_delivery) == (
        "00340434",
        "DHL",
        "2026-11-24",
    )
    assert first.contents == (
        Contents(name="Shirt", sku="SH-1", quantity=2.0),
        Contents(name="Socks"),
    )
    assert first.events == (
        TrackingEvent(
            text="OrderProcessed", code="OrderProcessed", at=datetime(2026, 11, 20, 10, tzinfo=UTC)
        ),
        TrackingEvent(
            text="InboundScan", code="InboundScan", at=datetime(2026, 11, 21, 10, tzinfo=UTC), where="Berlin"
        ),
    )
    assert first.status == "InboundScan"
    assert (second.carrier, second.status, second.events) == ("gls", None, ())


def test_an_order_of_the_list_shows_the_parcels_of_its_mutations() -> None:
    view = order_view(
        {
            "order_number": "4711",
            "announced_delivery_date_min": "2026-11-24",
            "announced_delivery_date_max": "2026-11-26",
            "mutations": [
                {"type": "add_tracking", "tracking": {"tracking_number": "00", "courier": "gls"}},
                {"type": "cancel_order"},
            ],
        }
    )
    (parcel,) = view.parcels
    assert (parcel.tracking_number, parcel.carrier) == ("00", "gls")
    assert parcel.expected_delivery == "2026-11-24 to 2026-11-26"


def test_parcels_that_are_told_themselves_are_not_shown_again_from_the_mutations() -> None:
    mutations = [{"type": "add_tracking", "tracking": {"tracking_number": "00"}}]
    assert [one.tracking_number for one in order_view({"mutations": mutations}).parcels] == ["00"]
    both = {"mutations": mutations, "trackings": [{"tracking_number": "01"}]}
    assert [one.tracking_number for one in order_view(both).parcels] == ["01"]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"trackings": None},
        {"trackings": [None, 7]},
        {"mutations": [{"tracking": 1}]},
        {"order_date": "?"},
    ],
)
def test_whatever_is_missing_is_not_shown(told: dict[str, Any]) -> None:
    assert order_view(told) == OrderView()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["checkpoints", "courier_info", "articles", "quantity", "timestamp", "tracking"]),
            inner,
        )
    ),
    max_leaves=15,
)


# on a busy machine it takes long to think of ten of these; that says nothing of the view
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*INFO, "mutations", "shipping_address"]), VALUES))
def test_no_answer_breaks_the_view(told: dict[str, Any]) -> None:
    order_view(told)
