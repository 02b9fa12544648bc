"""A process stands still in the middle of a change of status: whoever went on meanwhile is not written over.

A batch that is at rest by its status while orders of it are ready would be taken up by nobody.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.faults.place import Place
from tests.integration.death import Died, die

from orderdrop.core.progress import Step
from orderdrop.errors import Busy
from orderdrop.pipeline.batches.batch import work
from orderdrop.pipeline.batches.releasing import discard, release
from orderdrop.pipeline.batches.rerun import exclude
from orderdrop.pipeline.batches.superseding import supersede
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.opening import Reading

LONGER_THAN_A_LEASE = timedelta(minutes=1)
LONGER_THAN_A_REST = timedelta(minutes=20)


@dataclass
class Still:
    """A ledger: after the next answer of a method, the process of whoever asked stands still while others go on."""

    real: Any
    meanwhile: Callable[[], object]
    method: str = ""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.real, name)
        if name != self.method:
            return method

        def answers_late(*arguments: Any, **named: Any) -> Any:
            answer = method(*arguments, **named)
            self.method = ""
            self.meanwhile()
            return answer

        return answers_late


@dataclass
class Two:
    """Two processes with one ledger: `alive`, and one that stands still for longer than a lease."""

    place: Place
    alive: Parts
    opened: ExitStack = field(default_factory=ExitStack)

    def still(self, method: str, meanwhile: Callable[[], object]) -> tuple[Parts, Still]:
        """The parts of the other one, and its ledger."""

        def others_go_on() -> None:
            self.place.passed += LONGER_THAN_A_LEASE
            meanwhile()

        parts = self.opened.enter_context(closing(self.place.parts()))
        ledger: Any = Still(parts.ledger, others_go_on, method)
        return replace(parts, ledger=ledger), ledger

    def held(self) -> str:
        """A batch that waits for a person: one good order among bad rows."""
        self.place.drop("held.csv", 1, *(self.place.row(number, quantity="two") for number in range(2, 9)))
        (receipt,) = self.place.poll()
        assert receipt["status"] == "held"
        return str(receipt["batch"])

    def waits(self) -> str:
        """A batch that waits for its account, with two orders of three unsent."""
        self.place.judge.plan("401", match=f"{self.place.prefix}-2")
        self.place.drop("waits.csv", 1, 2, 3)
        (receipt,) = self.place.poll()
        assert receipt["status"] == "unfinished"
        self.place.passed += LONGER_THAN_A_REST
        return str(receipt["batch"])

    def dies_sending(self, do: Callable[[], object], *, step: Step = Step.ATTEMPTS_RECORDED) -> None:
        """Have somebody die over what he begins to send, or at an earlier step."""
        self.place.at(step, die)
        with pytest.raises(Died):
            do()
        self.place.passed += LONGER_THAN_A_REST

    def state(self, batch_id: str) -> tuple[str, list[str]]:
        """A batch's status and the fates of its orders."""
        batch = self.alive.ledger.batch(batch_id)
        assert batch is not None
        return batch.status.value, [order.fate.value for order in self.alive.ledger.orders(batch_id)]


@pytest.fixture
def two(place: Place) -> Iterator[Two]:
    place.account["concurrency"] = 1  # what follows a refusal has not left by then
    with closing(place.parts()) as alive:
        made = Two(place=place, alive=alive)
        with made.opened:
            yield made


def test_P20_who_stood_still_over_the_last_row_does_not_call_the_half_of_another_prepared(two: Two) -> None:
    two.place.drop("orders.csv", 1, 2, 3)
    begins_anew = lambda: two.dies_sending(lambda: two.place.poll(two.alive), step=Step.PREPARING)  # noqa: E731 - short
    frozen, _ = two.still("add_orders", begins_anew)
    with pytest.raises(Busy, match="stood still"):
        two.place.poll(frozen)
    assert [receipt["status"] for receipt in two.place.poll()] == ["accepted"]


def test_P20_a_release_that_stood_still_takes_nothing_back(two: Two) -> None:
    held = two.held()
    two.place.drop("newer.csv", 1)
    two.dies_sending(two.place.poll)  # so that the release finds that its order is being sent
    frozen, _ = two.still("rivals", lambda: work(two.alive, held))
    with pytest.raises(Busy, match="stood still"):
        release(frozen, held)
    assert two.state(held) == ("rejects", ["accepted"])


def test_P20_who_discards_and_stood_still_gives_nothing_up_that_was_released(two: Two) -> None:
    held = two.held()
    frozen, _ = two.still("batch", lambda: two.dies_sending(lambda: release(two.alive, held)))
    with pytest.raises(Busy, match="stood still"):
        discard(frozen, held, "not wanted")
    assert two.state(held) == ("sending", ["sending"])
    assert [receipt["status"] for receipt in two.place.poll()] == ["rejects"]
    assert two.state(held) == ("rejects", ["accepted"])


def test_P20_a_correction_that_stood_still_gives_nothing_up_that_was_released(two: Two) -> None:
    held = two.held()
    parent = two.alive.ledger.batch(held)
    assert parent is not None
    whole = replace(Reading.from_json(parent.verdict or ""), whole=True).to_json()
    correction = replace(parent, id="b-correction", parent_id=held, verdict=whole)
    frozen, _ = two.still("batch", lambda: two.dies_sending(lambda: release(two.alive, held)))
    assert supersede(frozen, correction) is None
    assert two.state(held) == ("sending", ["sending"])
    two.place.poll()
    assert two.state(held) == ("rejects", ["accepted"])


def test_P20_who_takes_an_order_out_and_stood_still_leaves_the_others_to_whoever_sends_them(
    two: Two,
) -> None:
    waits = two.waits()
    frozen, _ = two.still("find_orders", lambda: two.dies_sending(lambda: two.place.go_on(two.alive)))
    with pytest.raises(Busy, match="stood still"):
        exclude(frozen, waits, f"{two.place.prefix}-3", "not wanted")
    assert two.state(waits)[0] == "sending"
    assert [receipt["status"] for receipt in two.place.poll()] == ["accepted"]


def test_P20_who_took_up_what_waited_and_stood_still_does_not_put_it_off_again(two: Two) -> None:
    waits = two.waits()
    two.place.drop("newer.csv", 2)
    two.dies_sending(two.place.poll)  # so that whoever takes it up finds that its order is being sent
    frozen, _ = two.still("rivals", two.place.poll)
    assert two.place.go_on(frozen) == []
    assert two.state(waits) == ("accepted", ["accepted"] * 3)


def test_P20_who_asked_in_vain_and_stood_still_does_not_say_that_nothing_changed(two: Two) -> None:
    waits = two.waits()
    two.place.judge.plan("401", match=f"{two.place.prefix}-2")

    def another_takes_it_up() -> None:
        two.place.passed += LONGER_THAN_A_REST
        two.dies_sending(lambda: two.place.go_on(two.alive))

    frozen, ledger = two.still("", another_takes_it_up)
    two.place.at(Step.SENT, lambda: setattr(ledger, "method", "problems"))  # when reports are compared
    assert two.place.go_on(frozen) == []
    assert two.state(waits)[0] == "sending"
    assert [receipt["status"] for receipt in two.place.poll()] == ["accepted"]
