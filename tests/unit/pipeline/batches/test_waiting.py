"""What ops read about an account that is not sent to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.ledger.facts import an_order
from tests.unit.pipeline.telling.watching import World

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.policy import StopReason
from orderdrop.ledger.accounts import AccountState
from orderdrop.pipeline.batches.waiting import Waits, in_words, stopped

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)


def waits(**facts: Any) -> Waits:
    usual: dict[str, Any] = {
        "account": "shop-eu",
        "reason": StopReason.OUTAGE,
        "detail": "Shipup could not be reached",
        "since": NOW,
        "next_try_at": NOW + timedelta(minutes=15),
        "step": "It is asked again.",
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
            "be reached. One order asks again at 2026-11-22 02:25:00 UTC. It is asked again. 2 batches wait for it with "
            "1,412 orders; `orderdrop serve` or the next `orderdrop run` sends what waits.",
            id="an-outage",
        ),
        pytest.param(
            {"reason": StopReason.CREDENTIALS, "detail": "", "next_try_at": None, "step": "", "batches": 0},
            "Account shop-eu is not sent to since 2026-11-22 02:10:00 UTC: its key is not accepted. One order asks again at "
            "this moment.",
            id="asked-at-this-moment",
        ),
        pytest.param(
            {"reason": None, "step": "", "batches": 1, "orders": 1},
            "Account shop-eu may be sent to. 1 batch waits for it with 1 order; `orderdrop serve` or the next "
            "`orderdrop run` sends what waits.",
            id="about-to-go",
        ),
        pytest.param(
            {"reason": None, "step": "", "paused_until": NOW, "batches": 0},
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


def test_an_account_is_stopped_for_people_while_batches_wait_for_it(tmp_path: Path) -> None:
    world = World(workdir=tmp_path)
    stop = AccountState(account="shop-eu", reason="credentials", detail="401", since=world.now)
    assert stopped(world.parts) == []
    world.ledger.change_account("shop-eu", lambda _: stop)
    assert stopped(world.parts) == [], "nothing waits"
    for number in (1, 2):
        batch = world.drop(number, BatchStatus.UNFINISHED, waits_since=world.now)
        world.ledger.add_orders(batch, [an_order(at, batch, fate=OrderFate.UNSENT) for at in range(number)])
    (one,) = stopped(world.parts)
    assert (one.account, one.batches, one.orders) == ("shop-eu", 2, 3)
    assert one.step == "Correct the account's key in the settings and start `orderdrop serve` again."
    world.ledger.change_account("shop-eu", lambda _: AccountState(account="shop-eu"))
    assert stopped(world.parts) == [], "it works again, and what waits goes by itself"
