"""How mappings are printed: their versions and what changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from orderdrop.cli import render
from orderdrop.core.neutral import printable

if TYPE_CHECKING:
    from orderdrop.mapping.differences import Difference
    from orderdrop.pipeline.mappings.versions import History, Version

SHORT = 8


def versions(found: "History") -> None:
    """Print the versions of a mapping, newest last, the file of today marked."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("digest", "first used", "last used", "batches", ""):
        table.add_column(name, justify="right" if name == "batches" else "left")
    for version in found.versions:
        is_today = version.digest == found.today
        table.add_row(
            version.digest[:SHORT],
            _minute(version.first_used),
            _minute(version.last_used),
            f"{version.batches:,}",
            "the file of today" if is_today else "",
            style="bold" if is_today else "",
        )
    if found.versions:
        render.out().print(table)
    else:
        render.talk(f"No batch has run under `{found.name}` yet.")
    if found.today is not None and all(version.digest != found.today for version in found.versions):
        render.talk(f"The file of today ({found.today[:SHORT]}) was not used yet.")
    if found.today is None:
        render.talk(f"There is no file of `{found.name}` any more, or it cannot be used as it is.")


def versions_as_json(found: "History") -> dict[str, Any]:
    """The versions for programs."""
    return {
        "mapping": found.name,
        "today": found.today,
        "versions": [
            {
                "digest": version.digest,
                "first_used": version.first_used.isoformat() if version.first_used else None,
                "last_used": version.last_used.isoformat() if version.last_used else None,
                "batches": version.batches,
            }
            for version in found.versions
        ],
    }


def differences(before: "Version", after: "Version", found: "Sequence[Difference]") -> None:
    """Print what changed, one change a line."""
    console = render.out()
    named = (_named(version) for version in (before, after))
    console.print(Text(f"{next(named)} -> {next(named)}", "bold"))
    for one in found:
        console.print(Text(f"  {printable(one.words)}"))
    if not found:
        console.print(
            Text("  nothing changed" if before.digest == after.digest else "  nothing that matters")
        )


def differences_as_json(before: "Version", after: "Version", found: "Sequence[Difference]") -> dict[str, Any]:
    """What changed, for programs."""
    return {
        "from": {"called": before.called, "mapping": before.name, "digest": before.digest},
        "to": {"called": after.called, "mapping": after.name, "digest": after.digest},
        "differences": [
            {"where": list(one.where), "before": one.before, "after": one.after, "words": one.words}
            for one in found
        ],
    }


def _named(version: "Version") -> str:
    return f"{printable(version.called)} ({version.digest[:SHORT]})"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
