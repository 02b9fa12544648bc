from collections.abc import Callable

import pytest
from tests.unit.delivery.world import BATCH, START, locate, order

from orderdrop.core.failures import FailureKind
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.policy import AskAgain, Decision, GiveUp, Refuse, Retry, StopAccount, StopReason
from orderdrop.core.problems import Code, Owner
from orderdrop.delivery.parcels import Sent
from orderdrop.delivery.rulings import Ruling, rule_on
from orderdrop.destinations.base import Accepted, Answer, Failure, PathProblem, Pending, Refused
from orderdrop.ledger.ledger import AttemptOutcome

REFUSED = Refused(problems=(PathProblem(path="email", message="is not an email"),))
BROKEN = Failure(kind=FailureKind.SERVER, message="has a fault of its own", status=500)


def sent(count: int, ticket: str | None = None) -> Sent:
    return Sent(
        orders=tuple(order(n) for n in range(count)),
        attempt_ids=tuple(f"a-{n}" for n in range(count)),
        attempt=2,
        ticket=ticket,
    )


def never(failure: Failure, orders: int) -> Decision:
    raise AssertionError(f"nothing was to be decided about {failure}")


def always(decision: Decision) -> Callable[[Failure, int], Decision]:
    return lambda failure, orders: decision


def rule(to: Sent, answer: Answer, decide: Callable[[Failure, int], Decision] = never) -> Ruling:
    return rule_on(to, answer, decide, batch_id=BATCH, at=START, locate=locate)


def ended(ruling: Ruling) -> dict[str, tuple[OrderFate, AttemptOutcome]]:
    return {outcome.order_id: (outcome.fate, outcome.attempt) for outcome in ruling.outcomes}


def test_verdicts_go_to_their_own_orders_whatever_order_they_come_in() -> None:
    answer = Answer(
        verdicts={"FR-2": Accepted(reference="77"), "FR-0": REFUSED, "FR-1": Accepted()}, status=201
    )
    ruling = rule(sent(3), answer)
    assert ended(ruling) == {
        "o-0": (OrderFate.REFUSED, AttemptOutcome.REFUSED),
        "o-1": (OrderFate.ACCEPTED, AttemptOutcome.ACCEPTED),
        "o-2": (OrderFate.ACCEPTED, AttemptOutcome.ACCEPTED),
    }
    assert [outcome.reference for outcome in ruling.outcomes] == [None, None, "77"]
    assert len(ruling.finished) == 3


def test_a_verdict_on_an_order_that_was_not_sent_is_passed_over() -> None:
    ruling = rule(sent(1), Answer(verdicts={"FR-0": Accepted(), "FR-99": Accepted()}))
    assert list(ended(ruling)) == ["o-0"]


def test_an_order_without_a_verdict_is_unknown_and_decided_as_a_lost_answer() -> None:
    told: list[tuple[FailureKind, int]] = []

    def decide(failure: Failure, orders: int) -> Decision:
        told.append((failure.kind, orders))
        return Retry(in_seconds=3.0)

    ruling = rule(sent(3), Answer(verdicts={"FR-1": Accepted()}), decide)
    assert told == [(FailureKind.NO_ANSWER, 2)]
    assert ended(ruling)["o-0"] == (OrderFate.READY, AttemptOutcome.UNKNOWN)
    ((load, seconds),) = ruling.back
    assert ([stored.key for stored in load.orders], load.attempt, seconds) == (["FR-0", "FR-2"], 3, 3.0)
    assert [stored.key for stored in ruling.finished] == ["FR-1"]


def test_pending_orders_keep_their_places_under_their_ticket() -> None:
    answer = Answer(verdicts={"FR-0": Pending(ticket="7"), "FR-1": Accepted(), "FR-2": Pending(ticket="7")})
    ruling = rule(sent(3), answer)
    (pending,) = ruling.pending
    assert (pending.ticket, [stored.key for stored in pending.orders], pending.attempt_ids) == (
        "7",
        ["FR-0", "FR-2"],
        ("a-0", "a-2"),
    )
    assert {outcome.order_id: outcome.reference for outcome in ruling.outcomes}["o-2"] == "7"


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        pytest.param(
            Answer(verdicts={"FR-0": Accepted(), "FR-1": Pending(ticket="7")}),
            None,
            id="some are still pending",
        ),
        pytest.param(Answer(failure=BROKEN), AskAgain(in_seconds=1.0), id="the question failed"),
        pytest.param(
            Answer(verdicts={"FR-0": Accepted()}, failure=BROKEN),
            AskAgain(in_seconds=1.0),
            id="half an answer",
        ),
        pytest.param(
            Answer(failure=BROKEN), StopAccount(reason=StopReason.CREDENTIALS), id="the account was stopped"
        ),
    ],
)
def test_a_question_that_does_not_settle_all_orders_of_its_ticket_settles_none(
    answer: Answer, decision: Decision | None
) -> None:
    ruling = rule(sent(2, ticket="7"), answer, always(decision) if decision else never)
    assert (ruling.outcomes, ruling.back, ruling.finished) == ([], [], [])


def test_a_final_answer_that_passes_an_order_over_counts_as_lost_for_it() -> None:
    told: list[FailureKind] = []

    def decide(failure: Failure, orders: int) -> Decision:
        told.append(failure.kind)
        return Retry(in_seconds=0.0)

    ruling = rule(sent(2, ticket="7"), Answer(verdicts={"FR-0": Accepted()}), decide)
    assert told == [FailureKind.LOST_TICKET]
    assert ended(ruling)["o-1"] == (OrderFate.READY, AttemptOutcome.UNKNOWN)


def test_an_order_refused_without_reasons_still_has_a_problem_on_its_rows() -> None:
    failure = Failure(kind=FailureKind.TOO_LARGE, message="Shipup finds the request too large", status=413)
    ruling = rule(sent(1), Answer(failure=failure), always(Refuse()))
    (outcome,) = ruling.outcomes
    (problem,) = outcome.problems
    assert outcome.fate is OrderFate.REFUSED
    assert (problem.code, problem.owner, problem.row, problem.message) == (
        Code.REFUSED,
        Owner.SENDER,
        2,
        "Shipup finds the request too large",
    )


def test_an_order_given_up_says_what_happened_and_what_to_do() -> None:
    (outcome,) = rule(sent(1), Answer(failure=BROKEN), always(GiveUp())).outcomes
    (problem,) = outcome.problems
    assert outcome.fate is OrderFate.UNSENT
    assert (problem.code, problem.owner) == (Code.NOT_SENT, Owner.OPS)
    assert problem.message == (
        "The order was tried 2 times without success: has a fault of its own. "
        "It is kept as unsent. Try again later with: orderdrop rerun b-1 --only unsent"
    )
