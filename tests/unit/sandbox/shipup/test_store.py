"""Creating, merging, moving: what a second and third send of an order do to it."""

import copy
import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orderdrop.sandbox.shipup.records import Order
from orderdrop.sandbox.shipup.shapes import EVERYTHING, order_json
from orderdrop.sandbox.shipup.store import Store
from orderdrop.sandbox.shipup.validation import Strictness, order_errors


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = 1_700_000_000.0

    def __call__(self) -> float:
        return self.at


def new_store(hands: Hands | None = None) -> Store:
    numbers = itertools.count(1)
    return Store(now=hands or Hands(), new_uuid=lambda: f"uuid-{next(numbers)}")


def shown(order: Order) -> dict[str, Any]:
    return order_json(order, EVERYTHING)


def places(order: Order) -> dict[str, list[str]]:
    """Return the item ids at each place where GET shows them."""
    found = {"order": ids_in(shown(order))}
    for fulfillment in shown(order)["fulfillments"]["data"]:
        found[fulfillment["merchant_id"]] = ids_in(fulfillment)
        for tracker in fulfillment["trackers"]["data"]:
            found[tracker["tracking_number"]] = ids_in(tracker)
    return found


def ids_in(node: dict[str, Any]) -> list[str]:
    return sorted(item["merchant_id"] for item in node["line_items"]["data"])


def order(**fields: Any) -> dict[str, Any]:
    return {"merchant_id": "O1", **fields}


def items(*ids: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"merchant_id": one, **fields} for one in ids]


def shipment(name: str = "F1", **fields: Any) -> dict[str, Any]:
    return {"merchant_id": name, **fields}


def parcel(number: Any = "T1", **fields: Any) -> dict[str, Any]:
    return {"tracking_number": number, **fields}


def test_ids_grow_and_uuids_differ() -> None:
    store = new_store()
    first, second = store.upsert(order()), store.upsert({"merchant_id": "O2"})

    assert second.id > first.id
    assert first.uuid != second.uuid


def test_a_second_send_updates_the_same_order() -> None:
    hands = Hands()
    store = new_store(hands)
    first = store.upsert(order(email="a@example.com", phone="1"))
    hands.at += 60
    second = store.upsert(order(email="b@example.com"))

    assert second is first
    assert (len(store), second.updates) == (1, 1)
    assert second.sent["email"] == "b@example.com"
    assert second.sent["phone"] == "1"
    assert (second.created_at, second.updated_at) == (1_700_000_000, 1_700_000_060)


def test_a_null_clears_a_field_and_silence_keeps_it() -> None:
    store = new_store()
    store.upsert(order(phone="1", email="a@example.com", shipping_address={"city": "Paris", "zip": "75007"}))
    stored = store.upsert(order(phone=None, shipping_address={"zip": "75002"}))

    assert stored.sent["phone"] is None
    assert stored.sent["email"] == "a@example.com"
    assert shown(stored)["shipping_address"]["city"] == "Paris"
    assert shown(stored)["shipping_address"]["zip"] == "75002"


def test_parts_left_out_are_never_deleted() -> None:
    store = new_store()
    store.upsert(
        order(line_items=items("L0"), fulfillments=[shipment(trackers=[parcel(line_items=items("L1"))])])
    )
    stored = store.upsert(order(line_items=[], fulfillments=[shipment("F2", line_items=items("L2"))]))

    assert places(stored) == {"order": ["L0"], "F1": [], "T1": ["L1"], "F2": ["L2"]}


def test_an_item_moves_deeper_when_it_is_sent_deeper() -> None:
    store = new_store()
    stored = store.upsert(order(line_items=items("L1", quantity=2, title="Mug")))
    item_id = shown(stored)["line_items"]["data"][0]["id"]
    store.upsert(order(fulfillments=[shipment(line_items=items("L1"))]))
    assert places(stored) == {"order": [], "F1": ["L1"]}
    store.upsert(order(fulfillments=[shipment(trackers=[parcel(line_items=items("L1"))])]))
    assert places(stored) == {"order": [], "F1": [], "T1": ["L1"]}

    [item] = shown(stored)["fulfillments"]["data"][0]["trackers"]["data"][0]["line_items"]["data"]
    assert (item["id"], item["title"], item["quantity"]) == (item_id, "Mug", 2)


