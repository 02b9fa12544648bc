"""Read a file in a process of its own, which may break over it: `orderdrop preview`, with nobody looking at what it shows."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

SECONDS = 900.0


def breaks(
    file: Path,
    mapping: str,
    mapping_text: str,
    *,
    folder: Path,
    environ: Mapping[str, str],
    seconds: float = SECONDS,
    command: tuple[str, ...] = (sys.executable, "-m", "orderdrop"),
) -> str | None:
    """What killed the process that read the file under a mapping, in words; None when it ended by itself, whatever it found.

    `folder` has room for what the process writes; it is there for so long only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plain = {name: value for name, value in environ.items() if not name.startswith("ORDERDROP_")}
    with TemporaryDirectory(prefix="trial-", dir=folder) as place:
        rules = Path(place) / f"{mapping}.yaml"
        rules.write_text(mapping_text, encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - our own command
                [*command, "preview", str(file.absolute()), "--mapping", str(rules)],
                cwd=place,
                env=plain,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it was not done within {seconds:g} seconds"
    if done.returncode < 0:
        return f"killed by {signal.Signals(-done.returncode).name}"
    return None  # a fault that is caught there is caught, and counted, here too
