"""Live progress keeps nobody waiting when the console stops."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.console.site import Site, running
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pipeline.batches.imports import begin
from orderdrop.pipeline.drops import keep_local
from orderdrop.pipeline.leases import leased
from orderdrop.web.live import follow


def _waiting_batch(site: Site) -> str:
    """A batch that is registered and that nobody works on."""
    parts = site.console.parts
    file = site.folder / "waits.csv"
    file.write_text("Order;SKU;Qty\nL1-A;X;1\n")
    batch, _ = begin(
        parts, keep_local(parts, file, name="waits.csv", feed="acme"), parts.mapping("small"), "local"
    )
    return batch.id


def test_who_follows_a_batch_is_let_go_when_the_console_stops(judge: Judge, tmp_path: Path) -> None:
    with running(tmp_path, judge.base_url) as site:
        batch = _waiting_batch(site)

        async def look() -> list[bytes]:
            seen = []
            async for event in follow(site.console, batch):
                seen.append(event)
                site.console.closing.set()
            return seen

        (only,) = asyncio.run(look())
    assert only.startswith(b"event: progress\n")


class _Counting:
    """A ledger that counts how often it is asked for a batch."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.asked = 0

    def batch(self, batch_id: str) -> Batch | None:
        self.asked += 1
        return self._ledger.batch(batch_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def test_twenty_who_follow_a_batch_ask_the_ledger_as_often_as_one(judge: Judge, tmp_path: Path) -> None:
    with running(tmp_path, judge.base_url) as site:
        batch = _waiting_batch(site)
        counting = _Counting(site.console.parts.ledger)
        parts = replace(site.console.parts, ledger=counting, monotonic=lambda: 100.0)
        console = replace(site.console, parts=parts)

        async def first_of_twenty() -> list[bytes]:
            return await asyncio.gather(*(anext(follow(console, batch)) for _ in range(20)))

        told = asyncio.run(first_of_twenty())
    assert len(set(told)) == 1
    assert counting.asked == 1


def test_a_batch_that_a_poll_took_up_first_is_followed_and_nobody_is_alarmed(
    judge: Judge, tmp_path: Path
) -> None:
    with running(tmp_path, judge.base_url) as site:
        batch, ops = _waiting_batch(site), site.browser(Role.OPS)
        with leased(site.console.parts, f"batch:{batch}"):
            site.console.work_on(batch)
            while site.console.jobs.standing(f"batch:{batch}").under_way:
                time.sleep(0.01)
            page = ops.get(f"/batches/{batch}").text
    assert "At work" in page
    assert "Another orderdrop" not in page
