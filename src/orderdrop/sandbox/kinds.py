"""The ways in which a call can be made to go wrong, whatever the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One way to go wrong. `commits`: the order is stored although the client may not learn of it.

    `own`: the API carries the fault out itself, stored or not. `lasting`: met until faults are cleared. `path`: the only calls that meet it, unless a fault says otherwise.
    """

    commits: bool
    what: str
    lasting: bool = False
    path: str | None = None
    own: bool = False


KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "429": FaultKind(commits=False, what="429 with Retry-After, whatever the rate was"),
        "500": FaultKind(commits=False, what="500 with a JSON error"),
        "503": FaultKind(commits=False, what="503, maintenance"),
        "502-html": FaultKind(commits=False, what="502 with the HTML page of a proxy"),
        "401": FaultKind(commits=False, what="401, key not valid"),
        "402": FaultKind(commits=False, what="402, trial over"),
        "403": FaultKind(commits=False, what="403, key lacks permission"),
        "hang": FaultKind(commits=False, what="no byte for `seconds` (60), then the connection is closed"),
        "drop-before": FaultKind(commits=False, what="connection closed without a byte, nothing stored"),
        "drop-after-commit": FaultKind(commits=True, what="connection closed without a byte, order stored"),
        "slow": FaultKind(commits=True, what="stored at once, answered after `seconds` (5)"),
        "trickle": FaultKind(commits=True, what="the answer's body arrives one byte every `seconds` (1)"),
        "empty-2xx": FaultKind(commits=True, what="success with an empty body"),
        "drift": FaultKind(commits=True, what="success with JSON of a shape that nobody published"),
        "html-200": FaultKind(commits=False, what="200 with an HTML login page"),
        "redirect": FaultKind(commits=False, what="302 to /login"),
        "truncated": FaultKind(commits=True, what="half of the answer's body, then the connection is closed"),
        "endpoint-missing": FaultKind(
            commits=False, what="404 for `path` until faults are cleared", lasting=True
        ),
    }
)
