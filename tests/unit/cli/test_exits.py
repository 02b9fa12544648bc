"""Which exit code a batch deserves."""

import pytest

from orderdrop.cli.exits import exit_code
from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import ExitCode


@pytest.mark.parametrize(
    ("status", "code"),
    [
        pytest.param(BatchStatus.ACCEPTED, ExitCode.ACCEPTED, id="nothing-to-do"),
        pytest.param(BatchStatus.REJECTS, ExitCode.REJECTS, id="rows-came-back"),
        pytest.param(BatchStatus.HELD, ExitCode.REJECTS, id="a-person-must-look-at-the-rows"),
        pytest.param(BatchStatus.FAILED, ExitCode.REJECTS, id="the-whole-file-came-back"),
        pytest.param(BatchStatus.UNFINISHED, ExitCode.UNFINISHED, id="orders-are-unsent"),
        pytest.param(BatchStatus.PENDING, ExitCode.UNFINISHED, id="answers-are-owed"),
        pytest.param(BatchStatus.UNBALANCED, ExitCode.UNFINISHED, id="never-green"),
        pytest.param(BatchStatus.STUCK, ExitCode.UNFINISHED, id="we-broke-over-it"),
        pytest.param(BatchStatus.RECEIVED, ExitCode.UNFINISHED, id="not-even-read"),
        pytest.param(BatchStatus.SENDING, ExitCode.UNFINISHED, id="still-at-it"),
    ],
)
def test_every_status_has_its_code(status: BatchStatus, code: ExitCode) -> None:
    assert exit_code([status]) == code


def test_of_several_batches_the_worst_off_decides() -> None:
    assert (
        exit_code([BatchStatus.ACCEPTED, BatchStatus.UNFINISHED, BatchStatus.REJECTS]) == ExitCode.UNFINISHED
    )


def test_no_batch_at_all_is_all_accepted() -> None:
    assert exit_code([]) == ExitCode.ACCEPTED
