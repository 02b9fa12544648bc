"""What is printed."""

import io
from typing import Any

import pytest
from rich.console import Console

from orderdrop.cli import render

RECEIPT: dict[str, Any] = {
    "batch": "b-20261122-193000-7k3fq2",
    "status": "rejects",
    "drop": {"name": "orders [red].csv"},
    "remarks": "",
    "rows": dict.fromkeys(
        ("read", "ignored", "rejected", "held", "unchanged", "accepted", "refused", "pending", "unsent"), 0
    )
    | {"read": 2_345_678, "accepted": 2_345_677, "rejected": 1},
    "orders": dict.fromkeys(("built", "held", "unchanged", "accepted", "refused", "pending", "unsent"), 0),
    "problems": [
        {
            "row": 3, "column": "Qty", "cells": [{"row": 3, "column": "Qty"}], "raised_by": "check", "order": None,
            "message": "Qty is \"[bold]\x1b[2Jtwo\".",
        }
    ],
    "reports": {},
}  # fmt: skip


def test_names_and_messages_are_neither_markup_nor_control_sequences(
    capsys: pytest.CaptureFixture[str],
) -> None:
    render.receipt(RECEIPT)
    shown = capsys.readouterr().out
    assert "orders [red].csv  rejects" in shown
    assert 'Qty is "[bold]\\x1b[2Jtwo".' in shown
    assert "\x1b" not in shown


def test_problems_that_are_not_printed_are_counted_and_can_be_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    render.receipt(RECEIPT | {"problems": RECEIPT["problems"] * (render.PROBLEMS_SHOWN + 1_234)})
    shown = capsys.readouterr().out
    assert shown.count("Qty is") == render.PROBLEMS_SHOWN
    assert "  and 1,234 more: --json shows them all." in shown


def test_the_books_fit_on_a_terminal_of_eighty_columns() -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(render.books(RECEIPT))
    shown = console.export_text()
    assert all(fate in shown for fate in RECEIPT["rows"] if fate != "read")
    assert "2345677" in shown


def test_talk_and_complaints_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    render.talk("Working [in] it.")
    render.complain("It broke:\n  here")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "Working [in] it.\nIt broke:\n  here\n")
