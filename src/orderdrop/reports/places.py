"""Where the reports of a batch lie; for whoever looks for them, without what it takes to write them."""

from pathlib import Path

SUFFIXES = {
    "rejects_csv": ".rejects.csv",
    "rejects_xlsx": ".rejects.xlsx",
    "rejects_json": ".rejects.json",
    "receipt": ".receipt.json",
    "receipt_html": ".receipt.html",
    "receipt_text": ".receipt.txt",
}
ASKED_SUFFIXES = {  # of the reports for which the API was asked something
    "accepted": ".accepted.csv",
    "differences_csv": ".differences.csv",
    "differences_xlsx": ".differences.xlsx",
    "differences_json": ".differences.json",
}
_STEM_BYTES = 150  # file systems end a name at 255 bytes


def report_paths(folder: Path, drop_name: str) -> dict[str, Path]:
    """Where the reports of a batch lie; the drop's name is only the front of theirs and never leaves the folder."""
    safe = "".join(c if c.isalnum() or c in " ._-" else "_" for c in drop_name).strip(" .")
    stem = safe.encode()[:_STEM_BYTES].decode(errors="ignore") or "drop"
    return {kind: folder / f"{stem}{suffix}" for kind, suffix in (SUFFIXES | ASKED_SUFFIXES).items()}


def existing(folder: Path, drop_name: str) -> dict[str, str | None]:
    """Where the reports of a batch lie, None where one was not written."""
    try:
        written = {one.name for one in folder.iterdir()}
    except FileNotFoundError:
        written = set()
    return {
        kind: str(path) if path.name in written else None
        for kind, path in report_paths(folder, drop_name).items()
    }
