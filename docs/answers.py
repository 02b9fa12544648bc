"""What orderdrop does after each answer, in words, taken from the decisions themselves."""

from random import Random

from orderdrop.core.failures import FailureKind
from orderdrop.core.policy import (
    AskAgain,
    Decision,
    GiveUp,
    LookUpFirst,
    Refuse,
    Regroup,
    Retry,
    Split,
    StopAccount,
    StopReason,
    after,
)

CASES: dict[str, tuple[FailureKind, int | None]] = {
    "401": (FailureKind.CREDENTIALS, 401),
    "402": (FailureKind.PAYMENT, 402),
    "403": (FailureKind.FORBIDDEN, 403),
    "404, 405, 410, 415, 501 on the endpoint itself": (FailureKind.NO_SUCH_ENDPOINT, 404),
    "3xx, a redirect": (FailureKind.UNREADABLE, 302),
    "400, 422 without a word that can be read": (FailureKind.UNREADABLE, 400),
    "408, 409, 423, 425": (FailureKind.UNREADABLE, 409),
    "another 4xx": (FailureKind.UNREADABLE, 418),
    "413, or too many orders at once": (FailureKind.TOO_LARGE, 413),
    "429": (FailureKind.THROTTLED, 429),
    "5xx": (FailureKind.SERVER, 503),
    "2xx that is not the documented answer: a web page, cut JSON, nothing": (FailureKind.UNREADABLE, 200),
    "no connection: refused, DNS, TLS": (FailureKind.NOT_CONNECTED, None),
    "connected, and no answer in time": (FailureKind.NO_ANSWER, None),
    "refused together with others that were named as the cause": (FailureKind.HELD_UP, None),
    "a ticket that will never be answered": (FailureKind.LOST_TICKET, None),
}
"""Each answer that gives no verdict, as operators see it, and what the client makes of it."""

_ACCOUNT = {
    StopReason.CREDENTIALS: "correct the account's `key`",
    StopReason.PAYMENT: "settle the bill",
    StopReason.FORBIDDEN: "have the key given the right",
    StopReason.MISCONFIGURED: "correct `base_url` or `endpoint`",
    StopReason.THROTTLED: "find out who else uses the account, or lower `rate`",
    StopReason.OUTAGE: "wait",
}


class _Highest(Random):
    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 - the signature of Random
        return b


def course(answer: str, *, upserts: bool, orders: int = 1) -> list[Decision]:
    """The decisions about orders that are answered like this time and again, until something else than a retry comes."""
    kind, status = CASES[answer]
    decisions: list[Decision] = []
    while not decisions or isinstance(decisions[-1], Retry):
        decisions.append(
            after(
                kind,
                attempt=len(decisions) + 1,
                upserts=upserts,
                random=_Highest(),
                status=status,
                orders=orders,
            )
        )
    return decisions


def in_words(answer: str, *, upserts: bool) -> str:
    """What happens to one order."""
    decisions = course(answer, upserts=upserts)
    retries = len(decisions) - 1
    end = _end(decisions[-1])
    if not retries:
        return end
    pauses = any(isinstance(decision, Retry) and decision.pauses_account for decision in decisions)
    waits = "waits as asked, all batches of the account with it" if pauses else "waits, longer each time"
    return f"{waits}, and sends it again, {retries} times; then: {end}"


def table() -> None:
    """Print the table."""
    print(
        "| answer | Shipup, parcelLab (sending again leaves one order) | Shippify (sending again would make two) |"
    )
    print("|---|---|---|")
    for answer in CASES:
        print(f"| {answer} | {in_words(answer, upserts=True)} | {in_words(answer, upserts=False)} |")


def _end(decision: Decision) -> str:
    match decision:
        case StopAccount(reason=reason):
            return f"**stops the account** (`{reason.value}`); the rest is `unsent` until it works again. You: {_ACCOUNT[reason]}"
        case Refuse():
            return "`refused`: back to the sender"
        case Split():
            return "sends them in two halves"
        case Regroup():
            return "sends it again at once, without those at fault or in smaller parcels"
        case LookUpFirst(in_seconds=seconds):
            return f"asks the API after {seconds:g} s whether the order is there; sends it only if not"
        case GiveUp():
            return "`unsent`; the others go on. You: rerun"
        case AskAgain():
            return "asks again"
        case Retry():
            raise AssertionError("a course ends in something else")
