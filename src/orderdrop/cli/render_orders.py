"""How orders that were read back are printed: as a table that grows as they come in, JSON lines, CSV, or one as a page."""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console
from rich.text import Text

from orderdrop.cli import render
from orderdrop.core.neutral import neutralise, printable
from orderdrop.reports.page import where

if TYPE_CHECKING:
    from orderdrop.destinations.readback import Contents, OrderView, ParcelView
    from orderdrop.pipeline.reading import Fetched

PROBLEMS_SHOWN = 20
UNREAD_SHOWN = 8
_NARROW = {"order": 15, "ordered": 10, "carrier": 9, "parcel": 20, "status": 11, "expected": 10}  # 80 columns
_WIDE = {"order": 20, "ordered": 10, "carrier": 14, "parcel": 24, "status": 18, "expected": 10, "email": 34}
_CSV = (
    *("order", "reference", "email", "ordered_at", "order_status", "address", "tracking_number", "carrier"),
    *("status", "expected_delivery", "last_event_at", "last_event", "contents"),
)


def fetched(found: "Iterator[Fetched]", limit: int | None, form: str) -> int:
    """Print orders as they come in; how many there were."""
    wanted = islice(found, limit)
    if form == "jsonl":
        return _json_lines(wanted)
    return _csv(wanted) if form == "csv" else _table(wanted)


def _json_lines(found: "Iterable[Fetched]") -> int:
    count = 0
    for one in found:
        count += 1
        sys.stdout.write(orjson.dumps(one.told, default=str).decode() + "\n")
        sys.stdout.flush()
    return count


def _csv(found: "Iterable[Fetched]") -> int:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    count = 0
    for count, one in enumerate(found, start=1):
        if count == 1:
            writer.writerow(_CSV)
        for parcel in one.view.parcels or (None,):
            writer.writerow([neutralise(cell) for cell in _cells(one.view, parcel)])
        sys.stdout.flush()
    return count


def _cells(shown: "OrderView", parcel: "ParcelView | None") -> Iterator[str]:
    yield shown.number or ""
    yield shown.reference or ""
    yield shown.email or ""
    yield shown.ordered_at.isoformat() if shown.ordered_at else ""
    yield shown.status or ""
    yield ", ".join(shown.address)
    yield (parcel and parcel.tracking_number) or ""
    yield (parcel and parcel.carrier) or ""
    yield (parcel and parcel.status) or ""
    yield (parcel and parcel.expected_delivery) or ""
    latest = parcel.events[-1] if parcel and parcel.events else None
    yield latest.at.isoformat() if latest and latest.at else ""
    yield latest.text if latest else ""
    yield "; ".join(map(_amount, parcel.contents if parcel else shown.contents))


def _table(found: "Iterable[Fetched]") -> int:
    console = render.out()
    widths = _WIDE if console.width >= sum(_WIDE.values()) + len(_WIDE) - 1 else _NARROW
    count = 0
    for count, one in enumerate(found, start=1):
        if count == 1:
            _line(console, {name: name for name in widths}, widths, "bold")
        for index, parcel in enumerate(one.view.parcels or (None,)):
            _line(console, _row(one.view, parcel, first=index == 0), widths)
    return count


def _row(shown: "OrderView", parcel: "ParcelView | None", *, first: bool) -> dict[str, str]:
    """One line: a parcel, led by its order on the first; an order without parcels shows where it stands itself."""
    ordered = shown.ordered_at
    return {
        "order": (shown.number or shown.reference or "?") if first else "",
        "ordered": f"{ordered:%Y-%m-%d}" if first and ordered else "",
        "carrier": (parcel and parcel.carrier) or "",
        "parcel": (parcel and parcel.tracking_number) or "",
        "status": (parcel.status if parcel else shown.status) or "",
        "expected": ((parcel and parcel.expected_delivery) or "")[:10],
        "email": (shown.email or "") if first else "",
    }


