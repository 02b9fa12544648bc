"""Destinations are found by name, those of other packages too."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderdrop.destinations import registry
from orderdrop.destinations.registry import find, names
from orderdrop.errors import SetupError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path with a package that brings the destination `vans`."""
    info = tmp_path / "vans_orderdrop-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vans-orderdrop\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[orderdrop.destinations]\nvans = vans_of_a_test:Vans\nshipup = vans_of_a_test:Vans\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry.brought.cache_clear()
    yield tmp_path
    sys.modules.pop("vans_of_a_test", None)
    registry.brought.cache_clear()


def test_every_name_is_found_and_the_destination_bears_it() -> None:
    assert {"parcellab", "shippify", "shipup"} <= set(names())
    assert list(names()) == sorted(names())
    assert [find(name).name for name in names()] == list(names())


def test_a_name_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        find("shopify")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        pytest.param("raise RuntimeError('no luck')", "RuntimeError: no luck", id="it cannot be imported"),
        pytest.param("Buses = 1", "has no attribute 'Vans'", id="it is not there"),
        pytest.param("class Vans:\n    name = 'buses'", "vans in its entry point and buses", id="two names"),
        pytest.param("class Vans:\n    pass", "AttributeError", id="no destination"),
    ],
)
def test_a_package_that_cannot_be_used_is_named(package: Path, code: str, told: str) -> None:
    (package / "vans_of_a_test.py").write_text(code)
    assert "vans" in names()
    with pytest.raises(SetupError, match="vans-orderdrop") as raised:
        find("vans")
    assert told in str(raised.value)


def test_our_own_names_stay_ours(package: Path) -> None:
    (package / "vans_of_a_test.py").write_text("raise RuntimeError")
    assert find("shipup").shape.key == "merchant_id"
