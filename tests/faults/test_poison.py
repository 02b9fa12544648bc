"""A file over which orderdrop breaks again and again: set aside after some tries, the others go on; whoever was only killed is not."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.faults.place import Place
from tests.integration.dying import poll_in_a_process

from orderdrop.core.progress import Step
from orderdrop.destinations.base import Destination, Judged
from orderdrop.destinations.registry import find
from orderdrop.errors import OrderdropError
from orderdrop.pipeline.batches import rerun as reruns
from orderdrop.pipeline.batches.poison import DEATHS, TRIES
from orderdrop.pipeline.parts import Parts
from orderdrop.trial import breaks


class Brittle:
    """A destination with a fault of ours in it: one order breaks its check."""

    def __init__(self, real: Destination, poison: str) -> None:
        self._real, self._poison = real, poison

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def validate(self, payloads: Sequence[Mapping[str, Any]]) -> Sequence[Judged]:
        if any(payload["merchant_id"] == self._poison for payload in payloads):
            raise ZeroDivisionError("a fault of ours")
        return self._real.validate(payloads)


def brittle(place: Place, parts: Parts, number: int) -> Parts:
    poison: Any = Brittle(find("shipup"), f"{place.prefix}-{number}")
    return replace(parts, destination=lambda _: poison)


def test_P7_a_file_that_breaks_orderdrop_is_set_aside_after_some_tries_and_the_others_go_on(
    place: Place,
) -> None:
    place.feed["reply"] = True
    place.drop("1 poison.csv", 66)
    parts = place.parts()
    try:
        broken = brittle(place, parts, 66)
        for number in range(1, TRIES):
            place.drop(f"{number}.csv", number)
            with pytest.raises(ZeroDivisionError):
                place.poll(broken)
            assert place.posts() == dict.fromkeys(range(1, number + 1), 1)
        (receipt,) = place.poll(broken)
        assert place.poll(broken) == []
        assert receipt["status"] == "stuck"
        (problem,) = receipt["problems"]
        assert (problem["code"], problem["owner"]) == ("stuck", "ops")
        assert "broke 3 times over 1 poison.csv (ZeroDivisionError: a fault of ours)" in problem["message"]
        assert [path for path in place.files() if path.startswith(("failed/", "processing/"))] == [
            "failed/1 poison.csv",
            "failed/1 poison.csv.receipt.html",
            "failed/1 poison.csv.receipt.json",
        ]
        alarms = [str(event.facts["why"]) for event in place.told if event.step is Step.PUT_OFF]
        assert [("set aside" in why) for why in alarms] == [False, False, True]
        again = reruns.rerun(parts, reruns.plan(parts, receipt["batch"])).receipt
    finally:
        parts.close()
    assert (again["status"], again["orders"]["accepted"]) == ("accepted", 1)
    assert place.posts() == {1: 1, 2: 1, 66: 1}


def test_P7_what_was_sent_of_a_file_that_then_breaks_us_stands_and_the_rest_is_unsent(place: Place) -> None:
    """The fault comes with the first answer, as an answer could bring out that nobody thought of."""
    place.account |= {"concurrency": 1, "rate": 100}
    place.drop("poison.csv", *range(60))
    parts = place.parts()

    def trip(event: Any) -> None:
        if event.step is Step.OUTCOMES_RECORDED:
            raise ZeroDivisionError

    broken = replace(parts, watcher=trip)
    try:
        for _ in range(TRIES - 1):
            with pytest.raises(ZeroDivisionError):
                place.poll(broken)
        (receipt,) = place.poll(broken)
        assert (receipt["status"], place.poll(broken)) == ("unfinished", [])
        assert receipt["orders"]["accepted"] + receipt["orders"]["unsent"] == 60
        assert 0 < receipt["orders"]["accepted"] < 60
        assert "stuck" in {problem["code"] for problem in receipt["problems"]}
        reruns.rerun(parts, reruns.plan(parts, receipt["batch"], only=reruns.Only.UNSENT))
    finally:
        parts.close()
    assert len(place.judge.held(place.prefix)) == 60
    assert sum(place.posts().values()) <= 60 + 2 * TRIES, "what was under way when it broke was posted again"


@pytest.mark.parametrize(
    "error", [OSError("no space left"), OrderdropError("not now")], ids=["disk", "on-purpose"]
)
def test_P7_what_is_not_the_files_doing_does_not_count(error: Exception, place: Place) -> None:
    place.drop("orders.csv", 1)
    parts = place.parts()

    def fail(_: str) -> Destination:
        raise error

    try:
        for _ in range(TRIES + 2):
            with pytest.raises(type(error)):
                place.poll(replace(parts, destination=fail))
        assert [receipt["status"] for receipt in place.poll(parts)] == ["accepted"]
    finally:
        parts.close()


def killed_at(place: Place, step: str, *, times: int) -> None:
    """Real processes poll, one after the other, and each is killed at a step."""
    for _ in range(times):
        died, _ = poll_in_a_process(place.folder / "orderdrop.yaml", "night", die_at=(step, 1))
        assert died


def test_P7_a_file_during_which_somebody_kills_us_many_times_is_sent_all_the_same(place: Place) -> None:
    place.drop("orders.csv", 1, 2)
    place.parts().close()
    killed_at(place, "preparing", times=DEATHS + TRIES)
    assert [receipt["status"] for receipt in place.poll()] == ["accepted"]
    assert place.posts() == {1: 1, 2: 1}
    assert list((place.folder / "var" / "tries").iterdir()) == []


def test_P7_a_file_that_kills_whoever_reads_it_is_set_aside_and_the_others_go_on(place: Place) -> None:
    """Two deaths, then a process of its own dies over it each time: here one that kills itself, as a parser may abort."""
    place.drop("1 poison.csv", 66)
    parts = place.parts()
    killed_at(place, "preparing", times=DEATHS)
    dies = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    fatal = replace(
        parts,
        breaks=lambda file, batch: breaks(
            file, batch.mapping, "", folder=place.folder / "trial", environ={}, command=dies
        ),
    )
    try:
        place.drop("2 good.csv", 1)
        for number in range(1, TRIES):
            with pytest.raises(OrderdropError, match=rf"killed by SIGKILL\), {number} of 3 times"):
                place.poll(fatal)
            assert place.posts() == {1: 1}
        assert [receipt["status"] for receipt in place.poll(fatal)] == ["stuck"]
    finally:
        parts.close()
    assert place.files() == ["archive/DAY/2 good.csv", "failed/1 poison.csv"]
    assert list((place.folder / "trial").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"Order;Email;SKU;Qty\nA-1;anna@example.com;A;1\n", id="a-good-file"),
        pytest.param(b"Order;Email;SKU;Qty\nA-1;anna;A;two\n", id="bad-rows"),
        pytest.param(b"%PDF-1.7", id="no-table"),
    ],
)
def test_P7_a_process_of_its_own_that_reads_a_file_to_its_end_is_well_whatever_it_finds(
    content: bytes, place: Place
) -> None:
    file = place.folder / "kept"
    file.write_bytes(content)
    rules = (place.folder / "small.yaml").read_text()
    assert breaks(file, "small", rules, folder=place.folder / "trial", environ=os.environ) is None


def test_P7_a_process_of_its_own_that_does_not_end_is_ended(place: Place) -> None:
    endless = (sys.executable, "-c", "import time; time.sleep(60)")
    how = breaks(place.folder, "small", "", folder=place.folder, environ={}, seconds=0.2, command=endless)
    assert how == "it was not done within 0.2 seconds"
