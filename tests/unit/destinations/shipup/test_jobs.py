"""What a job says about its orders."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdrop.destinations.base import Accepted, Failure, FailureKind, PathProblem, Pending, Refused, Verdict
from orderdrop.destinations.shipup.jobs import answer_of, ticket_of

KEYS = ("a", "b", "c")


def done(name: str | None) -> dict[str, Any]:
    return {"status": 201, "body": {"merchant_id": name}}


def refused(name: str | None, field: str = "email") -> dict[str, Any]:
    return {"status": 400, "body": {"merchant_id": name, "errors": {field: "Required"}}}


REFUSED = Refused(problems=(PathProblem(path="email", message="Required"),))


@pytest.mark.parametrize(
    ("results", "verdicts"),
    [
        pytest.param(
            [done("a"), refused("b"), done("c")],
            {"a": Accepted(), "b": REFUSED, "c": Accepted()},
            id="by position",
        ),
        pytest.param([done("a")], {"a": Accepted()}, id="missing results leave their orders without one"),
        pytest.param(
            [done("a"), done("b"), done("c"), done("d")],
            dict.fromkeys(KEYS, Accepted()),
            id="a result too many is nobody's",
        ),
        pytest.param(
            [done(None), refused(None), done(None)],
            {"a": Accepted(), "b": REFUSED, "c": Accepted()},
            id="nameless results count by position",
        ),
        pytest.param(
            [done("c"), refused("a"), done("b")],
            {"a": REFUSED, "b": Accepted(), "c": Accepted()},
            id="results in another order go by name",
        ),
        pytest.param(
            [done("b"), refused(None), done("c")],
            {"b": Accepted(), "c": Accepted()},
            id="a name outweighs a position",
        ),
        pytest.param(
            [{"status": 500}, {"status": "201"}, {"status": 200, "body": None}],
            {"b": Accepted(), "c": Accepted()},
            id="a fault is no verdict, any 2xx is one",
        ),
        pytest.param(["?", None, done("c")], {"c": Accepted()}, id="what is no result says nothing"),
    ],
)
def test_results_become_verdicts(results: list[Any], verdicts: dict[str, Verdict]) -> None:
    answer = answer_of({"status": "completed", "results": results}, "7", KEYS)
    assert answer.failure is None
    assert dict(answer.verdicts) == verdicts


@pytest.mark.parametrize("status", ["queued", "processing"])
def test_a_job_under_way_leaves_all_orders_pending(status: str) -> None:
    assert answer_of({"status": status}, "7", KEYS).verdicts == dict.fromkeys(KEYS, Pending(ticket="7"))


@pytest.mark.parametrize(
    ("job", "kind"),
    [
        pytest.param({"status": "failed"}, FailureKind.LOST_TICKET, id="failed"),
        pytest.param({"status": "failed", "results": None}, FailureKind.LOST_TICKET, id="failed, null"),
        pytest.param({"status": "completed", "results": []}, FailureKind.LOST_TICKET, id="done, empty"),
        pytest.param({"status": "paused"}, FailureKind.UNREADABLE, id="a status that is not documented"),
        pytest.param({}, FailureKind.UNREADABLE, id="nothing"),
        pytest.param([], FailureKind.UNREADABLE, id="a list"),
    ],
)
def test_a_job_that_tells_nothing_is_a_failure(job: Any, kind: FailureKind) -> None:
    answer = answer_of(job, "7", KEYS)
    assert not answer.verdicts
    assert isinstance(answer.failure, Failure)
    assert answer.failure.kind is kind


@pytest.mark.parametrize("as_text", [False, True], ids=["body as JSON", "body as text"])
def test_the_request_that_a_job_repeats_settles_what_a_path_means(as_text: bool) -> None:
    order = {"merchant_id": "a", "shipping_address": {"first_name": "J"}}
    body: Any = {"orders": [order]}
    job = {
        "status": "completed",
        "results": [refused("a", "first_name")],
        "payload": {"method": "POST", "url": "/v2/orders", "body": json.dumps(body) if as_text else body},
    }
    (verdict,) = answer_of(job, "7", ["a"]).verdicts.values()
    assert verdict == Refused(
        problems=(PathProblem(path="shipping_address.first_name", message="Required", value="J"),)
    )


@pytest.mark.parametrize(
    ("body", "location", "ticket"),
    [
        pytest.param({"job_id": 7}, "", "7", id="number"),
        pytest.param({"job_id": "7f"}, "/v2/jobs/8", "7f", id="the body goes first"),
        pytest.param({}, "/v2/jobs/8", "8", id="Location"),
        pytest.param(None, "https://api.shipup.co/v2/jobs/8/", "8", id="Location with a slash"),
        pytest.param({"job_id": None}, "", None, id="none"),
        pytest.param({"job_id": True}, "", None, id="a boolean is no id"),
    ],
)
def test_a_ticket_is_found(body: Any, location: str, ticket: str | None) -> None:
    assert ticket_of(body, location) == ticket


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["completed", "failed", "201"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["status", "results", "body", "errors", "merchant_id", "payload", "orders"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_no_job_whatever_makes_the_reading_raise(job: Any) -> None:
    answer = answer_of(job, "7", KEYS)
    assert set(answer.verdicts) <= set(KEYS)
