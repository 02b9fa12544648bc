"""What programs read about an account that is not sent to."""

from datetime import UTC, datetime, timedelta

from orderdrop.cli.render_waits import entry
from orderdrop.core.policy import StopReason
from orderdrop.pipeline.batches.waiting import Waits

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)


def test_programs_get_what_people_are_told() -> None:
    waits = Waits(
        account="shop-eu",
        reason=StopReason.OUTAGE,
        detail="Shipup could not be reached",
        since=NOW,
        next_try_at=NOW + timedelta(minutes=15),
        step="",
        paused_until=None,
        batches=2,
        orders=1412,
    )
    assert entry(waits) == {
        "account": "shop-eu",
        "reason": "outage",
        "said": "Shipup could not be reached",
        "since": "2026-11-22T02:10:00Z",
        "next_try_at": "2026-11-22T02:25:00Z",
        "paused_until": None,
        "batches": 2,
        "orders": 1412,
    }
