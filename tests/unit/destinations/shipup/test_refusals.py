"""Shipup's error trees lead back to the payload."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdrop.core.lineage import Lineage, locate
from orderdrop.destinations.base import PathProblem
from orderdrop.destinations.shipup.refusals import leaves, refusal

EXAMPLES = Path(__file__).parents[3] / "data" / "shipup_contract"
ANSWER = json.loads((EXAMPLES / "invalid_order_answer.json").read_text("utf-8"))
SENT = json.loads((EXAMPLES / "invalid_order.json").read_text("utf-8"))

EXPECTED = (
    PathProblem(
        path="fulfillments.0.shipping_address.country",
        message="Wrong data type: given, Hash ({}) expected: String",
    ),
    PathProblem(
        path="fulfillments.0.trackers.1.tracking_number",
        message="Wrong data type: given, TrueClass (true) expected: String or Numeric",
        value="true",
    ),
    PathProblem(path="fulfillments.0.trackers.1.line_items.0.merchant_id", message="Required"),
    PathProblem(
        path="fulfillments.0.line_items.0.canceled",
        message="Wrong data type: given, String (true) expected: TrueClass or FalseClass",
        value="true",
    ),
)


def test_the_reference_s_own_answer_leads_to_its_four_places() -> None:
    assert refusal(ANSWER, SENT) == EXPECTED


def test_the_places_are_found_without_the_payload_too() -> None:
    assert [problem.path for problem in refusal(ANSWER)] == [problem.path for problem in EXPECTED]


def order(**fields: Any) -> dict[str, Any]:
    return {"merchant_id": "o1", **fields}


ADDRESS = {"first_name": "Jane", "name": "Jane Doe", "zip": "75007"}


@pytest.mark.parametrize(
    ("errors", "payload", "path"),
    [
        pytest.param({"merchantId": "Required"}, {}, "merchant_id", id="the order's id in camel case"),
        pytest.param({"merchant_id": "Required"}, {}, "merchant_id", id="the order's id in snake case"),
        pytest.param(
            {"fulfillments": {"0": {"merchantId": "Required"}}},
            {},
            "fulfillments.0.merchant_id",
            id="camel case below",
        ),
        pytest.param(
            {"country": "x"}, order(), "shipping_address.country", id="the level is missing at the root too"
        ),
        pytest.param(
            {"first_name": "x"},
            order(first_name="J", shipping_address=ADDRESS),
            "first_name",
            id="both have a first name: as reported",
        ),
        pytest.param(
            {"first_name": "x"},
            order(shipping_address=ADDRESS),
            "shipping_address.first_name",
            id="only the address has one",
        ),
        pytest.param({"first_name": "x"}, order(), "first_name", id="neither has one: as reported"),
        pytest.param(
            {"fulfillments": {"0": {"zip": "x"}}},
            order(shipping_address=ADDRESS, fulfillments=[{"merchant_id": "f"}]),
            "shipping_address.zip",
            id="the fulfillment goes where the order goes",
        ),
        pytest.param(
            {"shipping_address": {"zip": "x"}},
            order(shipping_address=ADDRESS),
            "shipping_address.zip",
            id="the level is there: nothing to put back",
        ),
        pytest.param(
            {"line_items": {"0": {"name": "x"}}},
            order(shipping_address=ADDRESS, line_items=[{"merchant_id": "l"}]),
            "line_items.0.name",
            id="a line item has a name of its own",
        ),
        pytest.param(
            {"custom_variables": {"gift": "x"}},
            order(custom_variables={"gift": "yes"}),
            "custom_variables.gift",
            id="a custom variable",
        ),
        pytest.param({"surprise": {"0": "x"}}, order(), "surprise.0", id="an unknown key stays as it is"),
        pytest.param({"details": "x"}, order(), None, id="details is about the order"),
        pytest.param("x", order(), None, id="errors is one sentence"),
        pytest.param(["x"], order(), None, id="errors is a list of sentences"),
        pytest.param({"email": ["x"]}, order(), "email", id="a list of sentences at a field"),
        pytest.param(
            {"line_items": [{"sku": "x"}]}, order(), "line_items.0.sku", id="a list instead of positions"
        ),
        pytest.param({"line_items.0.sku": "x"}, order(), "line_items.0.sku", id="a path in one key"),
        pytest.param({"orders": {"0": {"email": "x"}}}, order(), "email", id="the order as one of a batch's"),
        pytest.param(
            {"line_items": {"9" * 5000: "x"}}, order(), "line_items", id="a position of 5,000 digits"
        ),
    ],
)
def test_a_path_comes_out_in_the_payload_s_own_spelling(
    errors: Any, payload: dict[str, Any], path: str | None
) -> None:
    (problem,) = refusal({"errors": errors}, payload)
    assert (problem.path, problem.message) == (
        path,
        "Required" if "Required" in json.dumps(errors) else "x",
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({}, "Shipup gave no reason", id="empty object"),
        pytest.param({"errors": {}}, "Shipup gave no reason", id="empty tree"),
        pytest.param({"errors": None}, "Shipup gave no reason", id="no tree"),
        pytest.param({"error": "Invalid JSON"}, "Invalid JSON", id="error"),
        pytest.param({"message": "No"}, "No", id="message"),
        pytest.param({"status": 400}, '{"status": 400}', id="another object"),
        pytest.param("Bad request", "Bad request", id="text"),
        pytest.param(None, "Shipup gave no reason", id="null"),
        pytest.param({"error": "x" * 600}, "x" * 500 + "…", id="a long sentence is cut"),
    ],
)
def test_an_answer_without_paths_is_about_the_whole_order(body: Any, message: str) -> None:
    assert refusal(body) == (PathProblem(path=None, message=message),)


def nested(depth: int) -> Any:
    tree: Any = "x"
    for _ in range(depth):
        tree = {"a": tree}
    return tree


def test_a_tree_of_any_depth_is_read() -> None:
    (problem,) = refusal({"errors": nested(5_000)})
    assert problem.message == "x"
    (problem,) = refusal(nested(5_000))
    assert problem.message == "Shipup's answer is nested too deeply to be shown"


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
KEYS = st.one_of(
    st.text(),
    st.sampled_from(["fulfillments", "0", "1", "country", "merchantId", "trackers", "details", "errors"]),
)
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


def counted(node: Any) -> int:
    if isinstance(node, dict) and node:
        return sum(counted(child) for child in node.values())
    if isinstance(node, list) and node:
        return sum(counted(child) for child in node)
    return 1


@settings(deadline=None)
@given(JSON)
def test_no_leaf_of_a_tree_is_lost(tree: Any) -> None:
    assert len(list(leaves(tree))) == counted(tree)
    assert len(refusal({"errors": tree})) == counted(tree)


@settings(deadline=None)
@given(JSON, st.none() | st.dictionaries(KEYS, JSON))
def test_no_answer_whatever_makes_the_reading_raise(body: Any, payload: dict[str, Any] | None) -> None:
    lineage = Lineage(levels=("fulfillments",), rows=(2,), positions=((0,),))
    for problem in refusal(body, payload):
        assert problem.message
        assert locate(problem.path, lineage, {})
