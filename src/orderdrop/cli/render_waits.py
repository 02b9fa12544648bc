"""Accounts that are not sent to, for programs."""

from typing import Any

from orderdrop.pipeline.batches.waiting import Waits
from orderdrop.reports.receipt import iso


def entry(waits: Waits) -> dict[str, Any]:
    """Why nothing is sent to an account, until when, and what waits for it."""
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
