"""What the console's tests share: one stand-in and one console a module."""

from collections.abc import Iterator

import pytest
from tests.console.site import Site, running
from tests.integration.judge import Judge, judging


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with judging() as one:
        yield one


@pytest.fixture(scope="module")
def site(judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("console"), judge.base_url) as one:
        yield one
