"""What the systems hold, read back: orders by a question, one order as a person wants to see it, one tracking link."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from orderdrop.core.outcomes import OrderFate
from orderdrop.destinations.base import Failure, FailureKind, Link, Linking
from orderdrop.destinations.comparing import Comparable
from orderdrop.destinations.readback import OrderView, Question, Reader
from orderdrop.errors import DestinationUnavailable, OrderdropError, SetupError, UsageError
from orderdrop.ledger.ledger import FoundOrder
from orderdrop.pipeline.parts import Line, Parts

_ARRIVED = (OrderFate.ACCEPTED, OrderFate.UNCHANGED, OrderFate.PENDING)
_FOR_OPS = (FailureKind.CREDENTIALS, FailureKind.PAYMENT, FailureKind.FORBIDDEN, FailureKind.NO_SUCH_ENDPOINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One order as its system tells it, and as a person wants to see it."""

    told: Mapping[str, Any]
    view: OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which order somebody means: its account and key, and what the ledger knows of it."""

    account: str
    key: str
    reference: str | None = None
    payload: Mapping[str, Any] | None = None
    order_id: str | None = None


def fetch(parts: Parts, account: str, question: Question) -> Iterator[Fetched]:
    """The orders that an account holds, one at a time, as the system's pages come in.

    Raises UsageError for a question that the system does not answer, before anything is asked.
    """
    reader = parts.reader(account)
    told = reader.fetch(question)  # judges the question now, and asks when the first order is wanted
    return (Fetched(told=one, view=reader.as_person_sees(one)) for one in told)


def view(parts: Parts, text: str, account: str | None, more: Mapping[str, str]) -> OrderView:
    """One order as its customer asks about it, by its number, email, tracking number or whatever the ledger finds.

    `more` is for what a system wants to know besides. Raises UsageError where no order, or more than one, is meant.
    """
    asked = meant(parts, text, account)
    reader = parts.reader(asked.account)
    told = _told(reader, asked, more)
    if told is None:
        raise UsageError(
            f"Account {asked.account} holds no order {text}.",
            next_step="Check the number and the account; `orderdrop orders fetch` takes other questions.",
        )
    return reader.as_person_sees(told)


def meant(parts: Parts, text: str, account: str | None) -> Asked:
    """The order that a text means: the ledger's newest of this key or with this text, else the text as a key.

    Raises UsageError where several orders, or accounts, could be meant.
    """
    hits = [hit for hit in parts.ledger.find_orders(text) if account in (None, hit.batch.account)]
    exact = [hit for hit in hits if text in (hit.order.key, hit.order.reference)]
    hits = exact or hits
    orders = {(hit.batch.account, hit.order.key) for hit in hits}
    if len(orders) > 1 and (exact or account is None):
        if len({key for _, key in orders}) == 1:
            owners = ", ".join(sorted(owner for owner, _ in orders))
            raise UsageError(
                f"Order {text} went to several accounts: {owners}.", next_step="Name one with --account."
            )
        several = ", ".join(f"{key} of account {owner}" for owner, key in sorted(orders)[:5])
        raise UsageError(
            f"{text} stands in several orders: {several}.",
            next_step="Name one by its number, and with --account.",
        )
    if len(orders) == 1:
        return _as_known(hits)
    if account is None:
        raise UsageError(
            f"No order of the ledger has {text!r} in its key, reference or payload.",
            next_step="Name the account that holds it: --account NAME",
        )
    return Asked(account=account, key=text)


def _as_known(hits: Sequence[FoundOrder]) -> Asked:
    """What the newest batch that got the order there knows; the newest of all where none did."""
    best = next((hit for hit in hits if hit.order.fate in _ARRIVED), hits[0])
    referenced = next((hit.order.reference for hit in hits if _names_it(hit)), None)
    return Asked(
        account=best.batch.account,
        key=best.order.key,
        reference=referenced,
        payload=orjson.loads(best.order.payload) if best.order.payload else None,
        order_id=best.order.id,
    )


def _names_it(hit: FoundOrder) -> bool:
    return hit.order.reference is not None and hit.order.fate is OrderFate.ACCEPTED


def _told(reader: Reader, asked: Asked, more: Mapping[str, str]) -> Mapping[str, Any] | None:
    if asked.payload is not None and isinstance(reader, Comparable):
        return told_of(reader, asked.key, asked.reference, asked.payload)
    for question in _guesses(asked.key, more):
        try:
            found = list(_at_most(reader.fetch(question), 2))
        except UsageError:
            if question.order_number is not None:
                raise
            continue  # a system that has no such question cannot have been meant
        if len(found) > 1:
            raise UsageError(
                f"{asked.key} has several orders in account {asked.account}.",
                next_step="`orderdrop orders fetch` lists them; then name one by its number.",
            )
        if found:
            return _whole(reader, asked.key, found[0])
    return None


def _guesses(text: str, more: Mapping[str, str]) -> Iterator[Question]:
    if "@" in text:
        yield Question(email=text, more=more)
    else:
        yield Question(order_number=text, more=more)
        yield Question(tracking_number=text, more=more)


def _whole(reader: Reader, key: str, found: dict[str, Any]) -> Mapping[str, Any]:
    """The order with what its system tells of it elsewhere, by its id."""
    if not isinstance(reader, Comparable):
        return found
    seen = reader.as_person_sees(found)
    number = seen.number or key
    questions = reader.questions(number, seen.reference, None)
    if len(questions) < 2:
        return found
    further = [one for question in questions if question.id for one in _at_most(reader.fetch(question), 1)]
    return reader.joined(number, [*further, found]) or found


def told_of(
    reader: Comparable, key: str, reference: str | None, payload: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Everything that a system tells of one order of the ledger, None where it holds none.

    Raises UsageError where it cannot be asked for this one.
    """
    questions = reader.questions(key, reference, payload)
    if not questions:
        raise UsageError(
            f"Order {key} has neither a number, nor an email, nor a date to ask for.",
            next_step="Look it up in the system itself; give the mapping a column for one of these.",
        )
    found = [one for question in questions for one in reader.fetch(question)]
    return reader.joined(key, found)


