"""What becomes of the orders that were not sent when an account, or a batch, is stopped."""

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.policy import StopReason
from orderdrop.core.problems import Problem
from orderdrop.delivery.circuit import Open, Probing, State
from orderdrop.ledger.ledger import Batch, Ledger

_READY = (OrderFate.READY,)


def leave_unsent(ledger: Ledger, batch: Batch, problem: Problem) -> int:
    """Keep every order that is still ready as unsent, with one problem for ops; how many there were.

    Told first, then moved: a death between the two leaves orders that are tried again, not orders unexplained.
    """
    if not ledger.orders(batch.id, _READY, limit=1):
        return 0
    ledger.add_problems(batch.id, [problem])
    return ledger.set_fates(batch.id, _READY, OrderFate.UNSENT)


def why_open(state: State) -> tuple[StopReason, str]:
    """The reason and the API's own words for which nothing is sent."""
    rest = state.of if isinstance(state, Probing) else state
    return (rest.reason, rest.detail) if isinstance(rest, Open) else (StopReason.OUTAGE, "")
