"""What holds for every test: none is judged by how fast it is, and where a run says that it needs a server, a test
without it fails instead of skipping.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# as the command does: see orderdrop.cli.app.main
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("orderdrop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("orderdrop")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if (
        report.skipped
        and item.get_closest_marker("sshd") is not None
        and os.environ.get("ORDERDROP_TESTS_NEED_SSHD") == "1"
    ):
        report.outcome = "failed"
        report.longrepr = (
            f"skipped ({report.longrepr}), and ORDERDROP_TESTS_NEED_SSHD=1 says that this run needs it"
        )
    return report
