"""Every error that orderdrop raises on purpose, sorted by what the operator does next.

OrderdropError
├── UsageError ............ exit 2: call the command again, corrected
├── SetupError ............ exit 3: mend the settings, the mapping or the account
│   ├── SettingsError ..... orderdrop.yaml or the environment; carries every fault at once
│   ├── MappingError ...... a mapping; carries every fault at once, each with its line
│   └── TrustError ........ a host key, certificate or login that was not accepted
├── TryAgainLater ......... exit 4: nothing is lost, the same command can run again
│   ├── SourceUnavailable . the folder or SFTP server did not answer
│   ├── DestinationUnavailable
│   ├── LedgerUnavailable
│   ├── Busy .............. another orderdrop works on the same feed or batch
│   └── Paused ............ somebody paused the feed
├── Stopped ............... exit 5: somebody asked for the stop
└── FileRefused ........... exit 1: one drop cannot be read at all; a verdict on a file, carried as a problem

A bad row is never an exception: it is a `Problem` (see `orderdrop.core.problems`).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderdrop.core.problems import Problem


class ExitCode(IntEnum):
    """What a command's exit code tells the caller."""

    ACCEPTED = 0
    REJECTS = 1
    USAGE = 2
    SETUP = 3
    UNFINISHED = 4
    STOPPED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in a file people write: which file, which line, what, and the way out."""

    message: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{where}: {self.message}" if where else self.message


class OrderdropError(Exception):
    """Root of all errors that orderdrop raises on purpose; its text is fit for a user."""

    exit_code = ExitCode.UNFINISHED

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}" if self.next_step else self.message


class UsageError(OrderdropError):
    """The command's words do not fit together."""

    exit_code = ExitCode.USAGE


class SetupError(OrderdropError):
    """Something that a person set up is wrong; running again without a change gives the same answer."""

    exit_code = ExitCode.SETUP


class _FaultsError(SetupError):
    def __init__(self, heading: str, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([heading, *(f"  {fault}" for fault in faults)]))


class SettingsError(_FaultsError):
    """orderdrop.yaml or the environment is wrong; every fault is listed."""


class MappingError(_FaultsError):
    """A mapping is wrong; every fault is listed with its line."""


class TrustError(SetupError):
    """A host key, certificate or login was not accepted; nothing was sent."""


class TryAgainLater(OrderdropError):  # noqa: N818 - named for what the operator does next
    """The work could not be finished now; it is safe to run again."""


class SourceUnavailable(TryAgainLater):
    """A feed's folder or server did not answer."""


class DestinationUnavailable(TryAgainLater):
    """A destination did not answer as documented."""


class LedgerUnavailable(TryAgainLater):
    """The ledger is locked, full or damaged; nothing was sent that could not be recorded."""


class Busy(TryAgainLater):
    """Another orderdrop holds the lease on the same feed or batch."""


class Paused(TryAgainLater):
    """Somebody paused the feed; its files wait until it is resumed."""


class Stopped(OrderdropError):  # noqa: N818 - named for what happened, not for a fault
    """Somebody asked for the stop; what was begun is recorded and goes on at the next start."""

    exit_code = ExitCode.STOPPED


class FileRefused(OrderdropError):  # noqa: N818 - a verdict on a file
    """One drop cannot be read at all; `problem` says why, in the sender's words."""

    exit_code = ExitCode.REJECTS

    def __init__(self, problem: "Problem") -> None:
        super().__init__(problem.message)
        self.problem = problem
