"""What one answer makes of the orders that were asked about: outcomes to write, orders to send again, tickets to follow.

Pure: takes the answer, the policy's decision and the names of the attempts, gives back values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from orderdrop.core.failures import FailureKind
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.policy import (
    AskAgain,
    Decision,
    GiveUp,
    LookUpFirst,
    Refuse,
    Regroup,
    Retry,
    Split,
    StopAccount,
)
from orderdrop.core.problems import Problem
from orderdrop.delivery.parcels import Doubt, Load, Sent
from orderdrop.delivery.telling import Locate, left_unsent, maybe_there
from orderdrop.destinations.base import Accepted, Answer, Failure, PathProblem, Pending, Refused, Verdict
from orderdrop.ledger.ledger import AttemptOutcome, Outcome

_NOT_MENTIONED = "The answer does not mention the order."


@dataclass(slots=True, kw_only=True)
class Ruling:
    """What follows from one answer."""

    outcomes: list[Outcome] = field(default_factory=list)
    back: list[tuple[Load, float]] = field(default_factory=list)  # to send again, after so many seconds
    pending: list[Sent] = field(default_factory=list)
    finished: list[StoredOrder] = field(default_factory=list)
    failure: Failure | None = None
    decision: Decision | None = None  # on the orders without a verdict
    rests: bool = False  # the ticket that was asked about is left to the next run


def rule_on(
    sent: Sent,
    answer: Answer,
    decide: Callable[[Failure, int], Decision],
    *,
    batch_id: str,
    at: datetime,
    locate: Locate,
    can_look_up: bool = False,
) -> Ruling:
    """Judge the answer to a parcel, or to the question about its ticket.

    `can_look_up`: orders that may be there can be looked up. `decide` gets the failure and how many orders it covers.
    A question that does not settle every order of its ticket settles none: an API that answers by position is asked
    about all of them, always.
    """
    verdicts = [answer.verdicts.get(order.key) for order in sent.orders]
    asked = sent.ticket is not None
    undecided = [verdict for verdict in verdicts if isinstance(verdict, Pending)]
    if asked and undecided:
        return Ruling(rests=all(verdict.until_next_run for verdict in undecided))
    ruling = Ruling()
    without = [position for position, verdict in enumerate(verdicts) if verdict is None]
    if without:
        ruling.failure = answer.failure or _unmentioned(asked=asked and len(without) < len(verdicts))
        ruling.decision = decide(ruling.failure, len(without))
        if asked and isinstance(ruling.decision, AskAgain | StopAccount):
            return ruling  # the API took these orders; only its answer is out of reach for now
        rest = part(sent, without)
        if can_look_up and isinstance(ruling.decision, LookUpFirst):
            _look_up(ruling, rest, ruling.failure, ruling.decision, at)
        else:
            _carry_out(ruling, rest, answer, batch_id, at, locate)
    _note_verdicts(ruling, sent, verdicts, answer, at, locate)
    return ruling


def _note_verdicts(
    ruling: Ruling,
    sent: Sent,
    verdicts: Sequence[Verdict | None],
    answer: Answer,
    at: datetime,
    locate: Locate,
) -> None:
    tickets: dict[str, list[int]] = {}
    for position, verdict in enumerate(verdicts):
        if verdict is None:
            continue
        if isinstance(verdict, Pending):
            if not verdict.until_next_run:
                tickets.setdefault(verdict.ticket, []).append(position)
        else:
            ruling.finished.append(sent.orders[position])
        ruling.outcomes.append(_judged(sent, position, verdict, answer, at, locate))
    ruling.pending = [
        replace(part(sent, positions), ticket=ticket, doubt=None) for ticket, positions in tickets.items()
    ]


def not_sent(sent: Sent, at: datetime) -> list[Outcome]:
    """Take back attempts that were written and never left, because somebody asked for a stop."""
    return [
        Outcome(
            attempt_id=attempt_id,
            order_id=order.id,
            fate=OrderFate.READY,
            attempt=AttemptOutcome.FAILED,
            at=at,
            message="Not sent: the sending was stopped before its turn came.",
        )
        for order, attempt_id in zip(sent.orders, sent.attempt_ids, strict=True)
    ]


def part(sent: Sent, positions: list[int]) -> Sent:
    """Some of the orders that were sent together, still in their order."""
    if len(positions) == len(sent.orders):
        return sent
    return replace(
        sent,
        orders=tuple(sent.orders[position] for position in positions),
        attempt_ids=tuple(sent.attempt_ids[position] for position in positions),
    )


def _judged(
    sent: Sent, position: int, verdict: Verdict, answer: Answer, at: datetime, locate: Locate
) -> Outcome:
    order, attempt_id = sent.orders[position], sent.attempt_ids[position]
    match verdict:
        case Accepted(reference=reference):
            return Outcome(
                attempt_id=attempt_id,
                order_id=order.id,
                fate=OrderFate.ACCEPTED,
                attempt=AttemptOutcome.ACCEPTED,
                at=at,
                http_status=answer.status,
                reference=reference,
            )
        case Refused(problems=problems):
            return Outcome(
                attempt_id=attempt_id,
                order_id=order.id,
                fate=OrderFate.REFUSED,
                attempt=AttemptOutcome.REFUSED,
                at=at,
                http_status=answer.status,
                message=answer.excerpt,
                problems=tuple(locate(order, problem) for problem in problems),
            )
        case Pending(ticket=ticket):
            return Outcome(
                attempt_id=attempt_id,
                order_id=order.id,
                fate=OrderFate.PENDING,
                attempt=AttemptOutcome.PENDING,
                at=at,
                http_status=answer.status,
                reference=ticket,
            )


def _carry_out(
    ruling: Ruling, rest: Sent, answer: Answer, batch_id: str, at: datetime, locate: Locate
) -> None:
    failure, decision = ruling.failure, ruling.decision
    assert failure is not None
    fate = OrderFate.READY
    problems: Callable[[StoredOrder], tuple[Problem, ...]] = _no_problems
    again = Load(orders=rest.orders, attempt=rest.attempt + 1)
    match decision:
        case Retry(in_seconds=seconds):
            ruling.back.append((again, seconds))
        case Split(in_seconds=seconds):
            ruling.back += [(half, seconds) for half in again.halves()]
        case Regroup():
            ruling.back.append((replace(again, attempt=rest.attempt), 0.0))
        case Refuse():
            fate = OrderFate.REFUSED
            problems = _as_refused(failure, locate)
        case GiveUp():
            fate = OrderFate.UNSENT
            problems = left_unsent(failure, rest.attempt, batch_id, locate)
        case LookUpFirst():
            fate = OrderFate.UNSENT
            problems = maybe_there(failure, locate)
    if fate is not OrderFate.READY:
        ruling.finished += rest.orders
    ruling.outcomes += [
        Outcome(
            attempt_id=attempt_id,
            order_id=order.id,
            fate=fate,
            attempt=_ended(failure, fate),
            at=at,
            http_status=failure.status or answer.status,
            message=failure.message,
            problems=problems(order),
        )
        for order, attempt_id in zip(rest.orders, rest.attempt_ids, strict=True)
    ]


def _look_up(ruling: Ruling, rest: Sent, failure: Failure, decision: LookUpFirst, at: datetime) -> None:
    """Every order is looked up by itself, however many travelled together."""
    for order, attempt_id in zip(rest.orders, rest.attempt_ids, strict=True):
        load = Load(orders=(order,), attempt=rest.attempt + 1, doubt=Doubt())
        ruling.back.append((load, decision.in_seconds))
        ruling.outcomes.append(
            Outcome(
                attempt_id=attempt_id,
                order_id=order.id,
                fate=OrderFate.READY,
                attempt=_ended(failure, OrderFate.READY),
                at=at,
                http_status=failure.status,
                message=failure.message,
            )
        )


def _unmentioned(*, asked: bool) -> Failure:
    """An answer that passes an order over; one that settles the rest of a ticket will not come again."""
    kind = FailureKind.LOST_TICKET if asked else FailureKind.NO_ANSWER
    return Failure(kind=kind, message=_NOT_MENTIONED)


def _ended(failure: Failure, fate: OrderFate) -> AttemptOutcome:
    if fate is OrderFate.REFUSED:
        return AttemptOutcome.REFUSED
    lost = failure.kind in (FailureKind.NO_ANSWER, FailureKind.LOST_TICKET)
    lost = lost or (failure.kind is FailureKind.UNREADABLE and failure.status is None)
    return AttemptOutcome.UNKNOWN if lost else AttemptOutcome.FAILED


def _no_problems(order: StoredOrder) -> tuple[Problem, ...]:  # noqa: ARG001 - stands where a problem could
    return ()


def _as_refused(failure: Failure, locate: Locate) -> Callable[[StoredOrder], tuple[Problem, ...]]:
    return lambda order: (locate(order, PathProblem(path=None, message=failure.message)),)
