"""What integration tests share: a stand-in a module, and a real OpenSSH server (see tests/integration/sshd.py)."""

from collections.abc import Iterator

import pytest
from tests.integration.judge import Judge, judging
from tests.integration.sshd import own_sshd, shared_sshd, sshd

__all__ = ["own_sshd", "shared_sshd", "sshd"]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with judging() as one:
        yield one
