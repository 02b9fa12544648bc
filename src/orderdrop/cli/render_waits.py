"""Accounts that are not sent to, in words."""

from datetime import UTC, datetime
from typing import Any

from orderdrop.pipeline.batches.waiting import WHY, Waits
from orderdrop.reports.receipt import iso


def in_words(waits: Waits) -> str:
    """Why nothing is sent to an account, until when, and what waits for it."""
    return " ".join(part for part in (_state(waits), _pause(waits), _waiting(waits)) if part)


def entry(waits: Waits) -> dict[str, Any]:
    """The same for programs."""
    return {
        "account": waits.account,
        "reason": waits.reason.value if waits.reason else None,
        "said": waits.detail,
        "since": iso(waits.since),
        "next_try_at": iso(waits.next_try_at),
        "paused_until": iso(waits.paused_until),
        "batches": waits.batches,
        "orders": waits.orders,
    }


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
