"""The parcelLab stand-in over a real socket: what a client sees, and what it does not get to see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import loopback
from tests.integration.faulty import seen_by_client, write_into

from orderdrop.sandbox.parcellab.api import FAULT_KINDS
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running

DATA = Path(__file__).parents[1] / "data" / "parcellab"
ORDERS = "/v4/track/orders/"
INFO = "/v4/track/orders/info/"
KEY = {"Authorization": "Parcellab-API-Token any"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxAddress]:
    with running() as address:
        yield address


@pytest.fixture
def client(sandbox: SandboxAddress) -> Iterator[httpx.Client]:
    with loopback.Client(base_url=sandbox.parcellab, headers=KEY, timeout=10) as client:
        client.post("/_control/reset").raise_for_status()
        client.post("/_control/settings", json={"body": "echo", "page_size": 50}).raise_for_status()
        yield client


def published(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


def stored(client: httpx.Client) -> list[str]:
    return [order["order_number"] for order in client.get("/_control/store?brief=1").json()["orders"]]


def order(number: str = "A") -> dict[str, Any]:
    core = {"account": 1, "destination_country_iso3": "DEU", "recipient_email": "_unset"}
    tracking = {"courier": "ups", "tracking_number": f"{number}-1"}
    return {**core, "order_number": number, "mutations": [{"type": "add_tracking", "tracking": tracking}]}


def test_an_order_of_every_published_field_is_created_updated_listed_and_retrieved(
    client: httpx.Client,
) -> None:
    sent = published("order")
    created, updated = (client.put(ORDERS, json=sent) for _ in range(2))
    [listed] = client.get(ORDERS).json()["results"]
    retrieved = client.get(f"{ORDERS}{listed['external_id']}/")

    assert (created.status_code, updated.status_code, retrieved.status_code) == (201, 200, 200)
    assert retrieved.json() == listed == {k: v for k, v in updated.json().items() if k != "mutations"}
    missing = [name for name, _ in published("order_reference")["fields"] if name not in {*sent, *NOT_SENT}]
    assert missing == []
    assert [name for name in sent if name not in {*listed, "mutations"}] == []


# A range instead of one day, and a cancelled order: not what this order is about.
NOT_SENT = (
    "announced_delivery_date_min",
    "announced_delivery_date_max",
    "cancelled_date",
    "cancelled_reason",
)


def test_the_published_empty_body_of_an_upsert_can_be_had(client: httpx.Client) -> None:
    client.post("/_control/settings", json={"body": "empty"})
    answers = [client.put(ORDERS, json=order()), client.post(ORDERS, json=order("B"))]

    assert published("order_reference")["response_body"] == "No response body"
    assert [(one.status_code, one.content) for one in answers] == [(201, b"")] * 2


def test_the_pages_of_the_list_lead_to_each_other(client: httpx.Client) -> None:
    client.post("/_control/settings", json={"page_size": 2})
    for number in "ABCDE":
        client.put(ORDERS, json=order(number))
    met, url = [], f"{ORDERS}?ordering=order_number"
    while url:
        found = client.get(url).json()
        met.append([one["order_number"] for one in found["results"]])
        url = found["next"]

    assert list(found) == ["next", "previous", "results"]
    assert met == [["A", "B"], ["C", "D"], ["E"]]


def test_a_write_without_the_last_slash_is_lost_even_if_the_redirect_is_followed(
    client: httpx.Client,
) -> None:
    bare = client.put(ORDERS.rstrip("/"), json=order())
    followed = client.post(ORDERS.rstrip("/"), json=order(), follow_redirects=True)

    assert (bare.status_code, bare.headers["Location"]) == (301, f"/parcellab{ORDERS}")
    assert followed.request.method == "GET"
    assert stored(client) == []


def test_what_happened_to_a_parcel_is_there_to_be_read(client: httpx.Client) -> None:
    client.put(ORDERS, json=order())
    told = [{"status_code": "OutForDelivery", "location": "Dresden"}, {"status_code": "Delivered"}]
    moved = client.post(
        "/_control/move",
        json={"order_number": "A", "tracking_number": "A-1", "checkpoints": told, "order_status": "Done"},
    )
    shown = client.get(INFO, params={"tracking_number": "A-1", "courier": "ups"})

    assert (moved.status_code, shown.status_code) == (200, 200)
    assert moved.json() == shown.json()
    [parcel] = shown.json()["trackings"]
    assert [one["status_code"] for one in parcel["checkpoints"]] == ["OutForDelivery", "Delivered"]
    assert client.get(ORDERS).json()["results"][0]["order_status"] == "Done"


def test_an_event_needs_its_last_slash_too(client: httpx.Client) -> None:
    client.put(ORDERS, json=order())
    event = {
        "event_status": "Delivered",
        "event_timestamp": "2026-03-02T08:00:00Z",
        "courier": "ups",
        "tracking_number": "A-1",
    }
    statuses = [client.post(f"/v4/track/events{slash}", json=event).status_code for slash in ("", "/")]
    shown = client.get(INFO, params={"order_number": "A", "account": 1}).json()

    assert statuses == [301, 204]
    assert [one["status_code"] for one in shown["trackings"][0]["checkpoints"]] == ["Delivered"]


SEEN_BY_CLIENT = seen_by_client(201, {"mutation-failed": 201})


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert set(SEEN_BY_CLIENT) == set(FAULT_KINDS)


@pytest.mark.parametrize("kind", sorted(FAULT_KINDS))
def test_a_fault_ends_the_call_as_planned_and_the_next_one_is_served(client: httpx.Client, kind: str) -> None:
    seen = write_into(client, kind, lambda: client.put(ORDERS, json=order()))
    commits = FAULT_KINDS[kind].commits
    [entry] = client.get("/_control/log").json()["calls"]

    assert seen == SEEN_BY_CLIENT[kind]
    assert stored(client) == (["A"] if commits else [])
    assert (entry["fault"], entry["status"]) == (kind, seen or "dropped")
    assert (entry["orders"], entry["committed"]) == (["A"], commits)
    client.delete("/_control/faults")
    assert client.put(ORDERS, json=order()).status_code == (200 if commits else 201)


def test_a_refusal_on_purpose_has_the_apis_own_shape(client: httpx.Client) -> None:
    client.post("/_control/faults", json=[{"kind": "500"}, {"kind": "429", "retry_after": 7}])
    first, second = client.put(ORDERS, json=order()), client.put(ORDERS, json=order())

    assert first.json() == {
        "type": "server_error",
        "errors": [{"code": "error", "detail": "Refused on purpose", "attr": None}],
    }
    assert (second.json()["errors"][0]["code"], second.headers["Retry-After"]) == ("throttled", "7")


def test_a_mutation_that_fails_on_purpose_is_told_inside_the_2xx(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"kind": "mutation-failed"})
    [mutation] = client.put(ORDERS, json=order()).json()["mutations"]

    assert mutation["result"]["success"] is False
    assert client.get("/_control/store").json()["orders"][0]["trackings"] == []


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"order_number": "Z"}, id="unknown-order"),
        pytest.param([{"order_number": "A"}, 5], id="one-of-two"),
        pytest.param("A", id="no-object"),
    ],
)
def test_a_move_that_makes_no_sense_says_why(client: httpx.Client, asked: Any) -> None:
    client.put(ORDERS, json=order())
    answer = client.post("/_control/move", json=asked)

    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_a_set_key_is_the_only_one_taken_plain_or_encoded() -> None:
    with running(settings=SandboxSettings().with_key("1:right")) as address:
        statuses = [
            loopback.get(f"{address.parcellab}{ORDERS}", headers={"Authorization": key}).status_code
            for key in (
                "Parcellab-API-Token right",
                "Parcellab-API-Token MTpyaWdodA==",
                "Bearer right",
                "Parcellab-API-Token wrong",
                "",
            )
        ]

    assert statuses == [200, 200, 200, 401, 401]
