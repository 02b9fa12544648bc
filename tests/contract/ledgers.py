"""The ledgers of which the same is promised; one more implementation is one more line in LEDGERS."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.open import open_ledger

LEDGERS: dict[str, Callable[[pytest.FixtureRequest, Path], str]] = {
    "memory": lambda *_: "memory://",
    "sqlite": lambda _, folder: f"sqlite:///{folder / 'ledger.db'}",
    "postgresql": lambda request, _: str(request.getfixturevalue("emptied_database")()),
}
"""The URL of an empty one, by its name."""


@pytest.fixture(params=LEDGERS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(LEDGERS[request.param](request, tmp_path))
    yield opened
    opened.close()