def test_a_shipped_item_does_not_come_back_when_it_is_sent_higher_up() -> None:
    store = new_store()
    store.upsert(order(fulfillments=[shipment(trackers=[parcel(line_items=items("L1"))])]))
    store.upsert(order(fulfillments=[shipment(line_items=items("L1"))]))
    stored = store.upsert(order(line_items=items("L1")))

    assert places(stored) == {"order": [], "F1": [], "T1": ["L1"]}


def test_part_of_an_item_may_lie_in_each_of_two_parcels() -> None:
    store = new_store()
    first = parcel("T1", line_items=items("L1", quantity=3, shipped_quantity=1))
    stored = store.upsert(order(fulfillments=[shipment(trackers=[first])]))
    assert shown(stored)["fulfillments"]["data"][0]["status_code"] == "partially_shipped"

    second = parcel("T2", line_items=items("L1", quantity=3, shipped_quantity=2))
    store.upsert(order(fulfillments=[shipment(trackers=[second])]))
    fulfillment = shown(stored)["fulfillments"]["data"][0]
    carried = [one["line_items"]["data"][0]["shipped_quantity"] for one in fulfillment["trackers"]["data"]]
    assert carried == [2, 1]
    assert fulfillment["status_code"] == "shipped"


def test_a_tracking_number_is_the_same_as_text_and_as_number() -> None:
    store = new_store()
    store.upsert(order(fulfillments=[shipment(trackers=[parcel(123)])]))
    stored = store.upsert(order(fulfillments=[shipment(trackers=[parcel("123")])]))

    assert list(stored.trackers) == ["123"]


def test_a_fulfillment_of_another_order_may_have_the_same_id() -> None:
    store = new_store()
    first = store.upsert(order(fulfillments=[shipment(status_code="blocked")]))
    second = store.upsert({"merchant_id": "O2", "fulfillments": [shipment(status_code="delayed")]})

    assert first.status_of(first.fulfillments["F1"]) == "blocked"
    assert second.status_of(second.fulfillments["F1"]) == "delayed"


def status(payload: dict[str, Any]) -> str | None:
    stored = new_store().upsert(payload)
    return stored.status_of(stored.fulfillments["F1"])


def test_the_sent_status_stands_while_no_item_forces_another() -> None:
    assert status(order(fulfillments=[shipment(status_code="preparing_shipment")])) == "preparing_shipment"
    waiting = shipment(status_code="preparing_shipment", line_items=items("L1"))
    assert status(order(fulfillments=[waiting])) == "preparing_shipment"


def test_a_fulfillment_whose_items_all_lie_in_parcels_is_shipped() -> None:
    sent = shipment(status_code="pending", trackers=[parcel(line_items=items("L1"))])
    assert status(order(fulfillments=[sent])) == "shipped"


def test_a_fulfillment_with_an_item_left_is_partially_shipped() -> None:
    sent = shipment(line_items=items("L2"), trackers=[parcel(line_items=items("L1"))])
    assert status(order(fulfillments=[sent])) == "partially_shipped"


def test_a_canceled_item_does_not_keep_a_fulfillment_from_being_shipped() -> None:
    left = items("L2", quantity=2, canceled_quantity=2)
    sent = shipment(line_items=left, trackers=[parcel(line_items=items("L1"))])
    assert status(order(fulfillments=[sent])) == "shipped"


def test_a_fulfillment_with_nothing_but_canceled_items_is_canceled() -> None:
    assert status(order(fulfillments=[shipment(line_items=items("L1", canceled=True))])) == "canceled"


