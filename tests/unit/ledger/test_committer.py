"""Outcomes are recorded in groups."""

from collections.abc import Sequence

import pytest
from tests.unit.ledger.facts import ACCOUNT, accepted, an_attempt, an_order, prepared

from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.committer import GroupCommit
from orderdrop.ledger.ledger import Outcome
from orderdrop.ledger.memory import MemoryLedger


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class CountingLedger(MemoryLedger):
    """Remembers the sizes of the groups; fails as long as `broken`."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[int] = []
        self.broken = False

    def record_outcomes(self, outcomes: Sequence[Outcome], account: str) -> None:
        if self.broken:
            raise LedgerUnavailable("The disk is full.")
        super().record_outcomes(outcomes, account)
        self.groups.append(len(outcomes))


def ledger_with(orders: int) -> tuple[CountingLedger, list[Outcome]]:
    ledger = CountingLedger()
    stored = [an_order(n) for n in range(orders)]
    prepared(ledger, *stored)
    attempts = [an_attempt(order) for order in stored]
    ledger.record_attempts(attempts)
    return ledger, [accepted(attempt) for attempt in attempts]


def test_outcomes_are_recorded_when_there_are_enough_and_at_the_end() -> None:
    ledger, outcomes = ledger_with(7)
    with GroupCommit(ledger, ACCOUNT, clock=Clock(), max_outcomes=3) as group:
        assert [group.add(outcome) for outcome in outcomes] == [0, 0, 3, 0, 0, 3, 0]
    assert ledger.groups == [3, 3, 1]
    assert ledger.counts("b-1").orders.accepted == 7


def test_outcomes_are_recorded_when_the_oldest_has_waited_long_enough() -> None:
    ledger, outcomes = ledger_with(3)
    clock = Clock()
    group = GroupCommit(ledger, ACCOUNT, clock=clock, max_wait_seconds=0.05)
    group.add(outcomes[0])
    clock.seconds = 0.04
    assert group.flush_when_due() == 0
    clock.seconds = 0.05
    assert group.flush_when_due() == 1
    group.add(outcomes[1])
    clock.seconds = 0.2
    assert group.add(outcomes[2]) == 2


def test_nothing_to_record_is_not_recorded() -> None:
    ledger, _ = ledger_with(0)
    with GroupCommit(ledger, ACCOUNT, clock=Clock()) as group:
        assert group.flush() == group.flush_when_due() == 0
    assert ledger.groups == []


def test_answers_that_are_known_are_recorded_after_an_error_too() -> None:
    ledger, outcomes = ledger_with(1)

    def work() -> None:
        with GroupCommit(ledger, ACCOUNT, clock=Clock()) as group:
            group.add(outcomes[0])
            raise KeyError("something else")

    with pytest.raises(KeyError):
        work()
    assert ledger.groups == [1]


def test_a_ledger_that_failed_gets_the_same_outcomes_again() -> None:
    ledger, outcomes = ledger_with(2)
    group = GroupCommit(ledger, ACCOUNT, clock=Clock(), max_outcomes=2)
    group.add(outcomes[0])
    ledger.broken = True
    with pytest.raises(LedgerUnavailable):
        group.add(outcomes[1])
    ledger.broken = False
    assert group.flush() == 2
