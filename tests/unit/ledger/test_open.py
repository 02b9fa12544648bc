"""URLs of ledgers."""

import os
import sys
from pathlib import Path

import pytest
from tests.unit.ledger.facts import a_batch

from orderdrop.errors import LedgerUnavailable, SetupError
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.ledger.open import open_ledger


def test_a_ledger_in_memory_is_there_for_the_asking() -> None:
    assert isinstance(open_ledger("memory://"), MemoryLedger)


def test_a_relative_path_starts_at_the_working_directory(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        ledger = open_ledger("sqlite:///var/ledger.db")
        os.chdir(before)
        ledger.open_batch(a_batch())  # a later change of folder moves nothing
        ledger.close()
    finally:
        os.chdir(before)
    assert (tmp_path / "var" / "ledger.db").stat().st_size > 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("var/ledger.db", "The ledger's URL is not one.", id="a path"),
        pytest.param("", "The ledger's URL is not one.", id="nothing"),
        pytest.param("sqlite://", "names no file", id="no path"),
        pytest.param("sqlite:///:memory:", "names no file", id="SQLite's own memory"),
        pytest.param("sqlite://var/ledger.db", "names no file", id="two slashes"),
        pytest.param("mysql://u:hunter2@h/d", "cannot be kept in mysql", id="another database"),
        pytest.param("postgresql://u:hunter2@h:port/d", "is not one", id="a port that is none"),
    ],
)
def test_a_url_that_cannot_work_is_refused_with_the_way_out_and_without_its_password(
    url: str, words: str
) -> None:
    with pytest.raises(SetupError) as refusal:
        open_ledger(url)
    assert words in str(refusal.value)
    assert "Write `sqlite:///var/orderdrop.db`" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_postgresql_without_its_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # what Python takes for a module that is not there
    with pytest.raises(SetupError, match=r"pip install 'orderdrop\[postgres\]'"):
        open_ledger("postgresql://u:p@127.0.0.1/orderdrop")


def test_a_server_that_is_not_there_is_named_without_any_password() -> None:
    with pytest.raises(LedgerUnavailable) as refusal:
        open_ledger("postgresql://me:hunter2@127.0.0.1:1/orders?password=hunter3")
    assert "The ledger postgresql://me:***@127.0.0.1:1/orders did not answer" in str(refusal.value)
    assert "hunter" not in str(refusal.value)
