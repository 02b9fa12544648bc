"""docs/sandbox.md says what the code does."""

import re
from pathlib import Path

import pytest

from orderdrop.sandbox.__main__ import parser
from orderdrop.sandbox.control import ROUTES
from orderdrop.sandbox.faults import KINDS, OPTIONS
from orderdrop.sandbox.shipup.settings import ShipupSettings

TEXT = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()


def table(heading: str) -> list[list[str]]:
    """Return the body cells of the table whose header row starts with the heading."""
    _, _, rest = TEXT.partition(f"| {heading} |")
    rows = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_of_faults_is_the_codes() -> None:
    documented = {kind.strip("`"): (stored, what) for kind, stored, what in table("kind")}

    assert documented == {name: ("yes" if kind.commits else "no", kind.what) for name, kind in KINDS.items()}


def test_the_table_of_control_routes_is_the_codes() -> None:
    assert {route.strip("`"): what for route, what in table("route")} == ROUTES


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_option_of_a_fault_is_documented(name: str) -> None:
    _, _, faults = TEXT.partition("### Faults")
    assert f"`{name}`" in faults


@pytest.mark.parametrize("name", sorted(ShipupSettings().as_json()))
def test_every_setting_is_documented(name: str) -> None:
    [listed] = re.findall(r"^Settings: (.*?)\n\n", TEXT, re.MULTILINE | re.DOTALL)
    assert f"`{name}`" in listed


def test_every_command_line_option_is_documented_and_no_other() -> None:
    documented = {re.findall(r"--[a-z-]+", option)[0] for option, _ in table("option")}
    assert documented == {name for name in parser().format_help().split() if name.startswith("--")} - {
        "--help"
    }
