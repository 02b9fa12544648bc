"""All that the command line prints: data on stdout, talk on stderr."""

import contextlib
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from orderdrop.core.neutral import printable
from orderdrop.core.rows import told
from orderdrop.ledger.ledger import Attempt, Batch, FoundOrder, RejectedOrder
from orderdrop.reports.page import sentence, where
from orderdrop.reports.receipt import Receipt, problem_entry

PIPE_WIDTH = 200
NEVER_BUILT = "In this batch it never became an order to send: there is no payload."
PROBLEMS_SHOWN = 12
_COLOURS = {
    "accepted": "green", "unchanged": "green", "rejects": "yellow", "held": "yellow", "pending": "yellow", "unfinished": "yellow",
    "unsent": "yellow", "rejected": "red", "refused": "red", "failed": "red", "stuck": "red", "unbalanced": "red bold",
}  # fmt: skip


def out() -> Console:
    """Where data goes; a pipe or a file has room for the widest table."""
    terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout, soft_wrap=not terminal, highlight=False, width=None if terminal else PIPE_WIDTH
    )


def talk(message: str) -> None:
    """Say something to the person, on stderr."""
    _to_stderr(_text(message))


def complain(message: str) -> None:
    """Say what went wrong, on stderr."""
    _to_stderr(_text(message, "red"))


def _to_stderr(text: Text) -> None:
    # where the disk behind it is full, the exit code still says how it went
    with contextlib.suppress(OSError):
        Console(file=sys.stderr, highlight=False, soft_wrap=True).print(text)


def _text(message: object, style: str = "") -> Text:
    """Text from outside for a terminal: no markup is read in it, and control characters are written out."""
    return Text(printable(str(message), keep="\n"), style)


def as_json(value: Any) -> None:
    """Print a value for programs."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def receipt(shown: Receipt) -> None:
    """Print a receipt: the books as a table, the problems, where the reports lie."""
    console = out()
    status = shown["status"]
    console.print()
    console.print(
        Text.assemble(
            _text(shown["drop"]["name"], "bold"),
            "  ",
            (status, _COLOURS.get(status, "")),
            "  ",
            sentence(status),
        )
    )
    if shown["remarks"]:
        console.print(_text(shown["remarks"]))
    console.print(books(shown))
    console.print(*_problems(shown["problems"]), sep="\n")
    for kind, label in (
        ("rejects_xlsx", "reject report"),
        ("rejects_csv", "the same as CSV"),
        ("accepted", "accepted orders"),
        ("receipt", "receipt"),
    ):
        path = shown["reports"].get(kind)
        if path:
            console.print(Text.assemble((f"  {label:<16}", "dim"), path))
    console.print(Text.assemble((f"  {'batch':<16}", "dim"), shown["batch"]))


def chain(batches: Sequence[Batch], shown: Batch) -> None:
    """Print the batches that continue each other, where there are several."""
    for one in batches if len(batches) > 1 else ():
        here = (
            "this one"
            if one.id == shown.id
            else "rerun"
            if one.scope
            else "correction"
            if one.parent_id
            else "first"
        )
        out().print(
            Text.assemble(
                (f"  {here:<16}", "dim"), one.id, "  ", (one.status.value, _COLOURS.get(one.status.value, "")),
                _text(f"  {one.drop.name}"),
            )
        )  # fmt: skip


def rehearsed(shown: Receipt) -> None:
    """Print what a rerun would begin with: the books and the problems."""
    console = out()
    console.print(Text.assemble(_text(shown["drop"]["name"], "bold"), "  nothing was sent"))
    console.print(_text(shown["remarks"]))
    console.print(books(shown))
    console.print(*_problems(shown["problems"]), sep="\n")


def books(shown: Receipt) -> Table:
    """The books of a receipt: every fate of rows and orders; fits on 80 columns up to eight digits a count."""
    fates = ("ignored", "rejected", "held", "unchanged", "accepted", "refused", "pending", "unsent")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)  # nine counts fit on 80 columns
    table.add_column("")
    table.add_column("all", justify="right")
    for fate in fates:
        table.add_column(fate, justify="right")
    for name, first in (("rows", "read"), ("orders", "built")):
        counts = shown[name]
        cells = [str(counts[first])]
        for fate in fates:
            count = counts.get(fate)
            cells.append(
                "" if count is None else f"[{_COLOURS.get(fate, 'none')}]{count}[/]" if count else "[dim]0[/]"
            )
        table.add_row(name, *cells)
    return table


def _problems(problems: Sequence[dict[str, Any]]) -> Iterable[Text]:
    for problem in problems[:PROBLEMS_SHOWN]:
        said_by = "the API says" if problem["raised_by"] == "api" else "our check"
        yield Text.assemble(
            _text("  " + where(problem), "bold"), (f" ({said_by}) ", "dim"), _text(problem["message"])
        )
    if len(problems) > PROBLEMS_SHOWN:
        yield Text(f"  and {len(problems) - PROBLEMS_SHOWN:,} more: --json shows them all.", "dim")


def batches(listed: Sequence[tuple[Batch, Receipt]]) -> None:
    """Print batches, newest first, one a line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in (
        "batch",
        "drop",
        "feed",
        "mapping",
        "account",
        "arrived",
        "status",
        "rows",
        "accepted",
        "back",
        "unsent",
    ):
        table.add_column(
            column,
            justify="right" if column in ("rows", "accepted", "back", "unsent") else "left",
            overflow="fold",
        )
    for batch, shown in listed:
        rows = shown["rows"]
        back = rows["rejected"] + rows["refused"] + rows["held"]
        table.add_row(
            batch.id, _text(batch.drop.name), batch.drop.feed or "-", batch.mapping, batch.account,
            f"{batch.drop.arrived_at:%Y-%m-%d %H:%M}", f"[{_COLOURS.get(batch.status.value, 'none')}]{batch.status.value}[/]",
            str(rows["read"]), str(rows["accepted"] + rows["unchanged"]), str(back), str(rows["unsent"] + rows["pending"]),
        )  # fmt: skip
    if listed:
        out().print(table)
    else:
        talk("No batches yet.")


