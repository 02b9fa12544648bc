"""A 409: proof that the order is there, or no verdict. And a key that is refused because our clock is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any

import httpx
import orjson
import pytest
from tests.faults.place import Place
from tests.faults.scripted import Request, Said, answering

from orderdrop.core.policy import MAX_ATTEMPTS, LookUpFirst, Retry, after
from orderdrop.destinations.base import Accepted, AccountOptions, Carrier, FailureKind, LooksUp, Parcel
from orderdrop.destinations.registry import find

SHIPUP = {
    "merchant_id": "A-1",
    "email": "anna@example.com",
    "line_items": [{"merchant_id": "X", "quantity": 2}],
}
PARCELLAB = {
    "account": 1,
    "order_number": "A-1",
    "destination_country_iso3": "FRA",
    "order_date": "2026-11-22",
}


@contextmanager
def carrier_of(name: str, base_url: str) -> Iterator[Carrier]:
    account = AccountOptions(name="eu", base_url=base_url, key="1:secret-of-a-key", unlimited=True)
    carrier = find(name).carrier(account, httpx.HTTPTransport)
    try:
        yield carrier
    finally:
        carrier.close()


CASES = [
    pytest.param("shipup", SHIPUP, {"id": 7, **SHIPUP}, "7", id="shipup-repeats-it"),
    pytest.param(
        "shipup", SHIPUP, {"error": "exists", "order": {"id": "7", **SHIPUP}}, "7", id="below-a-name"
    ),
    pytest.param(
        "shipup", SHIPUP, {"id": 7, **SHIPUP, "email": "b@example.com"}, None, id="an-older-version"
    ),
    pytest.param(
        "shipup",
        SHIPUP,
        {"id": 7, **SHIPUP, "line_items": [{"merchant_id": "X", "quantity": 1}]},
        None,
        id="an-older-quantity",
    ),
    pytest.param("shipup", SHIPUP, {"id": 7, **SHIPUP, "merchant_id": "A-2"}, None, id="another-order"),
    pytest.param("shipup", SHIPUP, SHIPUP, None, id="without-an-id"),
    pytest.param("shipup", SHIPUP, {"id": 7, "merchant_id": "A-1"}, None, id="nothing-but-names"),
    pytest.param("shipup", SHIPUP, {"error": "conflict"}, None, id="a-word"),
    pytest.param("shipup", SHIPUP, ["conflict"], None, id="a-list"),
    pytest.param("shipup", SHIPUP, None, None, id="nothing"),
    pytest.param("parcellab", PARCELLAB, {"id": "x9", **PARCELLAB}, "x9", id="parcellab-repeats-it"),
    pytest.param("parcellab", PARCELLAB, {"detail": "in use"}, None, id="parcellab-key-in-use"),
]


@pytest.mark.parametrize(("name", "sent", "said", "reference"), CASES)
def test_A6_a_409_counts_as_accepted_only_where_it_repeats_the_order_as_it_was_sent(
    name: str, sent: dict[str, Any], said: Any, reference: str | None
) -> None:
    with answering(lambda _: Said(status=409, body=said)) as api, carrier_of(name, api.base_url) as carrier:
        answer = carrier.send(Parcel(keys=("A-1",), bodies=(orjson.dumps(sent),)))
    if reference is not None:
        assert answer.verdicts == {"A-1": Accepted(reference=reference)}
        return
    assert answer.verdicts == {}
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.status) == (FailureKind.UNREADABLE, 409)
    decision = after(answer.failure.kind, attempt=1, upserts=True, random=Random(1), status=409)
    assert isinstance(decision, Retry)


def test_A6_where_sending_again_would_make_two_a_409_is_looked_up() -> None:
    def said(request: Request) -> Said:
        if request.method == "GET":
            return Said(status=200, body={"id": "d-9", "referenceId": "A-1", "status": "assigned"})
        return Said(status=409, body={"code": "ERROR"})

    with answering(said) as api, carrier_of("shippify", api.base_url) as carrier:
        answer = carrier.send(Parcel(keys=("A-1",), bodies=(b'{"referenceId":"A-1"}',)))
        assert answer.failure is not None
        decision = after(answer.failure.kind, attempt=1, upserts=False, random=Random(1), status=409)
        assert isinstance(decision, LookUpFirst)
        assert isinstance(carrier, LooksUp)
        assert carrier.look_up("A-1") == Accepted(reference="d-9")


@pytest.mark.parametrize(
    ("conflicts", "fate"),
    [
        pytest.param(2, "accepted", id="until-it-is-free"),
        pytest.param(MAX_ATTEMPTS, "unsent", id="not-for-ever"),
    ],
)
def test_A7_an_order_whose_key_is_in_use_waits_and_is_sent_again(
    conflicts: int, fate: str, place: Place
) -> None:
    def said(request: Request) -> Said:
        tries.append(request.body["merchant_id"])
        if len(tries) <= conflicts:
            return Said(status=409, body={"error": "in use"}, headers={"Retry-After": "0.05"})
        return Said(status=201, body={"id": "1", **request.body})

    tries: list[str] = []
    with answering(said) as api:
        place.account["base_url"] = api.base_url
        place.drop("orders.csv", 1)
        (receipt,) = place.poll()
    assert receipt["orders"][fate] == 1
    assert len(tries) == min(conflicts + 1, MAX_ATTEMPTS)


@pytest.mark.parametrize("name", ["shipup", "parcellab", "shippify"])
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("ahead", "says"),
    [
        pytest.param(timedelta(minutes=-10), "our clock is 10 minutes ahead of its own", id="we-are-ahead"),
        pytest.param(timedelta(hours=2), "our clock is 120 minutes behind its own", id="we-are-behind"),
        pytest.param(timedelta(seconds=30), None, id="near-enough"),
        pytest.param(None, None, id="it-does-not-say"),
    ],
)
def test_A35_a_refused_key_says_so_where_our_clock_is_wrong(
    ahead: timedelta | None, says: str | None, status: int, name: str
) -> None:
    date = {} if ahead is None else {"Date": format_datetime(datetime.now(UTC) + ahead, usegmt=True)}
    with (
        answering(lambda _: Said(status=status, body={}, headers=date)) as api,
        carrier_of(name, api.base_url) as carrier,
    ):
        failure = carrier.send(Parcel(keys=("A-1",), bodies=(b'{"merchant_id":"A-1"}',))).failure
    assert failure is not None
    assert failure.kind in (FailureKind.CREDENTIALS, FailureKind.FORBIDDEN)
    assert ("our clock" in failure.message) == (says is not None)
    assert says is None or says in failure.message


def test_A35_ops_are_told_of_the_clock_once_for_the_whole_batch(place: Place) -> None:
    date = {"Date": format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)}
    with answering(lambda _: Said(status=401, body={}, headers=date)) as api:
        place.account["base_url"] = api.base_url
        place.drop("orders.csv", 1, 2, 3)
        (receipt,) = place.poll()
    (problem,) = receipt["problems"]
    assert "our clock is 60 minutes ahead of its own" in problem["message"]
    assert receipt["orders"]["unsent"] == 3
