"""Orders that an API may hold already and would hold twice: looked up one by one before they are sent.

An order gets here when its answer was lost, in this run or in an earlier one, and when the ledger knows that an
earlier drop brought an order of the same key there. Pure, as `rulings`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.policy import (
    MAX_ATTEMPTS,
    MAX_LOOK_UPS,
    TOGETHER_ATTEMPTS,
    AskAgain,
    Decision,
    StopAccount,
)
from orderdrop.core.problems import Problem
from orderdrop.delivery.parcels import Doubt, Load, Sent
from orderdrop.delivery.rulings import Ruling, rule_on
from orderdrop.delivery.telling import Locate, left_unsent, maybe_there
from orderdrop.destinations.base import (
    Accepted,
    Answer,
    Carrier,
    Failure,
    FailureKind,
    LooksUp,
    PathProblem,
    Pending,
    Refused,
)
from orderdrop.ledger.ledger import AttemptOutcome, Outcome

_NOT_THERE = "Looked up before sending: it is not there yet."
_LOST_EACH_TIME = Failure(
    kind=FailureKind.NO_ANSWER, message="its answer was lost each time, and the order is not there"
)


class Remembers(Protocol):
    """What the ledger knows of orders sent before."""

    def possibly_held(self, account: str, keys: Sequence[str]) -> Mapping[str, Collection[str]]:
        """See `Ledger.possibly_held`."""


def doubts_of(
    ledger: Remembers, account: str, orders: Sequence[StoredOrder], *, upserts: bool
) -> dict[str, Doubt]:
    """The doubts about orders that are ready, by id: what the account may hold of the same key.

    There are none where sending an order again leaves one order.
    """
    if upserts:
        return {}
    held = ledger.possibly_held(account, [order.key for order in orders])
    return {
        order.id: Doubt(rival=any(digest != order.digest for digest in held[order.key]))
        for order in orders
        if order.key in held
    }


def look_up(carrier: Carrier, key: str) -> Answer:
    """Ask the API about one order: a verdict, a failure, or neither when it certainly does not hold it."""
    if not isinstance(carrier, LooksUp):
        message = "the order may be there already, and this destination offers no way to look it up"
        return Answer(failure=Failure(kind=FailureKind.LOST_TICKET, message=message))
    found = carrier.look_up(key)
    if isinstance(found, Failure):
        return Answer(failure=found, status=found.status)
    return Answer() if found is None else Answer(verdicts={key: found})


def rule_on_look_up(
    sent: Sent,
    doubt: Doubt,
    answer: Answer,
    decide: Callable[[Failure, int], Decision],
    *,
    batch_id: str,
    at: datetime,
    locate: Locate,
) -> Ruling:
    """Judge the answer to a look-up: an order that is there is settled, one that is not is sent, else it is asked again."""
    [order] = sent.orders
    verdict = answer.verdicts.get(order.key)
    if verdict is not None:
        if doubt.rival and isinstance(verdict, Accepted | Pending):
            answer = replace(answer, verdicts={order.key: _of_another_version(verdict)})
        return rule_on(sent, answer, decide, batch_id=batch_id, at=at, locate=locate)
    if answer.failure is None:
        return _not_there(sent, batch_id, at, locate)
    decision = decide(answer.failure, 1)
    ruling = Ruling(failure=answer.failure, decision=decision)
    if isinstance(decision, AskAgain) and doubt.asked + 1 < MAX_LOOK_UPS:
        again = Load(orders=sent.orders, attempt=sent.attempt, doubt=replace(doubt, asked=doubt.asked + 1))
        ruling.back.append((again, decision.in_seconds))
    if ruling.back or isinstance(decision, StopAccount):
        _end(ruling, sent, at, OrderFate.READY, f"Looked up before sending: {answer.failure.message}")
    else:
        told = maybe_there(answer.failure, locate)(order)
        _end(ruling, sent, at, OrderFate.UNSENT, answer.failure.message, told)
    return ruling


def _not_there(sent: Sent, batch_id: str, at: datetime, locate: Locate) -> Ruling:
    """Send it, unless that was tried often enough: with others again, or alone in case it is what breaks them."""
    ruling = Ruling()
    if sent.attempt > MAX_ATTEMPTS:
        told = left_unsent(_LOST_EACH_TIME, sent.attempt - 1, batch_id, locate)(sent.orders[0])
        _end(ruling, sent, at, OrderFate.UNSENT, _NOT_THERE, told)
    else:
        joins = sent.attempt <= TOGETHER_ATTEMPTS
        ruling.back.append((Load(orders=sent.orders, attempt=sent.attempt, joins=joins), 0.0))
        _end(ruling, sent, at, OrderFate.READY, _NOT_THERE)
    return ruling


def _end(
    ruling: Ruling,
    sent: Sent,
    at: datetime,
    fate: OrderFate,
    message: str,
    problems: tuple[Problem, ...] = (),
) -> None:
    """A look-up brings nothing there, so its attempt fails without a status, whatever it was answered."""
    [order], [attempt_id] = sent.orders, sent.attempt_ids
    if fate is not OrderFate.READY:
        ruling.finished.append(order)
    ruling.outcomes.append(
        Outcome(
            attempt_id=attempt_id,
            order_id=order.id,
            fate=fate,
            attempt=AttemptOutcome.FAILED,
            at=at,
            message=message,
            problems=problems,
        )
    )


def _of_another_version(found: Accepted | Pending) -> Refused:
    name = found.reference if isinstance(found, Accepted) else found.ticket
    called = f", {name}," if name else ""
    message = (
        f"The destination already has an order of this number{called} which may have been made from an earlier "
        "version of these rows. It would take this one for a second order, so it was not sent. Change the order at "
        "the destination, or give these rows another order number."
    )
    return Refused(problems=(PathProblem(path=None, message=message),))
