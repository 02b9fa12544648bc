"""What people are told when orders were not sent: what happened, and what to do next. No order is at fault."""

from collections.abc import Callable
from dataclasses import replace

from orderdrop.core.orders import StoredOrder
from orderdrop.core.policy import StopReason
from orderdrop.core.problems import Code, Owner, Problem, RaisedBy
from orderdrop.destinations.base import Failure, PathProblem
from orderdrop.ledger.ledger import Batch

Locate = Callable[[StoredOrder, PathProblem], Problem]

# Both with the account's name filled in: what happened, and what ops do before they send the rest again.
_STOPPED = {
    StopReason.CREDENTIALS: (
        "{destination} does not accept the key of account {account}.",
        "Correct the account's key in the settings and start `orderdrop serve` again",
    ),
    StopReason.PAYMENT: (
        "{destination} says that account {account} has not paid for this: its trial is over or the feature is not bought.",
        "Settle it with {destination}",
    ),
    StopReason.FORBIDDEN: (
        "{destination} does not let the key of account {account} write orders.",
        "Have {destination} give the key this right, or use another key",
    ),
    StopReason.MISCONFIGURED: (
        "{destination} does not know the address that account {account} sends to.",
        "Correct the account's base_url and endpoint in the settings and start `orderdrop serve` again",
    ),
    StopReason.THROTTLED: (
        "{destination} kept asking account {account} to slow down, however long it waited.",
        "Find out who else uses this account, or lower its rate in the settings",
    ),
    StopReason.OUTAGE: (
        "{destination} does not work for account {account} at the moment.",
        "{destination} is asked again and again, less and less often",
    ),
}


def account_stopped(reason: StopReason, detail: str, batch: Batch) -> Problem:
    """The one problem of a batch whose account was stopped: for ops, on no row, nothing rejected."""
    happened = _STOPPED[reason][0].format(destination=batch.destination, account=batch.account)
    said = f" It said: {_sentence(detail)}" if detail else ""
    return Problem(
        code=Code.NOT_SENT,
        message=(
            f"{happened}{said} The orders that were not sent yet are kept as unsent. {step(reason, batch)} They go by themselves once the "
            f"account works again, with `orderdrop serve` or the next `orderdrop run`; at once with: orderdrop rerun {batch.id} "
            "--only unsent"
        ),
        raised_by=RaisedBy.API,
        owner=Owner.OPS,
    )


def step(reason: StopReason, batch: Batch) -> str:
    """What ops do about the account of a batch that waits for it; one sentence."""
    return f"{_STOPPED[reason][1].format(destination=batch.destination)}."


def refused_alike(refused: int, reason: Problem, batch: Batch) -> Problem:
    """The one problem of a batch whose first orders were all refused for one reason; the rest waits for a person."""
    where = f" (column {reason.column})" if reason.column is not None else ""
    return Problem(
        code=Code.REFUSED_ALIKE,
        message=(
            f"The first {refused} orders were all refused by {batch.destination} for the same reason{where}: "
            f"{_sentence(reason.message)} The rest was not sent and is kept as unsent: {batch.destination} may have "
            f"changed what it takes, or mapping {batch.mapping} may be wrong. Mend that, then run: orderdrop rerun "
            f"{batch.id}. If it is the rows after all, send them with: orderdrop rerun {batch.id} --only unsent"
        ),
        path=reason.path,
        raised_by=RaisedBy.API,
        owner=Owner.OPS,
    )


def left_unsent(
    failure: Failure, attempts: int, batch_id: str, locate: Locate
) -> Callable[[StoredOrder], tuple[Problem, ...]]:
    """The problem of an order that was tried often enough for now."""
    message = (
        f"The order was tried {attempts} times without success: {_sentence(failure.message)} "
        f"It is kept as unsent. Try again later with: orderdrop rerun {batch_id} --only unsent"
    )
    return lambda order: (_for_ops(order, message, locate),)


def maybe_there(failure: Failure, locate: Locate) -> Callable[[StoredOrder], tuple[Problem, ...]]:
    """The problem of an order that may have arrived at an API which would hold it twice."""
    message = (
        f"It is not known whether the order arrived: {_sentence(failure.message)} "
        "Look it up at the destination before it is sent again."
    )
    return lambda order: (_for_ops(order, message, locate),)


def _for_ops(order: StoredOrder, message: str, locate: Locate) -> Problem:
    found = locate(order, PathProblem(path=None, message=message))
    return replace(found, code=Code.NOT_SENT, message=message, raised_by=RaisedBy.API, owner=Owner.OPS)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