def _line(console: Console, cells: Mapping[str, str], widths: Mapping[str, int], style: str = "") -> None:
    line = Text(style=style)
    for name, width in widths.items():
        cell = Text(printable(cells[name]))
        # a number that is longer than its column is shown whole, for half of one is worth nothing
        cell.truncate(
            max(width, cell.cell_len) if name in ("order", "parcel") else width,
            overflow="ellipsis",
            pad=False,
        )
        line.append_text(cell).append(" " * max(1, width - cell.cell_len + 1))
    line.rstrip()
    console.print(line, soft_wrap=True)
    sys.stdout.flush()


def view(shown: "OrderView") -> None:
    """Print one order as a person wants to see it."""
    console = render.out()
    console.print(
        Text.assemble((_safe(shown.number or shown.reference), "bold"), "  ", _safe(shown.status, ""))
    )
    _said(console, "ordered", _at(shown.ordered_at))
    _said(console, "email", shown.email)
    for index, line in enumerate(shown.address):
        _said(console, "" if index else "address", line)
    if shown.contents:
        _said(console, "in no parcel", ", ".join(map(_amount, shown.contents)))
    for number, parcel in enumerate(shown.parcels, start=1):
        _parcel(console, parcel, f"parcel {number}" if len(shown.parcels) > 1 else "parcel")
    if not shown.parcels:
        _said(console, "parcel", "none yet")


def _parcel(console: Console, parcel: "ParcelView", called: str) -> None:
    console.print()
    _said(console, called, parcel.tracking_number or "no tracking number")
    _said(console, "carrier", parcel.carrier)
    _said(console, "status", parcel.status)
    _said(console, "expected", parcel.expected_delivery)
    for index, one in enumerate(parcel.contents):
        _said(console, "" if index else "contents", _amount(one))
    for index, event in enumerate(parcel.events):
        where = f"  ({event.where})" if event.where else ""
        _said(console, "" if index else "events", f"{_at(event.at) or 'no time':<21}  {event.text}{where}")
    _said(console, "tracking", parcel.tracking_link)


def _said(console: Console, label: str, text: str | None) -> None:
    if text:
        console.print(Text.assemble((f"  {label:<14}", "dim"), _safe(text)), soft_wrap=True)


def _amount(one: "Contents") -> str:
    count = f"{one.quantity:g} x " if one.quantity is not None else ""
    name = one.name or one.sku or "?"
    return f"{count}{name}" + (f" ({one.sku})" if one.sku and one.sku != name else "")


def _at(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip() if moment else None


def _safe(text: str | None, otherwise: str = "?") -> str:
    return printable(text) if text else otherwise


def view_as_json(shown: "OrderView") -> None:
    """Print one order for programs; the names are those of the page."""
    render.as_json(asdict(shown))


def reconciled(found: Mapping[str, Any]) -> None:
    """Print how a batch compares with what its system holds now."""
    console = render.out()
    orders, fields = found["orders"], found["fields"]
    verdict = ("differs", "red") if found["problems"] else ("same", "green")
    console.print(
        Text.assemble(
            (_safe(found["drop"]), "bold"), "  ", verdict, f"  compared with {found['destination']}"
        )
    )
    _said(console, "orders", _counts(orders))
    _said(console, "fields", _counts(fields))
    for problem in found["problems"][:PROBLEMS_SHOWN]:
        place = where(problem)
        console.print(
            Text.assemble((f"  {_safe(place)} ", "bold"), _safe(problem["message"])), soft_wrap=True
        )
    if len(found["problems"]) > PROBLEMS_SHOWN:
        console.print(Text(f"  and {len(found['problems']) - PROBLEMS_SHOWN} more: see the report.", "dim"))
    unread = found["not_readable"]
    if unread:
        more = f" and {len(unread) - UNREAD_SHOWN} more" if len(unread) > UNREAD_SHOWN else ""
        _said(console, "not told", ", ".join(list(unread)[:UNREAD_SHOWN]) + more)
    _said(console, "report", found["reports"].get("differences_xlsx"))
    _said(console, "as CSV", found["reports"].get("differences_csv"))


def _counts(counts: Mapping[str, int]) -> str:
    said = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    return ", ".join(said) or "none"
