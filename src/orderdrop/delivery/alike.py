"""Whether the first orders of a batch were all refused for one reason.

Then it is not the rows: the API has changed its mind about a field, or the mapping puts the wrong column there. To go
on would turn one mistake into ten thousand refusals.
"""

import re
from collections.abc import Callable, Sequence

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.ledger import Outcome

PROBE_SECONDS = 10.0
"""So long the first request of several orders goes alone; an API that takes longer to judge it is not waited for."""

_POSITIONS = re.compile(r"\.\d+(?=\.|$)")
_WHAT_DIFFERS = re.compile(r'"[^"]*"|\'[^\']*\'|`[^`]*`|\S*\d\S*')


class FirstRefusals:
    """Counts the first verdicts of one delivery; `limit` None counts nothing, `passed` says that some order was accepted before.

    `tripped` once the first `limit` orders were refused and one reason is common to all of them.
    """

    def __init__(self, limit: int | None, *, passed: bool, monotonic: Callable[[], float]) -> None:
        self._limit = limit
        self._monotonic = monotonic
        self._waits_until = monotonic() + PROBE_SECONDS
        self._decided = passed or not limit
        self._common: dict[str, Problem] | None = None
        self.refused = 0
        self.tripped = False

    @property
    def probing(self) -> bool:
        """Whether it pays to wait for the first verdicts before much more is sent."""
        return not self._decided and self._monotonic() < self._waits_until

    @property
    def reason(self) -> Problem | None:
        """What all were refused for, as the first of them was told; None before there was a refusal."""
        return next(iter(self._common.values()), None) if self._common else None

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Take verdicts into account, in the order in which they came."""
        for outcome in outcomes:
            if self._decided:
                return
            if outcome.fate is OrderFate.ACCEPTED:
                self._decided = True
            elif outcome.fate is OrderFate.REFUSED:
                self._note_refusal(outcome)

    def _note_refusal(self, outcome: Outcome) -> None:
        reasons = {cause(problem): problem for problem in outcome.problems}
        if self._common is not None:
            reasons = {name: problem for name, problem in self._common.items() if name in reasons}
        self._common = reasons
        self.refused += 1
        self._decided = not reasons or self.refused >= (self._limit or 0)
        self.tripped = self._decided and bool(reasons)


def cause(problem: Problem) -> str:
    """What makes two refusals alike: the field, whichever of a list it is in; without one the words, but for what is quoted or numbered."""
    if problem.path is not None:
        return f"{problem.code} {_POSITIONS.sub('', problem.path)}"
    return f"{problem.code} {_WHAT_DIFFERS.sub('', problem.message)}"
