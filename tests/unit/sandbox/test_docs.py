"""docs/sandbox.md says what the code does."""

import re
from pathlib import Path
from typing import Any

import pytest

from orderdrop.sandbox.__main__ import parser
from orderdrop.sandbox.control import ROUTES
from orderdrop.sandbox.faults import OPTIONS
from orderdrop.sandbox.kinds import KINDS
from orderdrop.sandbox.parcellab import api as parcellab
from orderdrop.sandbox.parcellab import events
from orderdrop.sandbox.parcellab.settings import ParcellabSettings
from orderdrop.sandbox.shippify import api as shippify
from orderdrop.sandbox.shippify import progress as shippify_progress
from orderdrop.sandbox.shippify.settings import ShippifySettings
from orderdrop.sandbox.shipup import api as shipup
from orderdrop.sandbox.shipup import progress as shipup_progress
from orderdrop.sandbox.shipup.settings import ShipupSettings

TEXT = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()


def table(heading: str) -> list[list[str]]:
    """Return the body cells of the table whose header row starts with the heading."""
    _, found, rest = TEXT.partition(f"\n| {heading} |")
    assert found, heading
    rows = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def documented_faults(heading: str) -> dict[str, tuple[str, str]]:
    return {kind.strip("`"): (stored, what) for kind, stored, what in table(heading)}


def test_the_table_of_faults_is_the_codes() -> None:
    assert documented_faults("kind") == {
        name: ("yes" if kind.commits else "no", kind.what) for name, kind in KINDS.items()
    }


def test_the_table_of_own_faults_is_the_codes() -> None:
    every = {**shipup.FAULT_KINDS, **parcellab.FAULT_KINDS, **shippify.FAULT_KINDS}

    assert documented_faults("own kind") == {
        name: ("yes" if kind.commits else "no", kind.what)
        for name, kind in every.items()
        if name not in KINDS
    }


def test_the_table_of_control_routes_is_the_codes() -> None:
    assert {route.strip("`"): what for route, what in table("route")} == ROUTES


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_option_of_a_fault_is_documented(name: str) -> None:
    _, _, faults = TEXT.partition("### Faults")
    assert f"`{name}`" in faults


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        pytest.param("Shipup's key", shipup_progress.MOVE_KEYS, id="shipup"),
        pytest.param("parcelLab's key", events.MOVE_KEYS, id="parcellab"),
        pytest.param("Shippify's key", shippify_progress.MOVE_KEYS, id="shippify"),
    ],
)
def test_every_key_of_a_move_is_documented_and_no_other(heading: str, keys: tuple[str, ...]) -> None:
    documented = [name for cell, _ in table(heading) for name in re.findall("`([^`]+)`", cell)]

    assert sorted(documented) == sorted(keys)


@pytest.mark.parametrize(
    ("api", "settings"),
    [
        pytest.param("Shipup", ShipupSettings(), id="shipup"),
        pytest.param("parcelLab", ParcellabSettings(), id="parcellab"),
        pytest.param("Shippify", ShippifySettings(), id="shippify"),
    ],
)
def test_every_setting_is_documented(api: str, settings: Any) -> None:
    [listed] = re.findall(rf"^{api}: (`.*?)\n\n", TEXT, re.MULTILINE | re.DOTALL)

    assert [name for name in settings.as_json() if f"`{name}`" not in listed] == []


def test_every_command_line_option_is_documented_and_no_other() -> None:
    options = table("option")
    documented = {found[0] for option, _ in options if (found := re.findall(r"--[a-z-]+", option))}
    assert documented == {name for name in parser().format_help().split() if name.startswith("--")} - {
        "--help"
    }
