"""The orders of a preview as they are printed."""

from typing import Any

import pytest

from orderdrop.cli.render_preview import previewed


def test_what_a_blank_cell_erases_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    shown: dict[str, Any] = {
        "status": "failed",
        "batch": "b",
        "drop": {"name": "a.csv", "sha256": "0", "size": 1, "feed": None},
        "mapping": {"name": "small", "digest": "0"},
        "destination": "shipup",
        "account": "",
        "rows": {"read": 1, "unsent": 1},
        "orders": {"built": 1, "unsent": 1},
        "payloads": [{"merchant_id": "A", "phone": None, "shipping_address": {"city": None}}],
        "problems": [],
        "causes": [],
        "changes": None,
        "estimate": None,
    }
    previewed(shown, "merchant_id", None)
    told = capsys.readouterr().out
    assert "  phone: (erased)\n  shipping_address\n    city: (erased)\n" in told
