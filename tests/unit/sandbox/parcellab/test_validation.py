"""Every fault of a payload at once, each at its path."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from orderdrop.sandbox.parcellab.fields import AMOUNTS, CORE_FIELDS, ORDER
from orderdrop.sandbox.parcellab.rules import Rules
from orderdrop.sandbox.parcellab.validation import Complaint, in_order, read_mutations, read_order

DATA = Path(__file__).parents[3] / "data" / "parcellab"
REFERENCE = json.loads((DATA / "order_reference.json").read_text())
STRICT = Rules(strict=True, nulls=True)
REQUIRED = ("required", "This field is required.")
CORE = {
    "account": 1,
    "order_number": "A",
    "destination_country_iso3": "DEU",
    "recipient_email": "a@example.com",
}
ADDRESS = {"address_line": "Ring 5", "postal_code": "01067", "city": "Dresden", "country_iso3": "DEU"}


def faults(payload: Any, *, rules: Rules = STRICT) -> dict[str, tuple[str, str]]:
    _, found = read_order(payload, rules=rules, required=CORE_FIELDS)
    return shown(found)


def mutation_faults(given: Any, *, tagged: bool = False) -> dict[str, tuple[str, str]]:
    _, found = read_mutations(given, rules=STRICT, tagged=tagged)
    return shown(found)


def shown(found: list[Complaint]) -> dict[str, tuple[str, str]]:
    listed = [complaint.as_json() for complaint in in_order(found)]
    return {one["attr"]: (one["code"], one["detail"]) for one in listed}


def test_the_published_fields_are_there_in_the_published_order() -> None:
    published = [name for name, _ in REFERENCE["fields"]]

    assert [name for name in ORDER.fields if name in published] == published


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize(
    "text", ["0", "1.5", "12345678.90", "-3.99", "12345678.901", "1,5", "x1", "1 000", "0x1", "1.2.3"]
)
def test_an_amount_with_a_digit_is_taken_just_if_it_has_the_published_pattern(name: str, text: str) -> None:
    fits = re.fullmatch(REFERENCE["amount_pattern"], text, re.ASCII) is not None

    assert (name not in faults({**CORE, name: text})) == fits


@pytest.mark.parametrize("reason", REFERENCE["cancelled_reasons"])
def test_every_published_reason_for_cancellation_is_taken(reason: str) -> None:
    assert faults({**CORE, "cancelled_reason": reason}) == {}


def test_a_whole_order_has_no_fault() -> None:
    order = json.loads((DATA / "order.json").read_text())

    assert faults(order) == {}
    assert mutation_faults(order["mutations"]) == {}


def test_a_new_order_needs_the_four_core_fields() -> None:
    assert faults({}) == dict.fromkeys(CORE_FIELDS, REQUIRED)


def test_all_faults_come_at_once_the_shallow_ones_first() -> None:
    payload = {
        **CORE,
        "shipping_address": {**ADDRESS, "postal_code": ""},
        "articles_order": [{"quantity": 1}, {"quantity": "two"}],
        "tags": ["a:b", "c:d", 5, "Home"],
        "order_currency": "EURO",
        "announced_delivery_date": "2026-03-04T00:00:00Z",
    }

    assert [(path, code) for path, (code, _) in faults(payload).items()] == [
        ("order_currency", "max_length"),
        ("announced_delivery_date", "invalid"),
        ("shipping_address.postal_code", "blank"),
        ("tags.2", "invalid"),
        ("tags.3", "invalid"),
        ("articles_order.1.quantity", "invalid"),
    ]


@pytest.mark.parametrize("name", ["shipping_address", "billing_address"])
@pytest.mark.parametrize("missing", sorted(ADDRESS))
@pytest.mark.parametrize(
    ("value", "code"), [(None, "null"), ("", "blank"), (..., "required")], ids=["null", "blank", "absent"]
)
def test_an_address_is_whole_or_refused(name: str, missing: str, value: Any, code: str) -> None:
    rest = {key: one for key, one in ADDRESS.items() if key != missing}
    address = rest if value is ... else {**rest, missing: value}
    found = faults({**CORE, name: address})

    assert {path: code for path, (code, _) in found.items()} == {f"{name}.{missing}": code}


def test_an_empty_shipping_address_is_taken_and_an_empty_billing_address_is_not() -> None:
    order, found = read_order({**CORE, "shipping_address": {}}, rules=STRICT, required=())

    assert (order["shipping_address"], found) == (None, [])
    assert sorted(faults({**CORE, "billing_address": {}})) == sorted(
        f"billing_address.{one}" for one in ADDRESS
    )


@pytest.mark.parametrize(
    ("payload", "path", "fault"),
    [
        pytest.param(
            [],
            "non_field_errors",
            ("invalid", "Invalid data. Expected a dictionary, but got list."),
            id="root",
        ),
        pytest.param(
            {**CORE, "shipping_address": "x"},
            "shipping_address.non_field_errors",
            ("invalid", "Invalid data. Expected a dictionary, but got str."),
            id="text-for-an-address",
        ),
        pytest.param(
            {**CORE, "articles_order": {}},
            "articles_order.non_field_errors",
            ("not_a_list", 'Expected a list of items but got type "dict".'),
            id="object-for-articles",
        ),
        pytest.param(
            {**CORE, "articles_order": [{}, 5]},
            "articles_order.1.non_field_errors",
            ("invalid", "Invalid data. Expected a dictionary, but got int."),
            id="number-for-an-article",
        ),
        pytest.param(
            {**CORE, "tags": "a:b"},
            "tags",
            ("not_a_list", 'Expected a list of items but got type "str".'),
            id="text-for-tags",
        ),
        pytest.param(
            {**CORE, "additional_attributes": [{"key": "k"}]},
            "additional_attributes.0.value",
            REQUIRED,
            id="value",
        ),
        pytest.param(
            {**CORE, "additional_attributes": {"k": "v"}},
            "additional_attributes.non_field_errors",
            ("not_a_list", 'Expected a list of items but got type "dict".'),
            id="attributes-as-an-object",
        ),
        pytest.param(
            {**CORE, "account": None}, "account", ("null", "This field may not be null."), id="null"
        ),
        pytest.param(
            {**CORE, "order_number": "x" * 256},
            "order_number",
            ("max_length", "Ensure this field has no more than 255 characters."),
            id="long-order-number",
        ),
        pytest.param(
            {**CORE, "client_key": "x" * 513},
            "client_key",
            ("max_length", "Ensure this field has no more than 512 characters."),
            id="long-client-key",
        ),
    ],
)
def test_a_fault_has_the_frameworks_path_code_and_words(
    payload: Any, path: str, fault: tuple[str, str]
) -> None:
    assert faults(payload) == {path: fault}


def test_a_null_clears_an_optional_field_unless_nulls_are_not_taken() -> None:
    payload = {**CORE, "channel": None, "announced_delivery_date": None}

    assert faults(payload) == {}
    assert faults(payload, rules=Rules(strict=True, nulls=False)) == dict.fromkeys(
        ("channel", "announced_delivery_date"), ("null", "This field may not be null.")
    )


def test_unknown_keys_are_ignored_in_the_order_and_kept_in_articles() -> None:
    sent = {**CORE, "colour": "red", "articles_order": [{"articleNo": "7", "sku": "A"}]}
    order, found = read_order(sent, rules=STRICT, required=CORE_FIELDS)

    assert found == []
    assert order == {**CORE, "articles_order": [{"articleNo": "7", "sku": "A"}]}


def test_only_known_clients_are_taken_where_clients_are_known() -> None:
    rules = Rules(strict=True, nulls=True, client_keys=("a.com",))

    assert faults({**CORE, "client_key": "a.com"}, rules=rules) == {}
    assert faults({**CORE, "client_key": "b.com"}, rules=rules) == {
        "client_key": ("invalid", 'Client "b.com" does not exist.')
    }


TRACKING = {"courier": "ups", "tracking_number": "1Z"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(None, {}, id="none"),
        pytest.param([], {}, id="empty"),
        pytest.param([{"type": "add_tracking", "tracking": TRACKING}], {}, id="add"),
        pytest.param([{"type": "cancel_order", "cancelled_reason": "customer"}], {}, id="cancel-order"),
        pytest.param([{"type": "cancel_tracking", **TRACKING}], {}, id="cancel-tracking"),
        pytest.param([{"type": "cancel_tracking", "tracking": TRACKING}], {}, id="cancel-tracking-nested"),
        pytest.param(
            [{"type": "change_line_item_quantity", "line_items": [{"line_item_id": "1", "quantity": 2}]}],
            {},
            id="change-quantity",
        ),
        pytest.param(
            {}, {"mutations": ("not_a_list", 'Expected a list of items but got type "dict".')}, id="object"
        ),
        pytest.param([{}], {"mutations.0.type": REQUIRED}, id="no-type"),
        pytest.param(
            [{"type": "add"}],
            {"mutations.0.type": ("invalid_choice", '"add" is not a valid choice.')},
            id="type",
        ),
        pytest.param([{"type": "add_tracking"}], {"mutations.0.tracking": REQUIRED}, id="no-tracking"),
        pytest.param(
            [{"type": "add_tracking", "tracking": {}}],
            dict.fromkeys(("mutations.0.tracking.tracking_number", "mutations.0.tracking.courier"), REQUIRED),
            id="empty-tracking",
        ),
        pytest.param(
            [{"type": "add_tracking", "tracking": {**TRACKING, "checkpoints": []}}],
            {"mutations": REQUIRED},
            id="checkpoints-get-a-misleading-answer",
        ),
        pytest.param(
            [{"type": "add_tracking", "tracking": {**TRACKING, "articles": [{"quantity": "x"}]}}],
            {"mutations.0.tracking.articles.0.quantity": ("invalid", "A valid integer is required.")},
            id="article-in-a-tracking",
        ),
    ],
)
def test_mutations_are_judged_like_the_rest(given: Any, found: dict[str, Any]) -> None:
    assert mutation_faults(given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(
            [{"type": "add_tracking", "tracking": {"tracking_number": "1"}}],
            {"mutations.0.add_tracking.tracking.courier": ("missing", "Field required")},
            id="missing",
        ),
        pytest.param(
            [{"type": "add"}],
            {"mutations.0": ("union_tag_invalid", '"add" is not a valid choice.')},
            id="type",
        ),
        pytest.param(
            {}, {"mutations": ("not_a_list", 'Expected a list of items but got type "dict".')}, id="object"
        ),
    ],
)
def test_the_path_of_a_mutations_fault_can_name_its_kind(given: Any, found: dict[str, Any]) -> None:
    assert mutation_faults(given, tagged=True) == found
