"""One suite for every destination, over real sockets against its stand-in: what must hold whatever the API is."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import loopback

from orderdrop.core.failures import FailureKind
from orderdrop.core.lineage import place_of
from orderdrop.destinations.base import (
    Accepted,
    AccountOptions,
    Answer,
    Carrier,
    Destination,
    Failure,
    Fitted,
    LooksUp,
    Parcel,
    Pending,
    Refused,
    Verdict,
)
from orderdrop.destinations.readback import Question, Readable
from orderdrop.destinations.registry import find, names
from orderdrop.sandbox.parcellab.settings import ParcellabSettings
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running
from orderdrop.sandbox.shippify.settings import ShippifySettings
from orderdrop.sandbox.shipup.settings import ShipupSettings

KEY = "4711:sk-live-0123456789"
HALF, ENDLESS = "\ud83d", 10**30  # half a character, a number of more than 19 digits
HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the suite must know of one API: orders for it, what it refuses, and how to ask for an order."""

    name: str
    order: Callable[[str], dict[str, Any]]  # as a mapping builds it
    spoil: Callable[[dict[str, Any]], dict[str, Any]]  # a body that our own check would not have let through
    spoilt_at: str
    no_path: httpx.Response  # a refusal that names no field
    stored_as: str
    question: Callable[[str], Question]
    not_json: tuple[Mapping[str, Any], ...]  # each holds what JSON, or our writer of it, does not
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def destination(self) -> Destination:
        return find(self.name)


def _shipup(key: str) -> dict[str, Any]:
    tracker = {
        "tracking_number": f"00{key}",
        "carrier_code": "ups",
        "line_items": [{"merchant_id": "i", "sku": "S"}],
    }
    return {
        "merchant_id": key,
        "order_number": key,
        "email": "mia@example.com",
        "fulfillments": [{"merchant_id": "f", "trackers": [tracker]}],
    }


def _parcellab(key: str) -> dict[str, Any]:
    articles = [{"line_item_id": "i", "sku": "S", "quantity": 1}]
    return {
        "account": 4711,
        "order_number": key,
        "destination_country_iso3": "DEU",
        "recipient_email": "mia@example.com",
        "trackings": [{"tracking_number": f"00{key}", "courier": "dhl-germany", "articles": articles}],
    }


def _shippify(key: str) -> dict[str, Any]:
    return {
        "referenceId": key,
        "pickup": {"contact": {"name": "Shop", "email": "shop@example.com"}, "location": {"warehouse": 7}},
        "dropoff": {
            "contact": {"name": "Mia", "phonenumber": "+593999999999"},
            "location": {"address": "Av. 9 de Octubre 100, Guayaquil"},
        },
        "packages": [{"name": "Box", "size": "s", "qty": 1}],
    }


def _unknown_status(body: dict[str, Any]) -> dict[str, Any]:
    body["fulfillments"][0]["status_code"] = "teleported"
    return body


def _unknown_country(body: dict[str, Any]) -> dict[str, Any]:
    body["mutations"][0]["tracking"]["destination_country_iso3"] = "ZZZ"
    return body


def _no_size(body: dict[str, Any]) -> dict[str, Any]:
    body["packages"][0]["size"] = "gigantic"
    return body


SYSTEMS = (
    System(
        name="shipup",
        order=_shipup,
        spoil=_unknown_status,
        spoilt_at="fulfillments.status_code",
        no_path=httpx.Response(400, json={"errors": {"details": "Something is wrong."}}),
        stored_as="merchant_id",
        question=lambda key: Question(order_number=key),
        not_json=({"custom_variables": {"note": HALF}}, {"custom_variables": {"count": ENDLESS}}),
    ),
    System(
        name="parcellab",
        order=_parcellab,
        spoil=_unknown_country,
        spoilt_at="trackings.destination_country_iso3",
        no_path=httpx.Response(400, json={"detail": "Something is wrong."}),
        stored_as="order_number",
        question=lambda key: Question(order_number=key, more={"account": "4711"}),
        not_json=({"tags": [f"note:{HALF}"]}, {"account": ENDLESS}),
    ),
    System(
        name="shippify",
        order=_shippify,
        spoil=_no_size,
        spoilt_at="packages.size",
        no_path=httpx.Response(400, json={"code": "BAD", "message": "Something is wrong."}),
        stored_as="referenceId",
        question=lambda key: Question(id=key),
        not_json=({"metadata": {"note": HALF}}, {"extraData": {HALF: "note"}}),
    ),
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxAddress]:
    unlimited = SandboxSettings(
        shipup=ShipupSettings(rate=None, job_delay_seconds=0.0),
        parcellab=ParcellabSettings(rate=None),
        shippify=ShippifySettings(requests_per_minute=None),
    )
    with running(settings=unlimited) as address:
        yield address


