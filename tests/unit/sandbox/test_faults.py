"""Planning faults, and which calls meet them."""

from collections.abc import Mapping
from typing import Any

import pytest

from orderdrop.sandbox.calls import Call
from orderdrop.sandbox.faults import FaultError, Faults, read_fault
from orderdrop.sandbox.kinds import KINDS, FaultKind
from orderdrop.sandbox.parcellab import api as parcellab
from orderdrop.sandbox.shippify import api as shippify
from orderdrop.sandbox.shipup import api as shipup


def call(path: str = "/v2/orders", body: bytes = b"", method: str = "POST") -> Call:
    return Call(method=method, path=path, headers={}, body=body)


def planned(*asked: dict[str, Any]) -> Faults:
    faults = Faults()
    for one in asked:
        faults.plan(read_fault(one))
    return faults


def met(faults: Faults, *calls: Call) -> list[str | None]:
    found = [faults.meet(one) for one in calls]
    return [None if fault is None else fault.kind for fault in found]


def test_the_next_calls_meet_the_fault_and_then_no_more() -> None:
    assert met(planned({"kind": "500", "next": 2}), call(), call(), call()) == ["500", "500", None]


def test_faults_are_met_in_the_order_of_planning() -> None:
    assert met(planned({"kind": "500"}, {"kind": "503"}), call(), call()) == ["500", "503"]


@pytest.mark.parametrize(
    ("asked", "hit", "missed"),
    [
        pytest.param({"match": "O7"}, call(body=b'{"merchant_id":"O7"}'), call(body=b"O8"), id="body"),
        pytest.param({"path": "/v2/orders"}, call(), call("/v2/orders/batch_create"), id="path"),
        pytest.param({"path": "/v2/jobs/*"}, call("/v2/jobs/1"), call("/v2/orders"), id="glob"),
        pytest.param({"method": "GET"}, call(method="GET"), call(), id="method"),
    ],
)
def test_a_fault_waits_for_the_call_it_was_planned_for(
    asked: dict[str, Any], hit: Call, missed: Call
) -> None:
    assert met(planned({"kind": "500", **asked}), missed, hit, hit) == [None, "500", None]


def test_a_missing_endpoint_stays_missing_until_faults_are_cleared() -> None:
    faults = planned({"kind": "endpoint-missing", "path": "/v2/jobs/*"})
    job = call("/v2/jobs/1")
    assert met(faults, job, call(), job, job) == [
        "endpoint-missing",
        None,
        "endpoint-missing",
        "endpoint-missing",
    ]
    faults.clear()
    assert met(faults, job) == [None]


@pytest.mark.parametrize(
    ("kinds", "kind", "path"),
    [
        pytest.param(shipup.FAULT_KINDS, "endpoint-missing", "/v2/orders/batch_create", id="shipup-batches"),
        pytest.param(parcellab.FAULT_KINDS, "endpoint-missing", None, id="parcellab-any-endpoint"),
        pytest.param(shippify.FAULT_KINDS, "code-error", None, id="shippify-own-kind"),
    ],
)
def test_each_api_has_its_own_kinds(kinds: Mapping[str, FaultKind], kind: str, path: str | None) -> None:
    assert read_fault({"kind": kind}, kinds).path == path


def test_a_kind_of_another_api_is_refused() -> None:
    with pytest.raises(FaultError, match="job-failed"):
        read_fault({"kind": "job-failed"}, parcellab.FAULT_KINDS)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        pytest.param({"kind": "flood"}, "kind", id="unknown-kind"),
        pytest.param({}, "kind", id="no-kind"),
        pytest.param({"kind": 500}, "kind", id="kind-as-number"),
        pytest.param({"kind": "500", "times": 3}, "times", id="misspelt-option"),
        pytest.param({"kind": "500", "next": 0}, "next", id="no-calls"),
        pytest.param({"kind": "500", "next": True}, "next", id="boolean-count"),
        pytest.param({"kind": "slow", "seconds": "5"}, "seconds", id="seconds-as-text"),
        pytest.param({"kind": "500", "match": 5}, "match", id="match-as-number"),
        pytest.param("500", "JSON object", id="no-object"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(asked: Any, part: str) -> None:
    with pytest.raises(FaultError, match=part):
        read_fault(asked)


@pytest.mark.parametrize(
    ("asked", "header"),
    [
        pytest.param({"kind": "429"}, "1", id="429-says-when"),
        pytest.param({"kind": "429", "retry_after": 7}, "7", id="seconds"),
        pytest.param({"kind": "429", "retry_after": None}, None, id="left-out"),
        pytest.param(
            {"kind": "503", "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"},
            "Wed, 21 Oct 2026 07:28:00 GMT",
            id="date",
        ),
        pytest.param({"kind": "503"}, None, id="503-does-not-say"),
    ],
)
def test_retry_after_is_as_asked(asked: dict[str, Any], header: str | None) -> None:
    assert read_fault(asked).retry_after == header


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_whether_the_order_is_stored_can_be_turned_round(kind: str) -> None:
    assert read_fault({"kind": kind}).commits is KINDS[kind].commits
    assert read_fault({"kind": kind, "commit": not KINDS[kind].commits}).commits is not KINDS[kind].commits
