"""Running the examples of a mapping, all of them, and accepting what came out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orderdrop.errors import UsageError
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.mappings.examples import (
    ORDERS,
    Example,
    accept_files,
    becomes,
    examples_of,
    new_example,
)
from orderdrop.pipeline.mappings.expectations import Unlike, compare, counts
from orderdrop.pipeline.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleRun:
    """One example that was run: how many orders and rejected rows came out, what is not as expected, what was written.

    `is_new`: nothing was expected of it so far.
    """

    example: Example
    orders: int
    rows_back: int
    unlike: tuple[Unlike, ...]
    is_new: bool = False
    written: tuple[Path, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it became what was expected."""
        return not self.unlike and not self.is_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """All examples of a mapping; `accepted`: what came out is expected from now on."""

    loaded: LoadedMapping
    runs: tuple[ExampleRun, ...]
    accepted: bool

    @property
    def passed(self) -> bool:
        """Whether every example became what was expected."""
        return all(run.passed for run in self.runs)


def run(
    fresh: Callable[[], Parts],
    mapping: str,
    *,
    accept: bool = False,
    drop: Path | None = None,
    further: Sequence[Path] = (),
) -> Ran:
    """Run every example of a mapping, or begin one with `drop`; `accept` writes what came out as what is expected.

    `further` are the other files of the set that `drop` belongs to. `fresh` gives the parts with a scratch ledger that nothing was written to yet. Raises UsageError for a mapping
    without examples, MappingError for an example that cannot be run.
    """
    loaded = fresh().mapping(mapping)
    examples = [new_example(loaded, drop, further)] if drop is not None else examples_of(loaded)
    if not examples:
        name = loaded.mapping.mapping
        raise UsageError(
            f"Mapping `{name}` has no examples.",
            next_step=f"Make the first with a sender's file: orderdrop mapping test {name} --accept --drop FILE",
        )
    return Ran(
        loaded=loaded,
        runs=tuple(_run(fresh(), loaded, mapping, example, accept=accept) for example in examples),
        accepted=accept,
    )


def _run(parts: Parts, loaded: LoadedMapping, mapping: str, example: Example, *, accept: bool) -> ExampleRun:
    expected, became = example.expected(), becomes(parts, example, mapping)
    is_new = ORDERS not in expected
    orders, rows_back = counts(became)
    return ExampleRun(
        example=example,
        orders=orders,
        rows_back=rows_back,
        unlike=() if is_new else tuple(compare(expected, became, loaded.shape)),
        is_new=is_new,
        written=tuple(accept_files(example, became)) if accept else (),
    )