@dataclass
class Bench:
    """One destination, an account of it on a fresh stand-in, and the stand-in's control."""

    system: System
    control: httpx.Client
    base_url: str
    opened: list[Carrier] = field(default_factory=list)

    def carrier(self, transport: httpx.BaseTransport | None = None, **options: Any) -> Carrier:
        made = self.system.destination.carrier(
            self.account(**options), lambda: transport or httpx.HTTPTransport()
        )
        self.opened.append(made)
        return made

    def account(self, **options: Any) -> AccountOptions:
        account = AccountOptions(name="eu", base_url=self.base_url, key=KEY, unlimited=True)
        return replace(account, **{**self.system.options, **options})

    def body(self, key: str) -> bytes:
        (judged,) = self.system.destination.validate([self.system.order(key)])
        assert not isinstance(judged, tuple), judged
        return judged.body if isinstance(judged, Fitted) else judged

    def spoilt(self, key: str) -> bytes:
        return json.dumps(self.system.spoil(json.loads(self.body(key)))).encode()

    def one(self, key: str = "A-1") -> Parcel:
        return Parcel(keys=(key,), bodies=(self.body(key),))

    def plan(self, **fault: Any) -> None:
        assert self.control.post("/faults", json={"method": None, **fault}).status_code == 200

    def stored(self) -> list[str]:
        held = self.control.get("/store").json()["orders"]
        return sorted(order[self.system.stored_as] for order in held)

    def log(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.control.get("/log").json()["calls"]
        return calls


@pytest.fixture(params=SYSTEMS, ids=lambda system: system.name)
def bench(request: pytest.FixtureRequest, sandbox: SandboxAddress) -> Iterator[Bench]:
    base_url = getattr(sandbox, request.param.name)
    with loopback.Client(base_url=f"{base_url}/_control", timeout=10) as control:
        control.delete("/faults").raise_for_status()
        control.post("/reset").raise_for_status()
        bench = Bench(system=request.param, control=control, base_url=base_url)
        yield bench
        for carrier in bench.opened:
            carrier.close()


def settled(carrier: Carrier, parcel: Parcel) -> Answer:
    """The answer to a parcel, asked for until it is there."""
    answer = carrier.send(parcel)
    for _ in range(100):
        tickets = [verdict.ticket for verdict in answer.verdicts.values() if isinstance(verdict, Pending)]
        if not tickets:
            return answer
        answer = carrier.follow(tickets[0], parcel.keys)
    raise AssertionError("still pending after a hundred questions")


def delivered(carrier: Carrier, parcel: Parcel) -> dict[str, Verdict]:
    """What comes of each order when what was refused together is sent again in halves, down to one."""
    answer = settled(carrier, parcel)
    found = dict(answer.verdicts)
    rest = [at for at, key in enumerate(parcel.keys) if key not in found]
    assert len(rest) < len(parcel.keys) or len(parcel.keys) > 1, answer
    halves = [rest] if found else [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
    for half in filter(None, halves):
        part = Parcel(
            keys=tuple(parcel.keys[at] for at in half), bodies=tuple(parcel.bodies[at] for at in half)
        )
        found |= delivered(carrier, part)
    return found


def failure(answer: Answer) -> Failure:
    assert not answer.verdicts
    assert answer.failure is not None
    return answer.failure


def test_every_destination_of_our_own_is_on_the_bench() -> None:
    assert {system.name for system in SYSTEMS} <= set(names())
    assert {"shipup", "parcellab", "shippify"} == {system.name for system in SYSTEMS}


def test_a_good_order_is_accepted_and_stored_once(bench: Bench) -> None:
    answer = settled(bench.carrier(), bench.one())
    assert isinstance(answer.verdicts["A-1"], Accepted)
    assert answer.failure is None
    assert bench.stored() == ["A-1"]


def test_many_orders_are_accepted_in_parcels_of_the_size_that_the_carrier_wants(bench: Bench) -> None:
    carrier = bench.carrier()
    keys = [f"A-{number}" for number in range(12)]
    found: dict[str, Verdict] = {}
    while keys:
        size = carrier.parcel_size(len(keys))
        some, keys = keys[:size], keys[size:]
        parcel = Parcel(keys=tuple(some), bodies=tuple(map(bench.body, some)))
        found |= settled(carrier, parcel).verdicts
    assert all(isinstance(verdict, Accepted) for verdict in found.values())
    assert bench.stored() == sorted(found)
    assert len(found) == 12


def test_whether_a_second_sending_doubles_an_order_is_said_truly(bench: Bench) -> None:
    carrier = bench.carrier()
    for _ in range(2):
        assert isinstance(settled(carrier, bench.one()).verdicts["A-1"], Accepted)
    assert len(bench.stored()) == (1 if bench.system.destination.upserts else 2)


def test_a_refusal_with_a_path_names_a_place_of_the_mapping(bench: Bench) -> None:
    parcel = Parcel(keys=("A-1",), bodies=(bench.spoilt("A-1"),))
    verdict = settled(bench.carrier(), parcel).verdicts["A-1"]
    assert isinstance(verdict, Refused)
    shape = bench.system.destination.shape
    places = [place_of(problem.path) for problem in verdict.problems if problem.path]
    assert bench.system.spoilt_at in places
    assert all(shape.leaf(place) for place in places)
    assert all(problem.message for problem in verdict.problems)
    assert bench.stored() == []


def test_a_refusal_without_a_path_is_of_the_order_as_a_whole(bench: Bench) -> None:
    carrier = bench.carrier(httpx.MockTransport(lambda _: bench.system.no_path))
    verdict = carrier.send(bench.one()).verdicts["A-1"]
    assert isinstance(verdict, Refused)
    assert [problem.path for problem in verdict.problems] == [None]
    assert "Something is wrong." in verdict.problems[0].message


def test_one_bad_order_among_good_ones_is_refused_alone(bench: Bench) -> None:
    carrier = bench.carrier()
    bodies = {key: bench.body(key) for key in ("A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "A-7")}
    bodies["A-4"] = bench.spoilt("A-4")
    size = carrier.parcel_size(len(bodies))
    keys = list(bodies)
    found: dict[str, Verdict] = {}
    for at in range(0, len(keys), size):
        some = tuple(keys[at : at + size])
        found |= delivered(carrier, Parcel(keys=some, bodies=tuple(bodies[key] for key in some)))
    assert isinstance(found.pop("A-4"), Refused)
    assert len(found) == 6
    assert all(isinstance(verdict, Accepted) for verdict in found.values())
    assert bench.stored() == sorted(found)


def test_a_slow_answer_within_the_deadline_is_waited_for(bench: Bench) -> None:
    bench.plan(kind="slow", seconds=0.3)
    assert isinstance(settled(bench.carrier(), bench.one()).verdicts["A-1"], Accepted)


@pytest.mark.parametrize("kind", ["hang", "trickle"])
def test_an_answer_that_does_not_come_in_time_is_none(bench: Bench, kind: str) -> None:
    bench.plan(kind=kind, seconds=1.0)
    answer = bench.carrier(deadline_seconds=0.4).send(bench.one())
    assert failure(answer).kind is FailureKind.NO_ANSWER


def test_a_lost_answer_is_told_and_the_order_can_be_made_certain(bench: Bench) -> None:
    bench.plan(kind="drop-after-commit")
    carrier = bench.carrier()
    assert failure(carrier.send(bench.one())).kind is FailureKind.NO_ANSWER
    if bench.system.destination.upserts:
        assert isinstance(settled(carrier, bench.one()).verdicts["A-1"], Accepted)
    else:
        assert isinstance(carrier, LooksUp)
        assert isinstance(carrier.look_up("A-1"), Accepted)
        assert carrier.look_up("A-2") is None
    assert bench.stored() == ["A-1"]


def test_a_request_that_was_cut_off_is_told_and_nothing_is_there(bench: Bench) -> None:
    bench.plan(kind="drop-before")
    assert failure(bench.carrier().send(bench.one())).kind is FailureKind.NO_ANSWER
    assert bench.stored() == []


def test_nobody_there_means_that_nothing_left(bench: Bench) -> None:
    answer = bench.carrier(base_url="http://127.0.0.1:9").send(bench.one())
    assert failure(answer).kind is FailureKind.NOT_CONNECTED


@pytest.mark.parametrize(
    ("kind", "meaning", "status"),
    [
        pytest.param("redirect", FailureKind.UNREADABLE, 302, id="a-redirect"),
        pytest.param("html-200", FailureKind.UNREADABLE, 200, id="a-login-page"),
        pytest.param("502-html", FailureKind.SERVER, 502, id="a-proxys-page"),
        pytest.param("500", FailureKind.SERVER, 500, id="500"),
        pytest.param("503", FailureKind.SERVER, 503, id="503"),
        pytest.param("401", FailureKind.CREDENTIALS, 401, id="401"),
        pytest.param("402", FailureKind.PAYMENT, 402, id="402"),
        pytest.param("403", FailureKind.FORBIDDEN, 403, id="403"),
        pytest.param("429", FailureKind.THROTTLED, 429, id="429"),
    ],
)
def test_an_answer_that_is_no_verdict_has_one_meaning_everywhere(
    bench: Bench, kind: str, meaning: FailureKind, status: int
) -> None:
    bench.plan(kind=kind)
    found = failure(bench.carrier().send(bench.one()))
    assert (found.kind, found.status) == (meaning, status)
    assert len(bench.log()) == 1  # neither followed nor tried again in secret
    assert bench.stored() == []


def test_an_endpoint_that_is_not_there_is_a_wrong_address(bench: Bench) -> None:
    bench.plan(kind="endpoint-missing", path="*")
    assert failure(bench.carrier().send(bench.one())).kind is FailureKind.NO_SUCH_ENDPOINT


@pytest.mark.parametrize("kind", ["drift", "empty-2xx", "truncated"])
def test_an_odd_success_is_a_success_or_no_answer_but_never_a_refusal(bench: Bench, kind: str) -> None:
    bench.plan(kind=kind)
    answer = bench.carrier().send(bench.one())
    if answer.failure is None:
        assert set(answer.verdicts) <= {"A-1"}
        assert not any(isinstance(verdict, Refused) for verdict in answer.verdicts.values())
    else:
        assert answer.failure.kind in (FailureKind.UNREADABLE, FailureKind.NO_ANSWER)
    assert bench.stored() == ["A-1"]


def test_a_wrong_key_stops_and_is_not_shown(bench: Bench) -> None:
    bench.control.post("/settings", json={"key": "1617:quite-another"}).raise_for_status()
    try:
        answer = bench.carrier().send(bench.one())
    finally:
        bench.control.post("/settings", json={"key": None}).raise_for_status()
    assert failure(answer).kind is FailureKind.CREDENTIALS
    assert "sk-live-0123456789" not in repr(answer)
    assert bench.stored() == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "errors",
                    "detail",
                    "attr",
                    "code",
                    "payload",
                    "message",
                    "mutations",
                    "result",
                    "success",
                    "results",
                    "status",
                    "index",
                    "job_id",
                    "id",
                    "merchant_id",
                    "order_number",
                    "referenceId",
                    "data",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=JSON, status=st.sampled_from([200, 201, 202, 400, 404, 422]))
def test_no_answer_whatever_it_says_breaks_the_carrier(bench: Bench, said: Any, status: int) -> None:
    carrier = bench.carrier(httpx.MockTransport(lambda _: httpx.Response(status, json=said)))
    for answer in (carrier.send(bench.one()), carrier.follow("7", ["A-1"])):
        assert set(answer.verdicts) <= {"A-1"}
        assert answer.verdicts or answer.failure or status < 300


def test_equal_payloads_are_equal_bytes_and_unknown_places_are_refused(bench: Bench) -> None:
    destination = bench.system.destination
    order = bench.system.order("A-1")
    turned = dict(reversed(order.items()))
    assert destination.validate([order]) == destination.validate([turned])
    (judged,) = destination.validate([{**order, "no_such_place": "x"}])
    assert isinstance(judged, tuple)
    assert [problem.path for problem in judged] == ["no_such_place"]


def test_what_cannot_be_written_as_json_spoils_its_own_order_alone(bench: Bench) -> None:
    destination, order = bench.system.destination, bench.system.order
    for fault in bench.system.not_json:
        spoilt, good = destination.validate([{**order("A-1"), **fault}, order("A-2")])
        assert isinstance(spoilt, tuple)
        assert [problem.path for problem in spoilt] == [None]
        assert "half a character, or a number of more than 19 digits" in spoilt[0].message
        assert isinstance(good, bytes)


def test_what_was_sent_can_be_read_back(bench: Bench) -> None:
    destination = bench.system.destination
    assert isinstance(destination, Readable)
    settled(bench.carrier(), bench.one())
    reader = destination.reader(bench.account(), httpx.HTTPTransport)
    try:
        (told,) = reader.fetch(bench.system.question("A-1"))
        view = reader.as_person_sees(told)
        assert list(reader.fetch(bench.system.question("A-2"))) == []
    finally:
        reader.close()
    assert "A-1" in (view.number, view.reference)
    assert view.parcels
