"""What acceptance tests share: a stand-in, and a site per test or per module."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.acceptance.site import Site
from tests.integration.judge import Judge, judging
from tests.integration.sshd import own_sshd, shared_sshd, sshd

__all__ = ["own_sshd", "shared_sshd", "sshd"]

NewSite = Callable[[Path], Site]


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    with judging() as one:
        yield one


@pytest.fixture(scope="session")
def new_site(judge: Judge) -> NewSite:
    """Makes a site in a folder, with order ids of its own."""
    numbers = count()

    def make(folder: Path) -> Site:
        made = Site(folder=folder, prefix=f"S{next(numbers):02d}", judge=judge)
        made.set_up()
        return made

    return make


@pytest.fixture
def site(new_site: NewSite, tmp_path: Path) -> Site:
    return new_site(tmp_path)
