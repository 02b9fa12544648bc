"""Which exit code a batch's status deserves."""

from collections.abc import Iterable

from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import ExitCode

_CODES = {
    BatchStatus.ACCEPTED: ExitCode.ACCEPTED,
    BatchStatus.REJECTS: ExitCode.REJECTS,
    BatchStatus.HELD: ExitCode.REJECTS,
    BatchStatus.FAILED: ExitCode.REJECTS,
}


def exit_code(statuses: Iterable[BatchStatus]) -> ExitCode:
    """The code of the batch that is worst off; nothing to do is all accepted."""
    return max((_CODES.get(status, ExitCode.UNFINISHED) for status in statuses), default=ExitCode.ACCEPTED)
