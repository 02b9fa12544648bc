"""An API that changed its mind, or a mapping that is wrong: the first orders are all refused for one reason."""

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.faults.place import Place
from tests.faults.scripted import Request, Said, Scripted, answering

from orderdrop.core.problems import Code
from orderdrop.pipeline.batches import rerun as reruns

MANY = 300
AT_ONCE = 4  # requests under way


def refusing(request: Request) -> Said:
    """Takes a batch and refuses each of its orders for a field that it wants since today."""
    if request.path.startswith("/v2/jobs/"):
        count = int(request.path.rpartition("-")[2])
        results = [{"status": 400, "body": error(number)} for number in range(count)]
        return Said(status=200, body={"status": "completed", "results": results})
    if request.path == "/v2/orders/batch_create":
        return Said(status=202, body={"job_id": f"job-{len(request.body['orders'])}"})
    return Said(status=400, body=error(0))


def error(number: int) -> Any:
    return {"errors": {"line_items": {str(number % 3): {"hs_code": ["is required"]}}}}


def asked_for(api: Scripted) -> int:
    """How many orders were sent, alone or together."""
    together = sum(len(body["orders"]) for body in api.posted("/v2/orders/batch_create"))
    return together + len(api.posted("/v2/orders"))


def sent(place: Place, api: Scripted, numbers: range, **account: Any) -> dict[str, Any]:
    place.account |= {"base_url": api.base_url, **account}
    place.drop("orders.csv", *numbers)
    (receipt,) = place.poll()
    return dict(receipt)


@pytest.mark.parametrize(
    ("endpoint", "at_most"),
    [
        pytest.param("single", 20 + AT_ONCE, id="one-by-one"),
        pytest.param("batch", 100, id="a-hundred-a-request-of-which-the-first-goes-alone"),
    ],
)
def test_A26_H7_when_the_first_orders_are_all_refused_for_one_reason_the_rest_is_not_sent(
    endpoint: str, at_most: int, place: Place
) -> None:
    with answering(refusing) as api:
        receipt = sent(place, api, range(MANY), endpoint=endpoint, rate=2_000, burst=10)
        assert 20 <= asked_for(api) <= at_most
        assert receipt["status"] == "unfinished"
        assert receipt["orders"]["refused"] == asked_for(api)
        assert receipt["orders"]["unsent"] == MANY - asked_for(api)
        before = asked_for(api)
        assert place.poll() == []
        assert asked_for(api) == before, "it waits for a person, not for the next poll"
        (told,) = [one for one in receipt["problems"] if one["code"] == Code.REFUSED_ALIKE]
    assert (told["owner"], told["row"]) == ("ops", None)
    assert "all refused by shipup for the same reason" in told["message"]
    assert "is required" in told["message"]
    assert f"orderdrop rerun {receipt['batch']}." in told["message"]


def test_A26_without_a_pace_too_only_what_was_under_way_is_sent(place: Place) -> None:
    with answering(refusing) as api:
        receipt = sent(place, api, range(2_000))
        assert asked_for(api) < 1_000
        assert receipt["orders"]["refused"] == asked_for(api)


def test_A26_how_many_refusals_are_too_many_is_a_setting(place: Place) -> None:
    with answering(refusing) as api:
        receipt = sent(place, api, range(MANY), rate=2_000, burst=10, stop_after_refusals=3)
        assert 3 <= asked_for(api) <= 3 + AT_ONCE
    assert receipt["orders"]["unsent"] > 0


def test_A26_who_wants_every_refusal_has_it(place: Place) -> None:
    with answering(refusing) as api:
        receipt = sent(place, api, range(60), stop_after_refusals=0)
        assert asked_for(api) == 60
    assert (receipt["status"], receipt["orders"]["refused"]) == ("rejects", 60)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            lambda request: Said(
                status=400, body={"errors": {f"field_{request.body['merchant_id']}": ["bad"]}}
            ),
            id="each-for-a-reason-of-its-own",
        ),
        pytest.param(
            lambda request: Said(
                status=201 if request.body["merchant_id"].endswith("-7") else 400, body=error(0)
            ),
            id="one-of-the-first-was-accepted",
        ),
    ],
)
def test_A26_refusals_that_do_not_speak_of_the_api_stop_nothing(answer: Any, place: Place) -> None:
    def said(request: Request) -> Said:
        found: Said = answer(request)
        return Said(status=201, body={"id": "1"}) if found.status == 201 else found

    with answering(said) as api:
        receipt = sent(place, api, range(60))
        assert asked_for(api) == 60
    assert receipt["orders"]["unsent"] == 0


def test_A26_once_it_is_mended_a_rerun_sends_all_of_it_and_nothing_twice(place: Place) -> None:
    with answering(refusing) as api:
        receipt = sent(place, api, range(60))
    place.account["base_url"] = place.judge.base_url
    parts = place.parts()
    try:
        again = reruns.rerun(parts, reruns.plan(parts, receipt["batch"])).receipt
    finally:
        parts.close()
    assert (again["status"], again["orders"]["accepted"]) == ("accepted", 60)
    assert place.posts() == dict.fromkeys(range(60), 1)


def test_A26_a_rerun_that_a_person_asked_for_goes_on_whatever_is_refused(place: Place) -> None:
    with answering(refusing) as api:
        receipt = sent(place, api, range(60), rate=2_000)
        parts = place.parts()
        try:
            again = reruns.rerun(parts, reruns.plan(parts, receipt["batch"], only=reruns.Only.UNSENT)).receipt
        finally:
            parts.close()
        assert asked_for(api) == 60
    assert again["orders"]["unsent"] == 0


def test_H7_what_was_sent_under_a_wrong_mapping_is_listed_for_whoever_must_undo_it(place: Place) -> None:
    place.drop("orders.csv", *range(5), place.row(9, quantity="two"))
    (receipt,) = place.poll()
    path = receipt["reports"]["accepted"]
    assert path is not None
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        listed = {row["order"]: row for row in csv.DictReader(file)}
    held = place.judge.held(place.prefix)
    assert listed.keys() == held.keys()
    assert {row["rows"] for row in listed.values()} == {str(number) for number in range(2, 7)}
