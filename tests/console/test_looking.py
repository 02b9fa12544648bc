"""Looking at a file before it is sent is nothing that happens: the log of `serve` has no word of it."""

from dataclasses import replace

from tests.console.site import Site

from orderdrop.core.progress import Event
from orderdrop.pipeline.drops import keep_local
from orderdrop.pipeline.uploads.sheet import look


def test_who_looks_at_a_file_puts_no_batch_into_the_log(site: Site) -> None:
    told: list[Event] = []
    parts = replace(site.console.parts, watcher=lambda event: told.append(event))
    file = site.folder / "looked-at.csv"
    file.write_text("Order;SKU;Qty\nK1-A;X;1\n")
    seen = look(parts, keep_local(parts, file, name="looked-at.csv", feed="acme"), parts.mapping("small"))
    assert seen.receipt["rows"]["read"] == 1
    assert [event.batch for event in told if event.batch] == []
