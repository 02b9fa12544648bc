"""What waits for which account, why, and until when: for whoever asks why an order is not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from orderdrop.core.outcomes import BatchStatus, Counts
from orderdrop.core.policy import StopReason
from orderdrop.delivery.telling import step
from orderdrop.ledger.accounts import AccountState, by_our_clock
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pipeline.parts import Parts

WHY = {
    StopReason.CREDENTIALS: "its key is not accepted",
    StopReason.PAYMENT: "it is not paid for",
    StopReason.FORBIDDEN: "its key may not write orders",
    StopReason.MISCONFIGURED: "its address is not known there",
    StopReason.THROTTLED: "it was asked to slow down again and again",
    StopReason.OUTAGE: "the API does not work",
}
"""Why nothing is sent to an account, in words."""

_FOR_A_PERSON = (BatchStatus.HELD, BatchStatus.STUCK, BatchStatus.UNBALANCED, BatchStatus.UNFINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One account that is not sent to at this moment, or that batches still wait for.

    `reason` is None when it works again or only paused (`paused_until`, as the API asked). `next_try_at` is when one
    order asks again; None while one does. `step` is what ops do about it, empty where nothing waits or is wrong.
    `batches` with `orders` wait and go by themselves.
    """

    account: str
    reason: StopReason | None
    detail: str
    since: datetime | None
    next_try_at: datetime | None
    step: str
    paused_until: datetime | None
    batches: int
    orders: int


def waits(parts: Parts) -> list[Waits]:
    """Every account that something waits for or that is not sent to, by name."""
    now = parts.clock()
    waiting: dict[str, list[Batch]] = {}
    for batch in parts.ledger.waiting():
        waiting.setdefault(batch.account, []).append(batch)
    books = parts.ledger.counts_of([batch.id for batches in waiting.values() for batch in batches])
    known = {state.account: by_our_clock(state, now) for state in parts.ledger.account_states()}
    found = [
        _waits(known.get(account, AccountState(account=account)), waiting.get(account, []), books, now)
        for account in sorted(known.keys() | waiting.keys())
    ]
    return [one for one in found if one.reason or one.paused_until or one.batches]


def stopped(parts: Parts) -> list[Waits]:
    """Accounts that are stopped while batches wait for them. Where none is stopped, that costs one look at the accounts."""
    if not any(state.reason for state in parts.ledger.account_states()):
        return []
    return [one for one in waits(parts) if one.reason and one.batches]


def in_words(waits: Waits) -> str:
    """Why nothing is sent to an account, until when, and what waits for it."""
    return " ".join(part for part in (_state(waits), _pause(waits), waits.step, _waiting(waits)) if part)


def for_a_person(ledger: Ledger, *, limit: int) -> Iterator[Batch]:
    """Batches that only a person can go on with, newest first, of the newest that might be."""
    for batch in ledger.batches(limit=limit, statuses=_FOR_A_PERSON):
        # what waits for its account goes by itself, and what has a rerun or a correction somebody has seen to
        if batch.waits_since is None and not ledger.children(batch.id):
            yield batch


def _waits(state: AccountState, batches: list[Batch], books: Mapping[str, Counts], now: datetime) -> Waits:
    paused = state.paused_until if state.paused_until and state.paused_until > now else None
    reason = StopReason(state.reason) if state.reason else None
    return Waits(
        account=state.account,
        reason=reason,
        detail=state.detail,
        since=state.since,
        next_try_at=None if state.probing_since else state.probe_at,
        step=step(reason, batches[0]) if reason and batches else "",
        paused_until=paused,
        batches=len(batches),
        orders=sum(books[batch.id].orders.unsent for batch in batches),
    )


def _state(waits: Waits) -> str:
    if waits.reason is None:
        return "" if waits.paused_until else f"Account {waits.account} may be sent to."
    said = f" It said: {waits.detail.strip().rstrip('.')}." if waits.detail else ""
    asks = (
        f"One order asks again at {_moment(waits.next_try_at)}."
        if waits.next_try_at is not None
        else "One order asks again at this moment."
    )
    since = f" since {_moment(waits.since)}" if waits.since else ""
    return f"Account {waits.account} is not sent to{since}: {WHY[waits.reason]}.{said} {asks}"


def _pause(waits: Waits) -> str:
    if waits.paused_until is None:
        return ""
    return f"The API asked account {waits.account} for silence until {_moment(waits.paused_until)}."


def _waiting(waits: Waits) -> str:
    if not waits.batches:
        return ""
    batches = "1 batch waits" if waits.batches == 1 else f"{waits.batches:,} batches wait"
    orders = "1 order" if waits.orders == 1 else f"{waits.orders:,} orders"
    return f"{batches} for it with {orders}; `orderdrop serve` or the next `orderdrop run` sends what waits."


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "some time"
