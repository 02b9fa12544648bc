"""A file that breaks orderdrop again and again is set aside, so that the others go on.

Two things are told apart. A fault that is caught counts at once. A process that died over a file may have been killed by
anybody, so that alone proves nothing: after two deaths in a row the file is first read by a process of its own, and
only what breaks that one counts. What is counted stands in a small file below the workdir, for a dead process tells nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import OrderdropError, TryAgainLater
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.parts import Parts

TRIES = 3
"""So often a file may break orderdrop before it is set aside."""
DEATHS = 2
"""After so many deaths in a row a file is read by a process of its own first."""

T = TypeVar("T")


def tried(parts: Parts, batch: Batch, work: Callable[[], T], set_aside: Callable[[str], T]) -> T:
    """Work on a batch; the last of too many failures is not raised, but told to `set_aside`.

    Errors that orderdrop raises on purpose, those of the system (a disk without room), and stops do not count.
    """
    note = _Note(path=parts.workdir / "tries" / batch.id)
    deaths, faults = note.read()
    if deaths >= DEATHS and batch.status is BatchStatus.RECEIVED:
        how = parts.breaks(Path(batch.drop.kept_at), batch)
        if how is not None:
            return _counted(note, deaths, faults + 1, how, set_aside, _Unfit(batch, how, faults + 1))
    note.write(deaths + 1, faults)
    try:
        done = work()
    except (OrderdropError, OSError):
        note.write(0, faults)
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it is counted and raised, or told
        return _counted(note, 0, faults + 1, _in_words(error), set_aside, error)
    except BaseException:  # somebody asked for the end
        note.write(0, faults)
        raise
    note.remove()
    return done


def is_suspect(parts: Parts, batch: Batch) -> bool:
    """Whether a batch broke orderdrop before, so that nobody but its own feed should try it."""
    deaths, faults = _Note(path=parts.workdir / "tries" / batch.id).read()
    return faults > 0 or deaths >= DEATHS


class _Unfit(TryAgainLater):
    def __init__(self, batch: Batch, how: str, times: int) -> None:
        super().__init__(
            f"{batch.drop.name} broke the process that read it ({how}), {times} of {TRIES} times.",
            next_step="It is tried again with the next poll, and then set aside.",
        )


def _counted(
    note: "_Note", deaths: int, faults: int, how: str, set_aside: Callable[[str], T], error: Exception
) -> T:
    if faults < TRIES:
        note.write(deaths, faults)
        raise error
    done = set_aside(how)
    note.remove()
    return done


def _in_words(error: Exception) -> str:
    first = next(iter(str(error).splitlines()), "")[:200]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    path: Path

    def read(self) -> tuple[int, int]:
        try:
            deaths, faults = self.path.read_text().split()
            return int(deaths), int(faults)
        except (FileNotFoundError, ValueError):  # none, or half written when its writer died
            return 0, 0

    def write(self, deaths: int, faults: int) -> None:
        if not deaths and not faults:
            self.remove()
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(f"{deaths} {faults}")

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
