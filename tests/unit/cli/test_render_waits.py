"""What ops read about an account that is not sent to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderdrop.cli.render_waits import entry, in_words
from orderdrop.core.policy import StopReason
from orderdrop.pipeline.batches.waiting import Waits

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)


def waits(**facts: Any) -> Waits:
    usual: dict[str, Any] = {
        "account": "shop-eu",
        "reason": StopReason.OUTAGE,
        "detail": "Shipup could not be reached",
        "since": NOW,
        "next_try_at": NOW + timedelta(minutes=15),
        "paused_until": None,
        "batches": 2,
        "orders": 1412,
    }
    return Waits(**usual | facts)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param(
            {},
            "Account shop-eu is not sent to since 2026-11-22 02:10:00 UTC: the API does not work. It said: Shipup could not "
            "be reached. One order asks again at 2026-11-22 02:25:00 UTC. 2 batches wait for it with 1,412 orders; "
            "`orderdrop serve` or the next `orderdrop run` sends what waits.",
            id="an-outage",
        ),
        pytest.param(
            {"reason": StopReason.CREDENTIALS, "detail": "", "next_try_at": None, "batches": 0, "orders": 0},
            "Account shop-eu is not sent to since 2026-11-22 02:10:00 UTC: its key is not accepted. One order asks again at "
            "this moment.",
            id="asked-at-this-moment",
        ),
        pytest.param(
            {"reason": None, "batches": 1, "orders": 1},
            "Account shop-eu may be sent to. 1 batch waits for it with 1 order; `orderdrop serve` or the next "
            "`orderdrop run` sends what waits.",
            id="about-to-go",
        ),
        pytest.param(
            {"reason": None, "paused_until": NOW, "batches": 0},
            "The API asked account shop-eu for silence until 2026-11-22 02:10:00 UTC.",
            id="a-silence",
        ),
    ],
)
def test_an_account_is_told_with_its_cause_its_next_try_and_what_waits(
    facts: dict[str, Any], said: str
) -> None:
    assert in_words(waits(**facts)) == said


@pytest.mark.parametrize("reason", StopReason)
def test_every_reason_has_its_words(reason: StopReason) -> None:
    assert in_words(waits(reason=reason)).count(": ") == 2


def test_programs_get_the_same() -> None:
    assert entry(waits()) == {
        "account": "shop-eu",
        "reason": "outage",
        "said": "Shipup could not be reached",
        "since": "2026-11-22T02:10:00Z",
        "next_try_at": "2026-11-22T02:25:00Z",
        "paused_until": None,
        "batches": 2,
        "orders": 1412,
    }
