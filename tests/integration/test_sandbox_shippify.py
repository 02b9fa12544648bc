"""The Shippify stand-in over a real socket: what a client sees, and what it does not get to see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests import loopback
from tests.integration.faulty import seen_by_client, write_into
from tests.unit.sandbox.shippify.deliveries import delivery, stop

from orderdrop.sandbox.clock import Clock
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running
from orderdrop.sandbox.shippify.api import FAULT_KINDS
from orderdrop.sandbox.shippify.settings import ShippifySettings

DATA = Path(__file__).parents[1] / "data" / "shippify"
CREATE = "/v1/deliveries"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxAddress]:
    settings = ShippifySettings(requests_per_minute=None, company="pruaas")
    with running(settings=SandboxSettings(shippify=settings)) as address:
        yield address


@pytest.fixture
def client(sandbox: SandboxAddress) -> Iterator[httpx.Client]:
    with loopback.Client(base_url=sandbox.shippify, auth=("id", "secret"), timeout=10) as client:
        client.post("/_control/reset").raise_for_status()
        yield client


def stored(client: httpx.Client) -> list[str]:
    return [one["referenceId"] for one in client.get("/_control/store?brief=1").json()["orders"]]


def test_the_published_tracking_link_is_answered(client: httpx.Client) -> None:
    published = json.loads((DATA / "tracking_link.json").read_text())
    sent = delivery("PO-7", dropoff={**stop(address="x"), "contact": published["recipient"]})
    [entry] = client.post(CREATE, json={"deliveries": [sent]}).json()["payload"]
    link = client.get(f"{CREATE}/token/{entry['id']}")

    assert link.status_code == 200
    assert list(link.json()) == list(published)
    assert link.json()["recipient"] == published["recipient"]
    token = link.json()["token"]
    assert link.json()["url"] == f"https://api.shippify.co/track/{entry['id']}?token={token}&ref=server"
    assert entry["id"].startswith("t-pruaas-")
    assert client.get(f"{CREATE}/token/PO-7").json() == link.json()


def test_without_credentials_there_is_no_link(sandbox: SandboxAddress) -> None:
    answer = loopback.get(f"{sandbox.shippify}{CREATE}/token/t-pruaas-5063")

    assert (answer.status_code, list(answer.json())) == (401, ["code", "message"])


@pytest.mark.parametrize("reference", ["PO 7", "a/b", "a#b?c", "ñandú"])
def test_a_reference_that_is_encoded_is_found(client: httpx.Client, reference: str) -> None:
    client.post(CREATE, json={"deliveries": [delivery(reference)]})
    answer = client.get(f"{CREATE}/{quote(reference, safe='')}/complete")

    assert (answer.status_code, answer.json().get("referenceId")) == (200, reference)


def test_how_far_a_delivery_has_come_is_there_to_be_read(client: httpx.Client) -> None:
    client.post(CREATE, json={"deliveries": [delivery("A"), delivery("B")]})
    steps = [{"id": "A", "status": "assigned", "courier": {"info": {"shipperName": "Juan"}}}]
    moved = client.post("/_control/move", json=[*steps, {"id": "A", "status": "completed"}])
    shown = client.get(f"{CREATE}/A/complete").json()

    assert [one["_status"] for one in moved.json()] == ["assigned", "completed"]
    assert shown == moved.json()[1]
    assert (shown["status"], shown["courier"]) == (7, {"info": {"shipperName": "Juan"}})
    assert client.get(f"{CREATE}/B/complete").json()["_status"] == "processing"


def test_the_same_creation_twice_makes_two(client: httpx.Client) -> None:
    body = {"deliveries": [delivery("A")]}
    ids = [client.post(CREATE, json=body).json()["payload"][0]["id"] for _ in range(2)]

    assert len({*ids}) == 2
    assert stored(client) == ["A", "A"]


SEEN_BY_CLIENT = seen_by_client(
    200, dict.fromkeys(("code-error", "no-index", "foreign-index", "shuffled", "short"), 200)
)


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert set(SEEN_BY_CLIENT) == set(FAULT_KINDS)


@pytest.mark.parametrize("kind", sorted(FAULT_KINDS))
def test_a_fault_ends_the_call_as_planned_and_the_next_one_is_served(client: httpx.Client, kind: str) -> None:
    body = {"deliveries": [delivery("A")]}
    seen = write_into(client, kind, lambda: client.post(CREATE, json=body))
    commits = FAULT_KINDS[kind].commits
    [entry] = client.get("/_control/log").json()["calls"]

    assert seen == SEEN_BY_CLIENT[kind]
    assert stored(client) == (["A"] if commits else [])
    assert (entry["fault"], entry["status"]) == (kind, seen or "dropped")
    assert (entry["orders"], entry["committed"]) == (["A"], commits)
    client.delete("/_control/faults")
    assert client.post(CREATE, json=body).json()["code"] == "OK"


def test_a_fault_can_wait_for_one_delivery_of_a_request(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"kind": "drop-after-commit", "match": '"B"'})
    client.post(CREATE, json={"deliveries": [delivery("A")]}).raise_for_status()
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CREATE, json={"deliveries": [delivery("C"), delivery("B")]})

    assert stored(client) == ["A", "C", "B"]
    assert client.get(f"{CREATE}/B/complete").status_code == 200


def test_a_creation_too_many_is_told_how_long_to_wait_and_can_be_let_go() -> None:
    stopped = Clock(unix_seconds=lambda: 1_700_000_000.0, elapsed_seconds=lambda: 0.0)
    with (
        running(clock=stopped) as address,
        loopback.Client(base_url=address.shippify, auth=("id", "secret")) as client,
    ):
        body: dict[str, Any] = {"deliveries": [delivery()]}
        statuses = [client.post(CREATE, json=body).status_code for _ in range(101)]
        refused = client.post(CREATE, json=body)
        client.post("/_control/settings", json={"requests_per_minute": None})
        freed = client.post(CREATE, json=body).status_code

    assert statuses == [200] * 100 + [429]
    assert (refused.status_code, refused.headers["Retry-After"], freed) == (429, "60", 200)


def test_a_set_key_is_the_only_pair_taken() -> None:
    with running(settings=SandboxSettings().with_key("id:secret")) as address:
        statuses = [
            loopback.get(f"{address.shippify}{CREATE}/x/complete", auth=pair).status_code
            for pair in (("id", "secret"), ("id", "other"), ("other", "secret"))
        ]

    assert statuses == [404, 401, 401]
