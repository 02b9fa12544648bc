"""The success report: every order that the destination has, with its rows and the destination's own name of it."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orderdrop.core.neutral import neutralise, restore
from orderdrop.core.rows import compact

COLUMNS = ("order", "rows", "fate", "reference")
LINK_COLUMNS = ("tracking_link", "remark")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedOrder:
    """One order that arrived; `link` is a secret of the recipient, `remark` says why there is none."""

    order: str
    rows: tuple[int, ...]
    fate: str
    reference: str | None = None
    link: str | None = None
    remark: str = ""


def write_accepted(path: Path, orders: Iterable[AcceptedOrder], *, links: bool) -> bool:
    """Write the report, whole or not at all; nothing, and an earlier one goes, where no order arrived.

    With links only the owner of the process may read the file.
    """
    temporary = path.with_name(f".{path.name}.part")
    written = 0
    temporary.touch(mode=0o600 if links else 0o644)
    with temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, *LINK_COLUMNS] if links else COLUMNS)
        for one in orders:
            cells = [one.order, compact(one.rows), one.fate, one.reference or ""]
            cells += [one.link or "", one.remark] if links else []
            writer.writerow(map(neutralise, cells))
            written += 1
    if written:
        temporary.replace(path)
    else:
        temporary.unlink()
        path.unlink(missing_ok=True)
    return written > 0


def links_in(path: Path) -> Mapping[str, str]:
    """The tracking links of a report that was written before, by order; empty where there is none."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return dict(_links(csv.DictReader(file)))


def _links(rows: Iterable[Mapping[str, str | None]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if (link := row.get("tracking_link")) and (order := row.get("order")):
            yield restore(order), restore(link)
