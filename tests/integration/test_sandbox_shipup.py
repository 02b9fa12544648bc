"""The Shipup stand-in over a real socket: what a client sees, and what it does not get to see."""

import asyncio
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import loopback
from tests.integration.faulty import seen_by_client, status_or_none, write_into

from orderdrop.sandbox.clock import Clock
from orderdrop.sandbox.server import (
    SandboxAddress,
    SandboxSettings,
    SandboxStartError,
    create_app,
    running,
)
from orderdrop.sandbox.shipup.api import FAULT_KINDS as KINDS
from orderdrop.sandbox.shipup.settings import ShipupSettings

DATA = Path(__file__).parents[1] / "data" / "shipup"
ORDER = {"merchant_id": "A", "order_number": "N1"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxAddress]:
    with running(
        settings=SandboxSettings(shipup=ShipupSettings(rate=None, job_delay_seconds=0.0))
    ) as address:
        yield address


@pytest.fixture
def client(sandbox: SandboxAddress) -> Iterator[httpx.Client]:
    with loopback.Client(base_url=sandbox.shipup, headers={"Authorization": "any"}, timeout=10) as client:
        client.post("/_control/reset").raise_for_status()
        yield client


def plan(client: httpx.Client, **fault: Any) -> None:
    answer = client.post("/_control/faults", json=fault)
    assert answer.status_code == 200, answer.text


def log(client: httpx.Client) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = client.get("/_control/log").json()["calls"]
    return calls


def stored(client: httpx.Client) -> list[str]:
    return [order["merchant_id"] for order in client.get("/_control/store").json()["orders"]]


