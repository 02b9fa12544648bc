"""A file through the real pipeline, with nothing sent: what a preview of it says."""

import json
from pathlib import Path
from typing import Any

from orderdrop import settings, wiring
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.pipeline.preview import preview
from orderdrop.reports.receipt import Receipt

COLUMNS: dict[str, Any] = {
    "Order": {"to": "merchant_id", "required": True},
    "Email": {"to": "email", "type": "email"},
    "SKU": {"to": "line_items.merchant_id", "required": True},
    "Qty": {"to": "line_items.quantity", "type": "integer", "minimum": 1},
}


def previewed(file: Path, *, columns: dict[str, Any] | None = None, **options: Any) -> Receipt:
    """The receipt of a preview under a small mapping whose `file:` has these options."""
    folder = file.parent / "mappings"
    folder.mkdir(exist_ok=True)
    mapping = {"mapping": "small", "destination": "shipup", "file": options, "columns": columns or COLUMNS}
    (folder / "small.yaml").write_text(json.dumps(mapping))
    chosen = settings.Settings(workdir=file.parent / "work", mappings=folder)
    parts = wiring.build(chosen, ledger=MemoryLedger())
    try:
        return preview(parts, file, "small", accepted_by=None)
    finally:
        parts.close()
