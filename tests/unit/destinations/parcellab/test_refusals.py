"""parcelLab's errors come home to the places that a mapping fills."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.lineage import ABSENT, Lineage, locate
from orderdrop.core.problems import Cell
from orderdrop.destinations.base import PathProblem
from orderdrop.destinations.parcellab.refusals import refusal, unaccepted_parcels

SENT: dict[str, Any] = {
    "order_number": "4711",
    "recipient_email": "mia@example",
    "recipient_name": "Mia",
    "tags": ["category:Shoes", "x"],
    "additional_attributes": [{"key": "gift", "value": ""}, {"key": "a.b", "value": ""}],
    "articles_order": [
        {"line_item_id": "1", "quantity": 1},
        {"line_item_id": "2", "quantity": -1},
        {"line_item_id": "3"},
    ],
    "mutations": [
        {
            "type": "add_tracking",
            "tracking": {
                "tracking_number": "00",
                "courier": "dhl-germany",
                "recipient_postal_code": "1",
                "articles": [{"line_item_id": "1", "quantity": 1}],
            },
        },
        {
            "type": "add_tracking",
            "tracking": {
                "tracking_number": "01",
                "courier": "dhl-mars",
                "articles": [{"line_item_id": "2", "quantity": -1}],
            },
        },
        {"type": "cancel_order"},
    ],
}


def error(attr: str | None, detail: str = "No.", code: str = "invalid") -> dict[str, Any]:
    return {"code": code, "detail": detail, "attr": attr}


def envelope(*errors: Any, kind: str = "client_error") -> dict[str, Any]:
    return {"type": kind, "errors": list(errors)}


@pytest.mark.parametrize(
    ("attr", "path", "value"),
    [
        pytest.param("recipient_email", "recipient_email", "mia@example", id="a-field"),
        pytest.param("tags.1", "tags.1", "x", id="one-of-several-tags"),
        pytest.param("tags", "tags", None, id="a-list-as-a-whole"),
        pytest.param("shipping_address.postal_code", "shipping_address.postal_code", None, id="not-sent"),
        pytest.param("shipping_address.planet", "shipping_address", None, id="an-unknown-name-stops-above"),
        pytest.param("shipping_address.non_field_errors", "shipping_address", None, id="an-object"),
        pytest.param("articles_order.2.sku.0.why", "articles_order.2.sku", None, id="far-too-long"),
        pytest.param("additional_attributes.0.value", "additional_attributes.gift", "", id="an-attribute"),
        pytest.param("additional_attributes.1.value", "additional_attributes", "", id="a-name-with-a-point"),
        pytest.param("additional_attributes.7.value", "additional_attributes", None, id="none-sent"),
        pytest.param("mutations.1.tracking.courier", "trackings.1.courier", "dhl-mars", id="of-a-parcel"),
        pytest.param(
            "mutations.1.add_tracking.tracking.courier", "trackings.1.courier", "dhl-mars", id="with-the-type"
        ),
        pytest.param(
            "mutations.1.tracking.articles.0.quantity",
            "trackings.1.articles.0.quantity",
            "-1",
            id="in-a-parcel",
        ),
        pytest.param(
            "mutations.1.line_items.0.quantity_to_cancel", "trackings.1", None, id="of-another-kind"
        ),
        pytest.param("mutations.0", "trackings.0", None, id="a-parcel"),
        pytest.param("mutations.0.type", "trackings.0", None, id="what-we-wrote-ourselves"),
        pytest.param("mutations.2.non_field_errors", "cancel_order", None, id="the-cancelling"),
    ],
)
def test_an_error_is_led_to_its_place_as_far_as_it_is_known(attr: str, path: str, value: str | None) -> None:
    (problem,) = refusal(envelope(error(attr)), SENT)
    assert (problem.path, problem.message, problem.value) == (path, "No.", value)


@pytest.mark.parametrize(
    "attr",
    [
        pytest.param("mutations", id="mutations, which no mapping knows"),
        pytest.param("mutations.9.tracking", id="one that was not sent"),
        pytest.param("recipient", id="an unknown name"),
        pytest.param("mutations.99999999999999999999.tracking.courier", id="a position that is none"),
    ],
)
def test_an_error_without_a_place_keeps_its_path_in_the_sentence(attr: str) -> None:
    assert refusal(envelope(error(attr)), SENT) == (PathProblem(path=None, message=f"{attr}: No."),)


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        pytest.param(envelope(error(None, "Malformed.")), ["Malformed."], id="no attr"),
        pytest.param(
            envelope(error("timezone", "A."), error("timezone", "B."), kind="validation_error"),
            ["A.", "B."],
            id="several for one field, under the older type",
        ),
        pytest.param({"errors": {"detail": "A.", "attr": "channel"}}, ["A."], id="one error that is no list"),
        pytest.param(envelope("A.", {"code": "required"}), ["A.", "required"], id="errors of another form"),
        pytest.param({"detail": "Order number is missing."}, ["Order number is missing."], id="detail alone"),
        pytest.param({"message": "A."}, ["A."], id="message alone"),
        pytest.param(envelope(), ['{"type": "client_error", "errors": []}'], id="an empty list"),
        pytest.param([], ["parcelLab gave no reason"], id="nothing"),
        pytest.param({"detail": "x" * 900}, ["x" * 500 + "…"], id="a very long sentence"),
        pytest.param(envelope(error("channel", "")), ["invalid"], id="no sentence, but a code"),
    ],
)
def test_every_form_of_an_error_body_is_read(body: Any, messages: list[str]) -> None:
    assert [problem.message for problem in refusal(body, SENT)] == messages


# Rows 2 and 3 have a parcel each and an article in it, row 4 an article that is in none.
LINEAGE = Lineage(
    levels=("trackings", "trackings.articles", "articles_order"),
    rows=(2, 3, 4),
    positions=((0, 0, ABSENT), (1, 0, ABSENT), (ABSENT, ABSENT, 0)),
)
SOURCES = {
    "trackings.articles.quantity": ("Qty",),
    "shipping_address.postal_code": ("Zip",),
    "shipping_address.last_name": ("Name",),
}


@pytest.mark.parametrize(
    ("attr", "cells"),
    [
        pytest.param("articles_order.1.quantity", [(3, "Qty")], id="told-of-the-order-s-copy"),
        pytest.param("mutations.1.tracking.articles.0.quantity", [(3, "Qty")], id="told-of-the-parcel-s"),
        pytest.param(
            "mutations.0.tracking.recipient_postal_code", [(2, "Zip"), (3, "Zip"), (4, "Zip")], id="moved"
        ),
        pytest.param("recipient_name", [(2, "Name"), (3, "Name"), (4, "Name")], id="taken-from-the-address"),
    ],
)
def test_an_error_about_a_copy_comes_home_to_the_original(attr: str, cells: list[tuple[int, str]]) -> None:
    (problem,) = refusal(envelope(error(attr)), SENT)
    found = locate(problem.path, LINEAGE, SOURCES, problem.twins)
    assert found == tuple(Cell(row=row, column=column) for row, column in cells)


def test_articles_that_were_copied_into_the_only_parcel_come_home_too() -> None:
    sent = {
        "articles_order": [{"line_item_id": "1"}, {"line_item_id": "2"}],
        "mutations": [
            {"type": "add_tracking", "tracking": {"articles": [{"line_item_id": "1"}, {"line_item_id": "2"}]}}
        ],
    }
    lineage = Lineage(levels=("articles_order", "trackings"), rows=(2, 3), positions=((0, 0), (1, 0)))
    for attr in ("articles_order.1.quantity", "mutations.0.tracking.articles.1.quantity"):
        (problem,) = refusal(envelope(error(attr)), sent)
        found = locate(problem.path, lineage, {"articles_order.quantity": ("Qty",)}, problem.twins)
        assert found == (Cell(row=3, column="Qty"),)


@pytest.mark.parametrize(
    ("mutations", "problems"),
    [
        pytest.param([], [], id="none told"),
        pytest.param([{"type": "add_tracking", "result": {"success": True}}], [], id="one that worked"),
        pytest.param([{"type": "add_tracking"}, None, 7], [], id="no result"),
        pytest.param(
            [{"result": {"success": True}}, {"result": {"success": False, "message": "Unknown courier"}}],
            [("trackings.1.courier", "Unknown courier", "dhl-mars")],
            id="an unknown courier, by position",
        ),
        pytest.param(
            [
                {
                    "result": {"success": False, "message": "No", "warnings": ["No.", "Later."]},
                    "tracking": {"tracking_number": "01", "courier": "dhl-mars"},
                }
            ],
            [("trackings.1", "No; Later", None)],
            id="by the parcel it names",
        ),
        pytest.param(
            [{"result": {"success": False, "errors": [error("tracking.tracking_number", "Taken.")]}}],
            [("trackings.0.tracking_number", "Taken.", "00")],
            id="with errors of its own",
        ),
        pytest.param(
            [{"result": {"success": "false"}}],
            [("trackings.0", "parcelLab gave no reason", None)],
            id="without a word",
        ),
        pytest.param(
            [{}, {}, {"result": {"success": False, "message": "Sent already"}}],
            [("cancel_order", "Sent already", None)],
            id="the cancelling",
        ),
    ],
)
def test_a_mutation_that_failed_inside_a_success_is_a_refusal_of_its_parcel(
    mutations: list[Any], problems: list[tuple[str, str, str | None]]
) -> None:
    found = unaccepted_parcels({"order_number": "4711", "mutations": mutations}, SENT)
    told = "parcelLab took the order without this: "
    assert [(one.path, one.message, one.value) for one in found] == [
        (path, told + message, value) for path, message, value in problems
    ]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["mutations.1.tracking.courier"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["errors", "attr", "detail", "mutations", "result", "success"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_body_gives_problems_and_never_an_exception(body: Any) -> None:
    problems = refusal(body, SENT)
    assert problems
    assert all(problem.message for problem in problems)
    unaccepted_parcels(body, SENT)
