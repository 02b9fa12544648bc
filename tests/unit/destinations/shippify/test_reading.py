"""Deliveries are read back one at a time, and shown whatever is null, a stub or new."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.destinations.base import AccountOptions
from orderdrop.destinations.readback import Contents, OrderView, Question, Readable, TrackingEvent
from orderdrop.destinations.shippify import Shippify
from orderdrop.errors import DestinationUnavailable, SetupError, UsageError

ACCOUNT = AccountOptions(name="lojas", base_url="http://127.0.0.1:9", key="id:secret-123", unlimited=True)
TOLD: dict[str, Any] = {
    "id": "t-shiinc-27946",
    "referenceId": "SP-1",
    "recipient": {"name": "Ana", "email": "ana@example.com", "phonenumber": None},
    "dropoff": {"location": {"address": "Rua 1"}, "date": "2026-11-23T15:00:00.000Z"},
    "courier": {"info": {"shipperName": "Motoboy"}, "location": None},
    "items": [[{"id": "SKU-1", "name": "Caixa", "qty": "2", "size": "slot"}]],
    "status": 6,
    "_status": "hold_by_courier",
    "status_lang": "Held",
    "reasonText": "Address not found",
    "lastStatusDate": "2026-11-23T14:00:00.000Z",
    "tags": ["x"],
    "novelty": {"a": [1]},
}


def reader(response: httpx.Response, seen: list[httpx.Request] | None = None) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return response

    destination = Shippify()
    assert isinstance(destination, Readable)
    return destination.reader(ACCOUNT, lambda: httpx.MockTransport(answer))


@pytest.mark.parametrize("question", [Question(id="SP 1/2"), Question(order_number="SP 1/2")])
def test_a_delivery_is_fetched_by_its_id_or_its_reference(question: Question) -> None:
    seen: list[httpx.Request] = []
    assert list(reader(httpx.Response(200, json=TOLD), seen).fetch(question)) == [TOLD]
    assert seen[0].url.raw_path == b"/v1/deliveries/SP%201%2F2/complete"
    assert seen[0].headers["authorization"].startswith("Basic ")


def test_a_delivery_that_is_not_there_is_no_delivery() -> None:
    assert list(reader(httpx.Response(404, json={})).fetch(Question(id="t-x-1"))) == []


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question(), id="all of them"),
        pytest.param(Question(email="ana@example.com"), id="by email"),
        pytest.param(Question(id="t-x-1", order_number="SP-1"), id="two names"),
        pytest.param(Question(id="t-x-1", ordering="-created"), id="an order of one"),
    ],
)
def test_a_question_that_shippify_does_not_answer_is_refused_here(question: Question) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(UsageError, match="one delivery at a time"):
        reader(httpx.Response(200, json=TOLD), seen).fetch(question)
    assert not seen


@pytest.mark.parametrize(
    ("response", "error"),
    [
        pytest.param(httpx.Response(401, json={}), SetupError, id="401"),
        pytest.param(httpx.Response(400, json={}), DestinationUnavailable, id="400"),
    ],
)
def test_an_account_that_may_not_read_is_told(response: httpx.Response, error: type[Exception]) -> None:
    with pytest.raises(error, match="lojas"):
        list(reader(response).fetch(Question(id="t-x-1")))


def test_a_person_sees_one_parcel_with_the_last_that_happened() -> None:
    view = reader(httpx.Response(200)).as_person_sees(TOLD)
    assert (view.number, view.reference, view.email) == ("SP-1", "t-shiinc-27946", "ana@example.com")
    assert view.address == ("Ana", "Rua 1")
    [parcel] = view.parcels
    assert (parcel.tracking_number, parcel.carrier, parcel.status) == ("t-shiinc-27946", "Motoboy", "Held")
    assert parcel.expected_delivery == "2026-11-23"
    assert parcel.contents == (Contents(name="Caixa", sku="SKU-1", quantity=2.0),)
    at = datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert parcel.events == (TrackingEvent(text="Held: Address not found", at=at, code="hold_by_courier"),)


def test_the_documented_delivery_is_shown() -> None:
    documented = Path(__file__).parents[3] / "data" / "shippify" / "delivery_information.json"
    view = reader(httpx.Response(200)).as_person_sees(json.loads(documented.read_text(encoding="utf-8")))
    assert (view.number, view.reference, view.status) == ("PO-00012", "t-shiinc-27946", "Assigned")
    [parcel] = view.parcels
    assert parcel.carrier == "Juan Maroto"
    assert parcel.contents == (Contents(name="Color box", sku="Product-001", quantity=4.0),)
    assert [event.text for event in parcel.events] == ["Assigned: Dangerous zone"]


def test_a_dropoff_may_be_empty() -> None:
    view = reader(httpx.Response(200)).as_person_sees({**TOLD, "dropoff": {}, "items": [], "courier": None})
    assert view.address == ("Ana",)
    assert view.parcels[0].contents == ()


@given(
    changes=st.dictionaries(
        st.sampled_from(list(TOLD)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda below: (
                st.lists(below, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["info", "location", "date", "name", "qty"]), below, max_size=3
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_whatever_is_told_is_shown(changes: dict[str, Any]) -> None:
    assert isinstance(reader(httpx.Response(200)).as_person_sees({**TOLD, **changes}), OrderView)