def published(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


def test_the_published_valid_order_is_created(client: httpx.Client) -> None:
    answer = client.post("/v2/orders", json=published("valid_order"))

    assert answer.status_code == 201
    assert stored(client) == ["O_MER_TEST5"]


def test_the_published_invalid_order_gets_the_published_answer(client: httpx.Client) -> None:
    answer = client.post("/v2/orders", json=published("invalid_order"))

    assert (answer.status_code, answer.json()) == (400, published("invalid_order_answer"))
    assert stored(client) == []


def test_a_stored_order_is_found_by_its_number(client: httpx.Client) -> None:
    client.post("/v2/orders", json=ORDER)
    answer = client.get("/v2/orders", params={"order_number": "N1", "expand[]": "fulfillments.trackers"})

    assert answer.status_code == 200
    assert [order["merchant_id"] for order in answer.json()["data"]] == ["A"]


def test_a_batch_leads_to_its_job(client: httpx.Client) -> None:
    answer = client.post("/v2/orders/batch_create", json={"orders": [ORDER]})
    job = client.get(httpx.URL(client.base_url).join(answer.headers["Location"]))

    assert answer.status_code == 202
    assert job.json()["results"] == [{"status": 201, "body": {"merchant_id": "A"}}]


def test_every_answer_shows_how_full_the_bucket_is(client: httpx.Client) -> None:
    answers = [
        client.post("/v2/orders", json=ORDER),
        client.post("/v2/orders", content=b"{"),
        client.get("/v2/nowhere"),
        client.get("/v2/orders", headers={"Authorization": ""}),
    ]

    assert [one.status_code for one in answers] == [201, 400, 404, 401]
    assert all("X-Shipup-Api-Call-Limit" in one.headers for one in answers)


SEEN_BY_CLIENT = seen_by_client(201, {"job-failed": 201})


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert set(SEEN_BY_CLIENT) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_fault_ends_the_call_as_planned_and_the_next_one_is_served(client: httpx.Client, kind: str) -> None:
    seen = write_into(client, kind, lambda: client.post("/v2/orders", json=ORDER), path="/v2/orders")
    commits = KINDS[kind].commits

    assert seen == SEEN_BY_CLIENT[kind]
    assert stored(client) == (["A"] if commits else [])
    [entry] = log(client)
    assert (entry["fault"], entry["status"]) == (kind, seen or "dropped")
    assert (entry["orders"], entry["committed"]) == (["A"], commits)
    client.delete("/_control/faults")
    assert client.post("/v2/orders", json=ORDER).status_code == 201


@pytest.mark.parametrize("kind", ["drop-before", "drop-after-commit"])
def test_a_dropped_connection_closes_without_a_byte(
    sandbox: SandboxAddress, client: httpx.Client, kind: str
) -> None:
    plan(client, kind=kind)
    body = json.dumps(ORDER).encode()
    head = f"POST /shipup/v2/orders HTTP/1.1\r\nHost: x\r\nAuthorization: k\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((sandbox.host, sandbox.port), timeout=10) as line:
        line.sendall(head.encode() + body)
        received = line.recv(1)

    assert received == b""


def test_a_truncated_answer_breaks_off_inside_the_body(client: httpx.Client) -> None:
    plan(client, kind="truncated")
    with client.stream("POST", "/v2/orders", json=ORDER) as answer:
        promised = int(answer.headers["Content-Length"])
        parts: list[bytes] = []
        with pytest.raises(httpx.RemoteProtocolError):
            parts.extend(answer.iter_raw())

    assert answer.status_code == 201
    assert promised > len(b"".join(parts))


def test_a_client_that_gives_up_on_a_hanging_call_is_written_down_as_dropped(client: httpx.Client) -> None:
    plan(client, kind="hang")
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v2/orders", json=ORDER, timeout=0.05)
    while (status := log(client)[0]["status"]) is None:
        pass

    assert status == "dropped"
    assert stored(client) == []


def test_a_hanging_call_does_not_keep_the_sandbox_up(caplog: pytest.LogCaptureFixture) -> None:
    with ThreadPoolExecutor(1) as pool:
        with (
            running() as address,
            loopback.Client(base_url=address.shipup, headers={"Authorization": "k"}) as client,
        ):
            plan(client, kind="hang", seconds=3600)
            waiting = pool.submit(
                loopback.post, f"{address.shipup}/v2/orders", headers={"Authorization": "k"}, json=ORDER
            )
            while not log(client):
                pass
        with pytest.raises(httpx.RemoteProtocolError):
            waiting.result(timeout=30)

    assert [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_a_batch_whose_answer_is_lost_is_done_all_the_same(client: httpx.Client) -> None:
    plan(client, kind="drop-after-commit", path="/v2/orders/batch_create")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/v2/orders/batch_create", json={"orders": [ORDER, {"merchant_id": "B"}]})

    assert stored(client) == ["A", "B"]


def test_a_fault_can_wait_for_one_order(client: httpx.Client) -> None:
    plan(client, kind="drop-after-commit", match='"B"')

    def post(name: str) -> int | None:
        return status_or_none(lambda: client.post("/v2/orders", json={"merchant_id": name}))

    seen = [post(name) for name in ("A", "B", "C", "B")]

    assert seen == [201, None, 201, 201]
    assert client.get("/_control/store", params={"brief": "1"}).json()["orders"][1] == {
        "merchant_id": "B",
        "id": 2,
        "created": 1,
        "updated": 1,
    }


def test_a_server_error_can_come_after_the_order_was_stored(client: httpx.Client) -> None:
    plan(client, kind="500", commit=True)

    assert client.post("/v2/orders", json=ORDER).status_code == 500
    assert stored(client) == ["A"]


def test_a_429_on_demand_says_when_to_come_back(client: httpx.Client) -> None:
    plan(client, kind="429", retry_after=7)

    assert client.post("/v2/orders", json=ORDER).headers["Retry-After"] == "7"


def test_a_missing_batch_endpoint_leaves_single_posts_alone(client: httpx.Client) -> None:
    plan(client, kind="endpoint-missing")
    batches = [client.post("/v2/orders/batch_create", json={"orders": [ORDER]}).status_code for _ in range(3)]

    assert batches == [404, 404, 404]
    assert client.post("/v2/orders", json=ORDER).status_code == 201


def test_the_log_tells_one_call_from_the_next(client: httpx.Client) -> None:
    client.post("/v2/orders", json=ORDER)
    client.get("/v2/orders", params={"limit": 1})
    first, second = log(client)

    assert (first["seq"], first["method"], first["path"], first["status"]) == (1, "POST", "/v2/orders", 201)
    assert (second["seq"], second["query"], second["orders"], second["committed"]) == (
        2,
        "limit=1",
        [],
        False,
    )
    assert client.get("/_control/log", params={"after": 1}).json()["calls"] == [second]


def test_what_happened_to_a_parcel_is_there_to_be_read(client: httpx.Client) -> None:
    client.post("/v2/orders", json=published("valid_order"))
    asked = {
        "merchant_id": "O_MER_TEST5",
        "tracking_number": "1231121212",
        "events": [{"event_type_code": "origin_scan"}, {"event_type_code": "delivered"}],
        "expected_delivery_at": 1_599_403_980,
    }
    told = {"merchant_id": "O_MER_TEST5", "notifications": [{"slug": "order_placed"}]}
    moved = client.post("/_control/move", json=[asked, told])
    paths = ("fulfillments.trackers.events", "notifications.notification_type")
    [order] = client.get("/v2/orders", params={"expand[]": paths}).json()["data"]
    parcels = {one["tracking_number"]: one for one in order["fulfillments"]["data"][0]["trackers"]["data"]}
    events = parcels["1231121212"]["events"]["data"]

    assert moved.status_code == 200
    assert [one["event_type_code"] for one in events] == ["delivered", "origin_scan"]
    assert parcels["1231121212"]["delivery_status_code"] == "delivered"
    assert parcels["1231121212"]["displayable_expected_delivery_date"] == "2020-09-06"
    assert parcels["12341121212"]["delivery_status_code"] == "pending"
    assert order["notifications"]["data"][0]["notification_type"]["slug"] == "order_placed"


def test_the_store_shows_orders_whole(client: httpx.Client) -> None:
    client.post("/v2/orders", json=published("valid_order"))
    [entry] = client.get("/_control/store").json()["orders"]
    [fulfillment] = entry["order"]["fulfillments"]["data"]

    assert fulfillment["shipping_address"]["city"] == "City"
    assert [one["tracking_number"] for one in fulfillment["trackers"]["data"]] == [
        "12341121212",
        "1231121212",
    ]


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        pytest.param("POST", "/_control/faults", b"{", 400, id="fault-that-is-no-json"),
        pytest.param("POST", "/_control/faults", b'{"kind": "flood"}', 400, id="unknown-fault"),
        pytest.param(
            "POST", "/_control/faults", b'[{"kind":"500"},{"kind":"flood"}]', 400, id="one-of-two-bad"
        ),
        pytest.param("POST", "/_control/settings", b'{"colour": "red"}', 400, id="unknown-setting"),
        pytest.param("POST", "/_control/settings", b"[]", 400, id="settings-that-are-no-object"),
        pytest.param("GET", "/_control/log?after=x", b"", 400, id="log-after-nothing"),
        pytest.param("GET", "/_control/nowhere", b"", 404, id="unknown-route"),
    ],
)
def test_a_bad_control_call_says_what_was_wrong(
    client: httpx.Client, method: str, path: str, content: bytes, status: int
) -> None:
    answer = client.request(method, path, content=content)

    assert answer.status_code == status
    assert answer.json()["error"]
    assert client.get("/_control/faults").json()["planned"] == []


