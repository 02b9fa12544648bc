"""Every fault of every delivery, with its place in the request."""

from typing import Any

import pytest
from tests.unit.sandbox.shippify.deliveries import delivery, stop

from orderdrop.sandbox.shippify.validation import (
    Fault,
    Strictness,
    delivery_faults,
    repeated_references,
    root_faults,
)

NOW_MS = 1_700_000_000_000
HOUR = 3_600_000
STRICT = Strictness(semantics=True, references=False, now_ms=None)
TYPES_ONLY = Strictness(semantics=False, references=False, now_ms=None)
MISSING = "is missing and not optional"


def found(sent: Any, strictness: Strictness = STRICT) -> dict[str, tuple[str, str]]:
    """Return reason and message of each fault by its path below the delivery, which is the third of its request."""
    faults = delivery_faults(sent, 2, strictness)
    assert {one.index for one in faults} <= {2}
    return {one.property.removeprefix("@.deliveries[2]"): (one.reason, one.message) for one in faults}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(delivery(), id="plain"),
        pytest.param(delivery("x" * 40), id="longest-reference"),
        pytest.param(delivery(dropoff=stop(warehouse="123")), id="warehouse-as-text"),
        pytest.param(delivery(dropoff=stop(lat=-90, lng=180)), id="coordinates-alone"),
        pytest.param(
            delivery(dropoff={"contact": {}, "location": {"address": "x"}}), id="contact-without-a-name"
        ),
        pytest.param(
            delivery(packages=[{"name": "a", "qty": 1, "size": size} for size in ("xs", "XL", 5, "3")]),
            id="sizes",
        ),
        pytest.param(delivery(cod=0, tags=["Fragile"], extraData=[{"name": "a", "value": 1}]), id="extras"),
        pytest.param(delivery(metadata={"a": "x" * 100}, colour="red"), id="metadata-and-unknown-keys"),
        pytest.param(delivery(cod=None, tags=None), id="nulls"),
    ],
)
def test_a_good_delivery_has_no_fault(sent: Any) -> None:
    assert found(sent) == {}


@pytest.mark.parametrize(
    ("sent", "path", "reason", "message"),
    [
        pytest.param("x", "", "type", "must be object, but is string", id="no-object"),
        pytest.param(delivery(pickup=None), ".pickup", "optional", MISSING, id="no-pickup"),
        pytest.param(delivery(dropoff=[]), ".dropoff", "type", "must be object, but is array", id="list"),
        pytest.param(
            delivery("x" * 41),
            ".referenceId",
            "maxLength",
            "must be shorter than 40 elements, but it has 41",
            id="reference-of-41",
        ),
        pytest.param(
            delivery(referenceId=7),
            ".referenceId",
            "type",
            "must be string, but is number",
            id="reference-as-number",
        ),
        pytest.param(
            delivery(packages=[]),
            ".packages",
            "minLength",
            "must be longer than 1 elements, but it has 0",
            id="no-packages",
        ),
        pytest.param(
            delivery(packages=[{"name": "a", "qty": 1}]),
            ".packages[0].size",
            "optional",
            MISSING,
            id="no-size",
        ),
        pytest.param(
            delivery(packages=[{"name": "a", "qty": 1, "size": "xxl"}]),
            ".packages[0].size",
            "eq",
            "must be equal to one of [xs, s, m, l, xl], but is equal to xxl",
            id="unknown-size",
        ),
        pytest.param(
            delivery(packages=[{"name": "a", "qty": "two", "size": 1}]),
            ".packages[0].qty",
            "type",
            "must be integer, but is string",
            id="quantity-in-words",
        ),
        pytest.param(
            delivery(packages=[{"name": "a", "qty": 0, "size": 1}]),
            ".packages[0].qty",
            "gte",
            "must be greater than or equal to 1, but is equal to 0",
            id="no-quantity",
        ),
        pytest.param(
            delivery(cod=-1),
            ".cod",
            "gte",
            "must be greater than or equal to 0, but is equal to -1",
            id="negative-cash",
        ),
        pytest.param(delivery(tags=["a", 5]), ".tags[1]", "type", "must be string, but is number", id="tag"),
        pytest.param(
            delivery(metadata={"a": "x" * 101}),
            ".metadata",
            "maxLength",
            "must be shorter than 100 elements at a",
            id="metadata",
        ),
        pytest.param(
            delivery(dropoff=stop()),
            ".dropoff.location",
            "someKeys",
            "must have at least key 'address' or 'warehouse' or 'lat'",
            id="no-place",
        ),
        pytest.param(
            delivery(dropoff=stop(address="  ")),
            ".dropoff.location.address",
            "minLength",
            "must be longer than 1 elements, but it has 0",
            id="blank-address",
        ),
        pytest.param(
            delivery(dropoff=stop(lat=1)),
            ".dropoff.location.lng",
            "optional",
            MISSING,
            id="half-a-coordinate",
        ),
        pytest.param(
            delivery(dropoff=stop(lat=91, lng=1)),
            ".dropoff.location.lat",
            "lte",
            "must be less than or equal to 90, but is equal to 91",
            id="beyond-the-pole",
        ),
        pytest.param(
            delivery(pickup={"contact": {"name": "A", "phone": "1"}, "location": {"address": "x"}}),
            ".pickup.contact",
            "someKeys",
            "must have at least key 'phonenumber' or 'email'",
            id="phone-under-a-wrong-key",
        ),
    ],
)
def test_a_fault_has_its_path_reason_and_message(sent: Any, path: str, reason: str, message: str) -> None:
    assert found(sent) == {path: (reason, message)}


