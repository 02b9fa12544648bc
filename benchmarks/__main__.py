"""`python -m benchmarks [prepare] [send] [limits] [suggest] [dialects] [large] [browsing] [--rows N]`: prints every comparison; exit 1 when a bound is not kept."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import browsing, limits, preparing, sending, suggesting


def main() -> int:
    """Run the comparisons that were asked for, all if none was named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "which",
        nargs="*",
        choices=["prepare", "send", "limits", "suggest", "dialects", "large", "browsing", []],
        help="all where none is named",
    )
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the drop that is prepared")
    parser.add_argument("--large", type=int, default=5_000_000, help="rows of the drop larger than memory")
    parser.add_argument(
        "--folder", type=Path, help="where the ledgers of `browsing` are kept for the next time"
    )
    parser.add_argument("--ledger", choices=["sqlite", "postgresql"], help="which of them; both if left out")
    asked = parser.parse_args()
    kept = True
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o711)  # PostgreSQL's server is another user
        if not asked.which or "prepare" in asked.which:
            kept &= preparing.run(Path(scratch), asked.rows)
        if not asked.which or "send" in asked.which:
            kept &= sending.run(Path(scratch))
        if not asked.which or "limits" in asked.which:
            kept &= limits.run(Path(scratch))
        if not asked.which or "suggest" in asked.which:
            kept &= suggesting.run()
        if not asked.which or "dialects" in asked.which:
            kept &= _dialects(Path(scratch))
        if not asked.which or "large" in asked.which:
            kept &= _large(Path(scratch), asked.large)
        if not asked.which or "browsing" in asked.which:
            kept &= browsing.run(asked.folder or Path(scratch) / "browsing", only=asked.ledger)
    return 0 if kept else 1


def _dialects(folder: Path) -> bool:
    """Beside other detectors, where these are installed: nothing else needs them."""
    try:
        from benchmarks import dialects
    except ModuleNotFoundError as missing:
        print(f"\nNot run: dialects. It needs {missing.name}: pip install --group bench")
        return True
    return dialects.run(folder)


def _large(folder: Path, rows: int) -> bool:
    """Beside polars, where it is installed: nothing else needs it."""
    from benchmarks import large

    try:
        return large.run(folder, rows)
    except ModuleNotFoundError as missing:
        print(f"\nNot run: large. It needs {missing.name}: pip install --group bench")
        return True


if __name__ == "__main__":
    sys.exit(main())