def found_orders(found: Sequence[tuple[FoundOrder, Sequence[Attempt]]]) -> None:
    """Print orders with their file, rows, attempts and answers."""
    console = out()
    for hit, attempts in found:
        order, batch = hit.order, hit.batch
        title = Text.assemble(
            _text(order.key, "bold"), "  ", (order.fate.value, _COLOURS.get(order.fate.value, "")),
            _text(f"  rows {told(order.lineage.rows)} of {batch.drop.name}"), (f"  batch {batch.id}", "dim"),
        )  # fmt: skip
        lines = [
            Text.assemble(
                f"  {attempt.started_at:%Y-%m-%d %H:%M:%S}  {attempt.outcome.value if attempt.outcome else 'under way'}",
                f"  HTTP {attempt.http_status}" if attempt.http_status else "",
                _text(f"  {attempt.message}" if attempt.message else ""),
            )
            for attempt in attempts
        ]
        console.print(Group(title, *lines))


def rejected_orders(found: Iterable[RejectedOrder]) -> None:
    """Print orders that our checks rejected, with what is wrong."""
    console = out()
    for one in found:
        title = Text.assemble(
            _text(one.key, "bold"), "  ", ("rejected", _COLOURS["rejected"]),
            _text(f"  {one.batch.drop.name}"), (f"  batch {one.batch.id}", "dim"),
        )  # fmt: skip
        console.print(title, *_problems([problem_entry(problem) for problem in one.problems]), sep="\n")
        if one.count > len(one.problems):
            rest = f"  and {one.count - len(one.problems):,} more: orderdrop rejects {one.batch.id} -o rejects.xlsx"
            console.print(Text(rest, "dim"))
        console.print(Text(f"  {NEVER_BUILT}"))


def demo_ended(folder: Any, files: Sequence[str]) -> None:
    """Say what the demo leaves to look into."""
    console = out()
    console.print(Text(f"\nWhat the warehouse finds on its SFTP server (below {folder}):", "bold"))
    for file in files:
        console.print(Text(f"  {file}"))
    console.print(Text("\nLook further:", "bold"))
    console.print(Text(f"  cd {folder} && orderdrop batches list && orderdrop orders find AC-10441"))


def found_entry(hit: FoundOrder, attempts: Sequence[Attempt]) -> dict[str, Any]:
    """One found order for programs; the payload as it was or would be sent."""
    order, batch = hit.order, hit.batch
    return {
        "order": order.key,
        "fate": order.fate.value,
        "reference": order.reference,
        "rows": list(order.lineage.rows),
        "batch": batch.id,
        "drop": batch.drop.name,
        "account": batch.account,
        "payload": json.loads(order.payload) if order.payload else None,
        "attempts": [
            {
                "started_at": attempt.started_at.isoformat(),
                "finished_at": attempt.finished_at.isoformat() if attempt.finished_at else None,
                "outcome": attempt.outcome.value if attempt.outcome else None,
                "http_status": attempt.http_status,
                "message": attempt.message,
            }
            for attempt in attempts
        ],
    }


def rejected_entry(found: RejectedOrder) -> dict[str, Any]:
    """One rejected order for programs, with the keys of any found order; there is nothing of it to send.

    `rows` are those that the problems name.
    """
    batch = found.batch
    return {
        "order": found.key,
        "fate": "rejected",
        "reference": None,
        "rows": sorted({cell.row for problem in found.problems for cell in problem.cells}),
        "batch": batch.id,
        "drop": batch.drop.name,
        "account": batch.account,
        "payload": None,
        "attempts": [],
        "problems": [problem_entry(problem) for problem in found.problems],
        "problem_count": found.count,
    }


def texts(shown: Iterable[Text]) -> None:
    """Print texts as data, each at once."""
    for one in shown:
        out().print(one)


def lines(text: Iterable[str]) -> None:
    """Print plain lines as data, at once."""
    for line in text:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
