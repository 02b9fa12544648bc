"""What tests of faults share: a stand-in, places with order ids of their own, sites for the installed command, OpenSSH, PostgreSQL."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.acceptance.site import Site
from tests.faults.place import Place
from tests.integration.judge import Judge, judging
from tests.integration.postgres import emptied_database, own_postgres, postgres
from tests.integration.sshd import own_sshd, shared_sshd, sshd

from orderdrop.ledger.open import open_ledger
from orderdrop.pipeline.upkeep.auditing import audit

__all__ = ["emptied_database", "own_postgres", "own_sshd", "postgres", "shared_sshd", "sshd"]


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    with judging() as one:
        yield one


@pytest.fixture(scope="session")
def new_place(judge: Judge) -> Callable[[Path], Place]:
    """Makes a place in a folder."""
    numbers = count()
    return lambda folder: Place(folder=folder, judge=judge, prefix=f"P{next(numbers):03d}")


@pytest.fixture
def place(new_place: Callable[[Path], Place], tmp_path: Path) -> Iterator[Place]:
    """A place whose ledger is in order at the end, whatever happened, unless the test edited it."""
    made = new_place(tmp_path)
    yield made
    if made.ledger.startswith("sqlite:") and (tmp_path / "var" / "orderdrop.db").exists() and not made.edited:
        ledger = open_ledger(f"sqlite:///{tmp_path}/var/orderdrop.db")
        try:
            assert list(audit(ledger)) == []
        finally:
            ledger.close()


@pytest.fixture
def site(judge: Judge, tmp_path: Path) -> Site:
    """A folder in which the installed command runs."""
    made = Site(folder=tmp_path, prefix=f"F{abs(hash(str(tmp_path))) % 10**8:08d}", judge=judge)
    made.set_up()
    return made
