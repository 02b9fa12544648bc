"""Deliveries are judged before they are sent: what passes, what the JSON is, and a sentence for everything else."""

from typing import Any

import orjson
import pytest

from orderdrop.core.shape import Wire
from orderdrop.destinations.base import PathProblem
from orderdrop.destinations.shippify import Shippify
from orderdrop.destinations.shippify.payloads import SHAPE


def delivery(**changes: Any) -> dict[str, Any]:
    """A delivery with the least that Shippify wants; dots in names lead into it, None takes something out."""
    whole: dict[str, Any] = {
        "referenceId": "SP-1",
        "pickup": {"contact": {"name": "Loja", "phonenumber": "12345"}, "location": {"warehouse": 7}},
        "dropoff": {
            "contact": {"name": "Ana", "email": "ana@example.com"},
            "location": {"address": "Rua Augusta 10, São Paulo"},
        },
        "packages": [{"name": "Caixa", "qty": 1, "size": "m"}],
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        node: Any = whole
        for part in parents:
            node = node[int(part) if part.isdecimal() else part]
        if value is None:
            del node[last]
        else:
            node[last] = value
    return whole


def sent(payload: dict[str, Any]) -> Any:
    [judged] = Shippify().validate([payload])
    assert isinstance(judged, bytes), judged
    return orjson.loads(judged)


def problems(payload: dict[str, Any]) -> list[tuple[str | None, str]]:
    [judged] = Shippify().validate([payload])
    assert isinstance(judged, tuple)
    return [(problem.path, problem.message) for problem in judged]


def test_a_sound_delivery_goes_out_as_it_is() -> None:
    assert sent(delivery()) == delivery()


@pytest.mark.parametrize(
    ("written", "size"),
    [("1", "xs"), ("2", "s"), ("3", "m"), ("4", "l"), ("5", "xl"), ("XL", "xl"), ("m", "m")],
)
def test_both_ways_to_write_a_size_are_one(written: str, size: str) -> None:
    assert sent(delivery(packages__0__size=written))["packages"][0]["size"] == size


def test_dates_travel_as_milliseconds() -> None:
    assert sent(delivery(dropoff__date=1_795_000_000))["dropoff"]["date"] == 1_795_000_000_000
    assert SHAPE.leaves["dropoff.date"].wire is Wire.UNIX_SECONDS


def test_extras_travel_as_names_and_values_in_one_order() -> None:
    first = delivery(extraData={"gift": "yes", "bay": 4}, metadata={"b": 1, "a": "x"})
    second = delivery(extraData={"bay": 4, "gift": "yes"}, metadata={"a": "x", "b": 1})
    assert sent(first)["extraData"] == [{"name": "bay", "value": 4}, {"name": "gift", "value": "yes"}]
    assert Shippify().validate([first]) == Shippify().validate([second])


def test_a_place_may_be_an_address_a_point_or_a_warehouse() -> None:
    for location in ({"address": "Rua 1"}, {"lat": -23.5, "lng": -46}, {"warehouse": 3}):
        assert sent(delivery(dropoff__location=location))["dropoff"]["location"] == location


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        pytest.param(
            delivery(referenceId="R" * 41),
            [("referenceId", "referenceId is longer than 40 characters")],
            id="41 characters",
        ),
        pytest.param(delivery(referenceId=None), [("referenceId", "referenceId is missing")], id="no name"),
        pytest.param(
            delivery(type="bike"), [("type", "type must be 'slot', 'flex' or 'express'")], id="unknown type"
        ),
        pytest.param(
            delivery(dropoff__location={"lat": 90.5, "lng": -180.5}),
            [
                ("dropoff.location.lat", "lat must be 90.0 or less"),
                ("dropoff.location.lng", "lng must be -180.0 or more"),
            ],
            id="a point that is not on the globe",
        ),
        pytest.param(delivery(packages=[]), [("packages.name", "packages is empty")], id="nothing to carry"),
        pytest.param(delivery(cod=float("inf")), [("cod", "cod must be a number")], id="cash without end"),
        pytest.param(
            delivery(dropoff__location={"lat": 1.5}),
            [("dropoff.location.address", "lat is there and lng is missing")],
            id="half a point",
        ),
        pytest.param(
            delivery(dropoff__location={"instructions": "2nd floor"}),
            [
                (
                    "dropoff.location.address",
                    "the location has no address, no lat and lng, and no warehouse; give one of them",
                )
            ],
            id="no address",
        ),
        pytest.param(
            delivery(dropoff__location=None),
            [("dropoff.location.address", "location is missing")],
            id="no location at all leads to the address, too",
        ),
        pytest.param(
            delivery(dropoff__contact={"name": "Ana"}),
            [
                (
                    "dropoff.contact.phonenumber",
                    "the contact has a name and neither email nor phonenumber",
                )
            ],
            id="a recipient whom nobody can reach",
        ),
        pytest.param(
            delivery(dropoff__contact__phone="1"),
            [
                (
                    "dropoff.contact.phone",
                    (
                        "the shippify payload has no place dropoff.contact.phone; the nearest place is "
                        "dropoff.contact.name"
                    ),
                )
            ],
            id="phone, which the API ignores",
        ),
        pytest.param(
            delivery(packages__0__qty=0, packages__0__size="7"),
            [
                ("packages.0.qty", "qty must be 1 or more"),
                ("packages.0.size", "size is not a size: xs, s, m, l, xl, or 1 to 5"),
            ],
            id="no package of no size",
        ),
        pytest.param(delivery(packages=None), [("packages.name", "packages is missing")], id="no packages"),
        pytest.param(delivery(cod=-1), [("cod", "cod must be 0.0 or more")], id="cash the wrong way"),
        pytest.param(delivery(companyId=0), [("companyId", "companyId must be 1 or more")], id="no company"),
        pytest.param(
            delivery(dropoff__date=1_795_000_000_000),
            [("dropoff.date", "date must be 253402300799 or less")],
            id="milliseconds twice",
        ),
    ],
)
def test_everything_wrong_is_said_with_its_path(
    payload: dict[str, Any], told: list[tuple[str | None, str]]
) -> None:
    assert problems(payload) == told


def test_all_problems_of_a_delivery_come_at_once_and_cost_its_siblings_nothing() -> None:
    bad = delivery(referenceId="R" * 41, packages__0__qty=0, dropoff__location={})
    judged = Shippify().validate([delivery(), bad, delivery()])
    assert judged[0] == judged[2]
    assert isinstance(judged[1], tuple)
    assert len(judged[1]) == 3
    assert all(isinstance(problem, PathProblem) for problem in judged[1])


def test_packages_have_no_natural_key() -> None:
    assert SHAPE.lists["packages"].key is None
    assert SHAPE.open_nodes == {"extraData", "metadata"}
    assert SHAPE.leaves["tags"].many
