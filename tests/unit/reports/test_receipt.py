"""The receipt: its public keys, and its forms for people."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.unit.reports.small import ledger_with, problem

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Problem
from orderdrop.reports.page import as_html, as_text, sentence, where
from orderdrop.reports.receipt import Receipt, receipt_of

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


def _receipt(**facts: Any) -> Receipt:
    ledger, batch = ledger_with(**facts)
    return receipt_of(ledger, batch, {"rejects_csv": "r.csv", "rejects_xlsx": None, "receipt": "r.json"})


def test_the_public_keys_are_the_documented_ones() -> None:
    receipt = _receipt(problems=[problem(2, "Qty", "blank", value="")])
    documented = {
        "batch", "status", "drop", "mapping", "destination", "account", "rows", "orders", "problems", "reports", "seconds",
    }  # fmt: skip
    assert set(receipt) == documented | {"remarks", "parent", "created_at", "finished_at"}
    assert set(receipt["drop"]) == {"name", "sha256", "size", "feed", "arrived_at"}
    assert set(receipt["mapping"]) == {"name", "digest"}
    assert list(receipt["rows"]) == [
        "read", "ignored", "rejected", "held", "unchanged", "accepted", "refused", "pending", "unsent",
    ]  # fmt: skip
    assert list(receipt["orders"]) == [
        "built",
        "held",
        "unchanged",
        "accepted",
        "refused",
        "pending",
        "unsent",
    ]
    assert set(receipt["problems"][0]) == {
        "code", "message", "row", "column", "value", "order", "path", "raised_by", "owner", "cells", "severity",
    }  # fmt: skip


def test_what_to_do_about_a_held_batch_is_told_only_while_it_is_held() -> None:
    ledger, batch = ledger_with()
    held, sent = (
        receipt_of(ledger, replace(batch, status=status, remarks="5 of 6 rows are bad."), {})["remarks"]
        for status in (BatchStatus.HELD, BatchStatus.REJECTS)
    )
    assert held.startswith("5 of 6 rows are bad. Nothing was sent.")
    assert f"`orderdrop batches release {batch.id}`" in held
    assert f"`orderdrop batches discard {batch.id}`" in held
    assert sent == "5 of 6 rows are bad."


def test_times_are_iso_8601_with_their_zone() -> None:
    receipt = _receipt()
    assert (
        receipt["created_at"]
        == receipt["finished_at"]
        == receipt["drop"]["arrived_at"]
        == "2026-11-22T19:30:00Z"
    )


def test_orders_that_are_on_their_way_count_as_unsent() -> None:
    receipt = _receipt(
        read=3,
        orders={"A": (OrderFate.READY, [2]), "B": (OrderFate.SENDING, [3]), "C": (OrderFate.ACCEPTED, [4])},
    )
    assert (receipt["rows"]["unsent"], receipt["rows"]["accepted"], receipt["orders"]["built"]) == (2, 1, 3)


@pytest.mark.parametrize("status", list(BatchStatus))
def test_every_status_has_a_sentence(status: BatchStatus) -> None:
    assert sentence(status.value).endswith(".")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(problem(None, None, "m"), "the file", id="whole-file"),
        pytest.param(problem(7, None, "m"), "row 7", id="row"),
        pytest.param(problem(7, "Qty", "m"), "row 7, column Qty", id="cell"),
        pytest.param(problem(7, "Qty", "m", rows=[3, 7]), "rows 3, 7, column Qty", id="two-rows"),
        pytest.param(
            problem(1, "Qty", "m", rows=range(2, 9)),
            "rows 1, 2, 3, 4, 5 and 3 more, column Qty",
            id="many-rows",
        ),
    ],
)
def test_a_place_is_said_as_people_say_it(found: Problem, said: str) -> None:
    assert where(_receipt(problems=[found])["problems"][0]) == said


def test_the_text_form_adds_up_and_names_every_problem() -> None:
    text = as_text(
        _receipt(
            read=3,
            rejected=[3],
            orders={"A": (OrderFate.ACCEPTED, [2, 4])},
            problems=[problem(3, "Qty", "Qty is blank.")],
        )
    )
    assert "  rows         3 read = 1 rejected + 2 accepted\n" in text
    assert "  orders       1 built = 1 accepted\n" in text
    assert text.endswith("Problems\n  row 3, column Qty: Qty is blank.\n")


def test_many_problems_are_counted_by_kind_and_the_rest_is_counted() -> None:
    many = [problem(row, "SKU", f"SKU {row} is not known.") for row in range(2, 10_000)]
    receipt = _receipt(problems=[*many, problem(3, "Qty", "Qty is blank.")])
    text, html = as_text(receipt), as_html(receipt)
    assert "  9,998 x required in column SKU, such as: SKU 2 is not known.\n" in text
    assert "  1 x required in column Qty, such as: Qty is blank.\n" in text
    assert text.endswith("  and 9,799 more: see the reject report.\n")
    assert html.count("<tr><td>") == 200
    assert "And 9,799 more: see the reject report." in html
    assert "<code>required</code> 9,999" in html


def test_the_page_escapes_whatever_comes_from_outside() -> None:
    ledger, batch = ledger_with(
        name=HOSTILE, rejected=[2], problems=[problem(2, HOSTILE, HOSTILE, order=HOSTILE, value=HOSTILE)]
    )
    html = as_html(receipt_of(ledger, batch, {}))
    tags = _tags(html)
    assert "script" not in tags
    assert "img" not in tags
    assert html.count("&lt;script&gt;alert(1)") >= 5


def test_the_page_stands_by_itself_without_scripts_and_outside_resources() -> None:
    html = as_html(_receipt(rejected=[2], problems=[problem(2, "Qty", "m")]))
    assert html.startswith("<!doctype html>")
    assert not _tags(html) & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"https?://|@import|url\(", html)


def _tags(html: str) -> set[str]:
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add(tag)
            assert not [name for name, _ in attrs if name.startswith("on")]

    Reader().feed(html)
    return found