def test_all_faults_come_at_once() -> None:
    sent = {"pickup": {}, "dropoff": stop(), "packages": [{}, {"name": "a", "qty": 1, "size": 9}]}

    assert list(found(sent)) == [
        ".pickup.contact",
        ".pickup.location",
        ".dropoff.location",
        ".packages[0].name",
        ".packages[0].qty",
        ".packages[0].size",
        ".packages[1].size",
    ]


def test_without_strictness_only_types_are_checked() -> None:
    sent = delivery("x" * 41, dropoff=stop(), cod=-1)

    assert found(sent, TYPES_ONLY) == {}
    assert list(found({**sent, "cod": "much"}, TYPES_ONLY)) == [".cod"]


def test_a_company_can_make_references_mandatory() -> None:
    rules = Strictness(semantics=True, references=True, now_ms=None)

    assert found(delivery(), rules) == {".referenceId": ("optional", MISSING)}
    assert found(delivery("R"), rules) == {}


@pytest.mark.parametrize(
    ("pickup", "dropoff", "faults"),
    [
        pytest.param(NOW_MS + HOUR, NOW_MS + 2 * HOUR, [], id="an-hour-each"),
        pytest.param(NOW_MS // 1000 + 3600, None, [], id="seconds"),
        pytest.param(NOW_MS, None, [".pickup.date"], id="too-soon"),
        pytest.param(NOW_MS + 31 * 24 * HOUR, None, [".pickup.date"], id="too-late"),
        pytest.param(NOW_MS + HOUR, NOW_MS + HOUR, [".dropoff.date"], id="both-at-once"),
        pytest.param(NOW_MS + HOUR, NOW_MS + 26 * HOUR, [".dropoff.date"], id="dropoff-too-late"),
    ],
)
def test_dates_can_be_judged_by_the_rules_of_2018(
    pickup: int, dropoff: int | None, faults: list[str]
) -> None:
    sent = delivery(
        pickup={**stop(address="x"), "date": pickup}, dropoff={**stop(address="y"), "date": dropoff}
    )

    assert list(found(sent, Strictness(semantics=True, references=False, now_ms=NOW_MS))) == faults
    assert found(sent) == {}


def test_a_reference_in_use_or_used_twice_is_named_where_it_is_repeated() -> None:
    sent = [delivery("A"), delivery("B"), delivery(), delivery("B"), "x", delivery()]

    assert [(one.index, one.property) for one in repeated_references(sent, {"A"})] == [
        (0, "@.deliveries[0].referenceId"),
        (3, "@.deliveries[3].referenceId"),
    ]


@pytest.mark.parametrize(
    ("request_body", "faults"),
    [
        pytest.param({"deliveries": [1] * 100}, [], id="a-hundred"),
        pytest.param({"deliveries": [1], "type": "express", "companyId": "7"}, [], id="all-options"),
        pytest.param([], [("@", "type")], id="no-object"),
        pytest.param({}, [("@.deliveries", "optional")], id="no-deliveries"),
        pytest.param({"deliveries": {}}, [("@.deliveries", "type")], id="no-list"),
        pytest.param({"deliveries": []}, [("@.deliveries", "minLength")], id="none"),
        pytest.param({"deliveries": [1] * 101}, [("@.deliveries", "maxLength")], id="a-hundred-and-one"),
        pytest.param({"deliveries": [1], "type": "bike"}, [("@.type", "eq")], id="unknown-type"),
        pytest.param({"deliveries": [1], "companyId": 0}, [("@.companyId", "type")], id="no-company"),
    ],
)
def test_the_request_itself_is_judged_too(request_body: Any, faults: list[tuple[str, str]]) -> None:
    found: list[Fault] = root_faults(request_body)

    assert [(one.property, one.reason) for one in found] == faults
    assert {one.index for one in found} <= {None}
