"""Trying the way to a source step by step: what each step found, how long it took, and what to do where one fails."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from orderdrop.errors import OrderdropError, TrustError
from orderdrop.pickup.settling import is_drop_name


class Result(StrEnum):
    """How a step ended; those behind a failed one are not tried."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way to a source.

    `told` is what came of it, `next_step` what a person does about it; `to_add` is the line that known_hosts lacks, to
    be added once the partner has confirmed its fingerprint. `error` is why the step failed.
    """

    name: str
    result: Result
    told: str = ""
    next_step: str = ""
    to_add: str = ""
    seconds: float = 0.0
    error: OrderdropError | None = None

    def facts(self) -> dict[str, str | float]:
        """The step for programs."""
        return {
            "step": self.name,
            "result": self.result.value,
            "told": self.told,
            "next_step": self.next_step,
            "to_add": self.to_add,
            "seconds": round(self.seconds, 3),
        }


class Unverified(TrustError):  # noqa: N818 - an answer, not a fault
    """A server showed a host key that nobody has vouched for; `line` is how known_hosts would name it."""

    def __init__(self, message: str, *, next_step: str, line: str) -> None:
        super().__init__(message, next_step=next_step)
        self.line = line


Trial = tuple[str, Callable[[], str]]
"""What a step is called, and what does it: says what came of it, or raises an OrderdropError."""


def walk(trials: Iterable[Trial], monotonic: Callable[[], float]) -> Iterator[Step]:
    """Take one step after the other, each yielded when it ended, up to the first that fails."""
    failed = False
    for name, attempt in trials:
        if failed:
            yield Step(name=name, result=Result.NOT_TRIED)
            continue
        began = monotonic()
        try:
            told = attempt()
        except OrderdropError as error:
            failed = True
            yield Step(
                name=name,
                result=Result.FAILED,
                told=error.message,
                next_step=error.next_step or "",
                to_add=error.line if isinstance(error, Unverified) else "",
                seconds=monotonic() - began,
                error=error,
            )
        else:
            yield Step(name=name, result=Result.PASSED, told=told, seconds=monotonic() - began)


@contextmanager
def advising(next_step: str) -> Iterator[None]:
    """Have whatever goes wrong in the block say what to do about it at this step."""
    try:
        yield
    except OrderdropError as error:
        error.next_step = next_step
        raise


def counted(names: Iterable[str], pattern: str) -> str:
    """What a listing shows, in words."""
    there = list(names)
    if not there:
        return "nothing in it yet."
    fitting = sum(is_drop_name(name, pattern) for name in there)
    entries = "1 name" if len(there) == 1 else f"{len(there):,} names"
    return f"{entries}, of which {fitting:,} {'matches' if fitting == 1 else 'match'} {pattern}."
