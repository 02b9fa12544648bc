"""The command as it is installed, started as a stranger starts it: the other tests fork theirs, see tests/forked.py."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.site import Site, until
from typer.main import get_command

from orderdrop.cli.app import app

INSTALLED = Path(sys.executable).with_name("orderdrop")


def done(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [INSTALLED, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("command", sorted(vars(get_command(app))["commands"]))
def test_every_command_shows_its_help(command: str, tmp_path: Path) -> None:
    shown = done(command, "--help", folder=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"Usage: orderdrop {command} ")


def test_help_waits_for_no_library_that_it_does_without() -> None:
    says = "import sys, orderdrop.cli.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True).stdout
    slow = {
        "importlib.metadata",
        "httpx",
        "numpy",
        "pandas",
        "pyarrow",
        "pydantic",
        "ruamel.yaml",
        "sqlalchemy",
    }
    assert slow.intersection(loaded.split()) == set()


def test_a_day_of_work_gets_by_with_nothing_that_was_loaded_before(site: Site) -> None:
    site.file("orders.csv", [*site.rows([1]), *site.rows([2], quantity="two")])
    for arguments, code in {
        ("mapping", "check", "small"): 0,
        ("read", "orders.csv"): 0,
        ("preview", "orders.csv", "--mapping", "small"): 1,
        ("import", "orders.csv", "--mapping", "small", "--account", "local"): 1,
        ("batches", "list"): 0,
        ("orders", "find", site.key(1)): 0,
        ("health",): 4,
    }.items():
        ended = done(*arguments, folder=site.folder)
        assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), (arguments, ended.stderr)
    site.drop("more.csv", site.rows([3]))
    assert done("run", "night", folder=site.folder).returncode == 0
    with subprocess.Popen(
        [INSTALLED, "serve"], cwd=site.folder, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            site.drop("still-more.csv", site.rows([4]))
            until(
                lambda: site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in (1, 3, 4)}
            )
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert process.returncode == 5
    assert json.loads(err.splitlines()[-1])["event"] == "stopped"