def test_a_canceled_order_cancels_its_fulfillments_and_items() -> None:
    stored = new_store().upsert(order(canceled=True, fulfillments=[shipment(line_items=items("L1"))]))
    fulfillment = shown(stored)["fulfillments"]["data"][0]

    assert fulfillment["status_code"] == "canceled"
    assert fulfillment["line_items"]["data"][0]["canceled"] is True


def test_canceling_all_of_an_item_by_quantity_cancels_it() -> None:
    store = new_store()
    stored = store.upsert(order(line_items=items("L1", quantity=2, canceled_quantity=1, canceled=False)))
    assert shown(stored)["line_items"]["data"][0]["canceled"] is False
    store.upsert(order(line_items=items("L1", canceled_quantity=2)))
    assert shown(stored)["line_items"]["data"][0]["canceled"] is True


def test_an_order_is_found_by_its_newest_email_only() -> None:
    store = new_store()
    store.upsert(order(email="a@example.com"))
    store.upsert(order(email="b@example.com"))

    def found(email: str) -> list[Order]:
        return list(store.walk(above=None, below=None, newest_first=True, where={"email": email}))

    assert (len(found("a@example.com")), len(found("b@example.com"))) == (0, 1)


TEXTS = st.text('aZ0é漢 \0"', max_size=5)
IDS = st.sampled_from(["A", "B", "C"])


def some(**fields: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.none() | strategy for name, strategy in fields.items()}


ADDRESSES = st.fixed_dictionaries({}, optional=some(city=TEXTS, zip=TEXTS, country_code=st.just("FR")))
ITEMS = st.fixed_dictionaries(
    {"merchant_id": IDS},
    optional=some(title=TEXTS, canceled_quantity=st.integers(0, 3), canceled=st.booleans()),
)
SHIPPED_ITEMS = st.fixed_dictionaries({"merchant_id": IDS}, optional=some(shipped_quantity=st.integers(0, 3)))
PARCELS = st.fixed_dictionaries(
    {"tracking_number": st.sampled_from(["T1", "T2", 3, 10**25])},
    optional=some(line_items=st.lists(SHIPPED_ITEMS, max_size=3), carrier_code=TEXTS),
)
SHIPMENTS = st.fixed_dictionaries(
    {"merchant_id": IDS},
    optional=some(
        line_items=st.lists(ITEMS, max_size=3),
        trackers=st.lists(PARCELS, max_size=3),
        shipping_address=ADDRESSES,
        status_code=st.sampled_from(["pending", "shipped"]),
    ),
)
ORDERS = st.fixed_dictionaries(
    {"merchant_id": IDS},
    optional=some(
        email=TEXTS,
        ordered_at=st.integers(0, 2**31),
        canceled=st.booleans(),
        line_items=st.lists(ITEMS, max_size=3),
        fulfillments=st.lists(SHIPMENTS, max_size=3),
        shipping_address=ADDRESSES,
    ),
)


@given(payload=ORDERS)
def test_posting_any_valid_order_twice_leaves_one_order_as_it_was(payload: dict[str, Any]) -> None:
    assert order_errors(payload, strictness=Strictness(semantics=True, known_quantities={})) == {}
    before = copy.deepcopy(payload)
    store = new_store()
    once = copy.deepcopy(shown(store.upsert(payload)))
    twice = shown(store.upsert(payload))

    assert len(store) == 1
    assert twice == once
    assert payload == before


@given(payloads=st.lists(ORDERS, max_size=6))
def test_any_orders_leave_every_part_in_place_once(payloads: list[dict[str, Any]]) -> None:
    store = new_store()
    for payload in payloads:
        store.upsert(payload)

    assert {one.merchant_id for one in store.all()} == {payload["merchant_id"] for payload in payloads}
    for stored in store.all():
        in_one_place = [
            item
            for name, found in places(stored).items()
            if name == "order" or name in stored.fulfillments
            for item in found
        ]
        assert len(in_one_place) == len(set(in_one_place))