def _at_most(orders: Iterator[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for _, one in zip(range(count), orders, strict=False):
        yield one


def link(parts: Parts, text: str, account: str | None) -> Link:
    """The tracking link of one order, asked for now; the ledger keeps it only if the account says so.

    Raises UsageError where the system gives none, SetupError and DestinationUnavailable as readers do.
    """
    asked = meant(parts, text, account)
    line = parts.line(asked.account)
    found = ask_link(parts, line, asked.reference or asked.key)
    if isinstance(found, Failure):
        raise _error(line.account, found)
    if line.keep_links and asked.order_id is not None:
        parts.ledger.keep_links({asked.order_id: found.url})
    return found


def ask_link(parts: Parts, line: Line, reference: str) -> Link | Failure:
    """One link, at the pace of the account. Raises UsageError for a destination that gives none."""
    if not isinstance(line.carrier, Linking):
        raise UsageError(
            f"{line.destination.name} gives no tracking links of its own.",
            next_step="`orderdrop orders view` shows the carriers' pages that it knows.",
        )
    while (wait := line.pace.take()) > 0.0 and not parts.stop.is_set():
        parts.sleep(wait)
    return line.carrier.link(reference)


def _error(account: str, failure: Failure) -> OrderdropError:
    message = f"Account {account}: {failure.message}."
    if failure.kind in _FOR_OPS:
        return SetupError(message, next_step="Mend the account in orderdrop.yaml, then ask again.")
    if failure.kind is FailureKind.LOST_TICKET:
        return UsageError(message, next_step="Check the number and the account.")
    return DestinationUnavailable(message, next_step="Nothing was changed; ask again later.")
