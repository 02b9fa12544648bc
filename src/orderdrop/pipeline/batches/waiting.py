"""What waits for which account, why, and until when: for whoever asks why an order is not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.policy import StopReason
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
    order asks again; None while one does. `batches` with `orders` wait and go by themselves.
    """

    account: str
    reason: StopReason | None
    detail: str
    since: datetime | None
    next_try_at: datetime | None
    paused_until: datetime | None
    batches: int
    orders: int


def waits(parts: Parts) -> list[Waits]:
    """Every account that something waits for or that is not sent to, by name."""
    now = parts.clock()
    waiting: dict[str, list[Batch]] = {}
    for batch in parts.ledger.waiting():
        waiting.setdefault(batch.account, []).append(batch)
    known = {state.account: by_our_clock(state, now) for state in parts.ledger.account_states()}
    found = [
        _waits(parts, known.get(account, AccountState(account=account)), waiting.get(account, []), now)
        for account in sorted(known.keys() | waiting.keys())
    ]
    return [one for one in found if one.reason or one.paused_until or one.batches]


def for_a_person(ledger: Ledger, *, limit: int) -> Iterator[Batch]:
    """Batches that only a person can go on with, newest first, of the newest that might be."""
    for batch in ledger.batches(limit=limit, statuses=_FOR_A_PERSON):
        # what waits for its account goes by itself, and what has a rerun or a correction somebody has seen to
        if batch.waits_since is None and not ledger.children(batch.id):
            yield batch


def _waits(parts: Parts, state: AccountState, batches: list[Batch], now: datetime) -> Waits:
    paused = state.paused_until if state.paused_until and state.paused_until > now else None
    return Waits(
        account=state.account,
        reason=StopReason(state.reason) if state.reason else None,
        detail=state.detail,
        since=state.since,
        next_try_at=None if state.probing_since else state.probe_at,
        paused_until=paused,
        batches=len(batches),
        orders=sum(parts.ledger.counts(batch.id).orders.unsent for batch in batches),
    )
