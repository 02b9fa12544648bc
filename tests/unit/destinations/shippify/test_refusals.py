"""Every shape in which Shippify may refuse is led to the delivery and the place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.destinations.shippify.refusals import Blame, blame

SENT: list[dict[str, Any]] = [
    {"referenceId": "A", "dropoff": {"contact": {"name": "Ana"}}, "packages": [{"size": "m"}]},
    {"referenceId": "B", "dropoff": {"contact": {"name": "Bia"}}, "packages": [{"size": "7"}]},
    {"referenceId": "C", "extraData": [{"name": "bay", "value": 4}, {"name": "gift", "value": "?"}]},
]
Told = dict[int, list[tuple[str | None, str, str | None]]]


def told(found: Blame) -> Told:
    return {
        position: [(problem.path, problem.message, problem.value) for problem in problems]
        for position, problems in found.placed.items()
    }


SIZE = {1: [("packages.0.size", "size must be one of 1..5", "7")]}


@pytest.mark.parametrize(
    ("said", "placed", "unplaced"),
    [
        pytest.param(
            {
                "code": "ERROR",
                "message": "Invalid deliveries",
                "errors": [
                    {
                        "index": 1,
                        "property": "@.deliveries[1].packages[0].size",
                        "reason": "unknown",
                        "message": "must be one of 1..5",
                    }
                ],
            },
            SIZE,
            ["Invalid deliveries"],
            id="objects with index and path",
        ),
        pytest.param(
            {
                "code": "ERROR",
                "errors": [{"index": 1, "property": "packages[0].size", "message": "must be one of 1..5"}],
            },
            SIZE,
            [],
            id="an index and a path inside the delivery",
        ),
        pytest.param(
            [
                {
                    "code": None,
                    "reason": "unknown",
                    "message": "must be one of 1..5",
                    "property": "@.deliveries[1].packages[0].size",
                }
            ],
            SIZE,
            [],
            id="schema-inspector's list, the path alone",
        ),
        pytest.param(
            {
                "code": "ERROR",
                "message": "Property @.deliveries[1].packages[0].size: must be one of 1..5\n"
                "Property @.deliveries[0].pickup: is missing and not optional",
            },
            {**SIZE, 0: [("pickup", "pickup is missing and not optional", None)]},
            [],
            id="schema-inspector's text, a line each",
        ),
        pytest.param(
            "Property @.deliveries[1].packages[0].size: must be one of 1..5",
            SIZE,
            [],
            id="the same as the whole body",
        ),
        pytest.param(
            {"message": ["deliveries.1.packages.0.size must be one of 1..5"]},
            SIZE,
            [],
            id="a list of sentences that begin with a path",
        ),
        pytest.param(
            {"errors": {"deliveries[1].packages[0].size": ["must be one of 1..5"]}},
            SIZE,
            [],
            id="paths as names",
        ),
        pytest.param(
            {"errors": [{"path": ["deliveries", 1, "packages", 0, "size"], "msg": "must be one of 1..5"}]},
            SIZE,
            [],
            id="a path in pieces",
        ),
        pytest.param(
            {"errors": [{"index": 2, "message": "Reference already used"}]},
            {2: [(None, "Reference already used", None)]},
            [],
            id="an index and no path",
        ),
        pytest.param(
            {"errors": [{"property": "@.deliveries[2].extraData[1].value", "message": "is too strange"}]},
            {2: [("extraData.gift", "value is too strange", "?")]},
            [],
            id="an extra is named as the mapping names it",
        ),
        pytest.param(
            {"errors": [{"property": "@.type", "message": "must be slot"}]},
            {at: [("type", "type must be slot", None)] for at in range(3)},
            [],
            id="what belongs to the request belongs to all",
        ),
        pytest.param({"code": "ERROR", "message": "No."}, {}, ["No."], id="a sentence"),
        pytest.param("Bad Request", {}, ["Bad Request"], id="text"),
        pytest.param(
            {"errors": [{"index": 99, "message": "?"}]}, {}, ["?"], id="a delivery that was not sent"
        ),
        pytest.param({"errors": [{"index": True, "message": "?"}]}, {}, ["?"], id="an index that is none"),
        pytest.param(None, {}, [], id="null"),
        pytest.param({}, {}, [], id="nothing"),
        pytest.param({"code": "ERROR", "errors": []}, {}, [], id="no errors"),
    ],
)
def test_a_refusal_is_led_to_its_delivery(said: Any, placed: Told, unplaced: list[str]) -> None:
    found = blame(said, SENT)
    assert told(found) == placed
    assert [problem.message for problem in found.unplaced] == unplaced


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        pytest.param({"message": "No."}, [(None, "No.")], id="a sentence"),
        pytest.param(
            {"message": "Invalid", "errors": [{"property": "@.dropoff.location", "message": "is missing"}]},
            [("dropoff.location", "location is missing")],
            id="the path leaves the list out; the summary says less",
        ),
        pytest.param(None, [(None, "Shippify gave no reason")], id="nothing"),
        pytest.param(
            {"errors": [{"index": 0, "message": "a"}, {"index": 0, "message": "a"}]},
            [(None, "a")],
            id="the same thing twice",
        ),
    ],
)
def test_a_delivery_that_was_alone_gets_every_reason(said: Any, alone: list[tuple[str | None, str]]) -> None:
    assert [(problem.path, problem.message) for problem in blame(said, SENT[:1]).alone()] == alone


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["@.deliveries[0].type", "deliveries[99999999999999].x", "@", "Property @.a: b"]),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(
            st.sampled_from(["errors", "message", "index", "property", "path", "0", "@.deliveries[1]", "x"]),
            below,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(said=json_values)
def test_whatever_the_body_nobody_outside_the_request_is_blamed(said: Any) -> None:
    found = blame(said, SENT)
    assert set(found.placed) <= {0, 1, 2}
    for position in range(3):
        assert all(problem.message for problem in found.of(position))
    assert found.alone()