def test_the_control_api_needs_no_key_and_shows_its_routes(sandbox: SandboxAddress) -> None:
    index = loopback.get(f"{sandbox.url}/").json()
    control = loopback.get(f"{sandbox.url}{index['apis']['shipup']['control']}").json()

    assert "POST /faults" in control["routes"]
    assert loopback.get(f"{sandbox.shipup}/v2/orders").status_code == 401


def test_the_control_api_answers_this_machine_only() -> None:
    elsewhere = httpx.ASGITransport(app=create_app(), client=("192.0.2.7", 123))

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://sandbox") as client:
            headers = {"Authorization": "k"}
            paths = ("/shipup/_control/store", "/shipup/v2/orders")
            return [(await client.get(path, headers=headers)).status_code for path in paths]

    assert asyncio.run(ask()) == [403, 200]


def test_a_burst_is_paced_and_can_be_let_go() -> None:
    stopped = Clock(unix_seconds=lambda: 1_700_000_000.0, elapsed_seconds=lambda: 0.0)
    with (
        running(clock=stopped) as address,
        loopback.Client(base_url=address.shipup, headers={"Authorization": "any"}) as client,
    ):
        statuses = [client.get("/v2/orders").status_code for _ in range(62)]
        refused = client.get("/v2/orders")
        client.post("/_control/settings", json={"rate": None})
        freed = client.get("/v2/orders").status_code

    assert statuses == [200] * 60 + [429] * 2
    assert (refused.status_code, refused.headers["Retry-After"], freed) == (429, "1", 200)


def test_a_set_key_is_the_only_one_taken() -> None:
    settings = SandboxSettings().with_key("right")
    with running(settings=settings) as address:
        statuses = [
            loopback.get(f"{address.shipup}/v2/orders", headers={"Authorization": key}).status_code
            for key in ("right", "Bearer right", "wrong")
        ]

    assert statuses == [200, 200, 401]


def test_many_clients_at_once_lose_and_double_nothing(sandbox: SandboxAddress, client: httpx.Client) -> None:
    def send(worker: int) -> set[int]:
        with loopback.Client(base_url=sandbox.shipup, headers={"Authorization": "any"}) as mine:
            names = [f"{worker % 4}-{n}" for n in range(25)]
            return {mine.post("/v2/orders", json={"merchant_id": name}).status_code for name in names}

    with ThreadPoolExecutor(8) as pool:
        statuses = set().union(*pool.map(send, range(8)))
    counts = client.get("/_control/store", params={"brief": "1"}).json()

    assert statuses == {201}
    assert counts["count"] == 100
    assert {(one["created"], one["updated"]) for one in counts["orders"]} == {(1, 1)}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "example.com"])
def test_a_host_beyond_this_machine_is_refused(host: str) -> None:
    with pytest.raises(SandboxStartError, match="this machine only"), running(host=host):
        pass


def test_a_port_that_is_taken_is_named(sandbox: SandboxAddress) -> None:
    with (
        pytest.raises(SandboxStartError, match=f"Port {sandbox.port} on 127.0.0.1"),
        running(port=sandbox.port),
    ):
        pass
