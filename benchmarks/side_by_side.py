"""Two ways of doing the same work, timed in turn, and their ratio; the collector is left as each way leaves it."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of doing the work: a name for the table and a call that does it once and counts what it did."""

    name: str
    run: Callable[[], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came out: seconds and units a second of each way, medians of the rounds."""

    ours: float
    other: float
    ratio: float  # other / ours: how many times faster ours is


def compare(
    title: str, ours: Way, other: Way, *, unit: str, rounds: int = 3, other_rounds: int | None = None
) -> Comparison:
    """Run both in turn and print a table; `ratio` is the median of the rounds' ratios, ours first."""
    print(f"\n{title}")
    times: dict[str, list[float]] = {ours.name: [], other.name: []}
    for turn in range(rounds):
        for way in (ours, other):
            if way is other and other_rounds is not None and turn >= other_rounds:
                times[way.name].append(times[way.name][-1])
                continue
            gc.collect()
            began = time.perf_counter()
            done = way.run()
            spent = time.perf_counter() - began
            times[way.name].append(spent)
            print(f"  {way.name:<58} {spent:8.2f} s {done / spent:12,.0f} {unit}/s")
    ratios = [b / a for a, b in zip(times[ours.name], times[other.name], strict=True)]
    result = Comparison(
        ours=statistics.median(times[ours.name]),
        other=statistics.median(times[other.name]),
        ratio=statistics.median(ratios),
    )
    print(f"  ratio (median of {rounds}): ours is {result.ratio:.2f} times as fast")
    return result


def verdict(name: str, value: float, bound: float, *, at_least: bool) -> bool:
    """Print whether a ratio keeps its bound."""
    kept = value >= bound if at_least else value <= bound
    print(
        f"  {'kept' if kept else 'NOT KEPT'}: {name} {value:.2f}, bound {'at least' if at_least else 'at most'} {bound}"
    )
    return kept
