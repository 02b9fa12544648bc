"""Live progress keeps nobody waiting when the console stops."""

import asyncio
from pathlib import Path

from tests.console.site import Site, running
from tests.integration.judge import Judge

from orderdrop.pipeline.batches.imports import begin
from orderdrop.pipeline.drops import keep_local
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
