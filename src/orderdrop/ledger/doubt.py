"""When the ledger may still believe what an account last accepted.

`accepted` says what an account holds under a key. From the moment an attempt may have changed that without our
knowing (it left, and no verdict came back) until the next acceptance, the entry is in doubt and counts for nothing:
else a drop that returns to the older payload would pass for unchanged while the destination holds the newer one.
"""

from orderdrop.ledger.ledger import AttemptOutcome, Outcome

STILL_OPEN = (None, AttemptOutcome.PENDING)  # ends of an attempt that an outcome may follow
_MAY_STILL_BE_AT_WORK = (408, 409)  # request timeout, conflict with another request


def leaves_no_trace(outcome: Outcome) -> bool:
    """Whether the destination certainly did not take what the attempt carried: it named problems, or answered 4xx."""
    if outcome.attempt is AttemptOutcome.REFUSED:
        return True
    return outcome.attempt is AttemptOutcome.FAILED and _clearly_no(outcome.http_status)


def may_have_arrived(attempt: AttemptOutcome | None, status: int | None) -> bool:
    """Whether an attempt that ended so (None: is open) may have left the order at a destination that had none.

    A failure without a status never left: no connection, or stopped before its turn. Of what left and brought nothing
    back the outcome is unknown.
    """
    if attempt is AttemptOutcome.FAILED:
        return status is not None and not _clearly_no(status)
    return attempt is not AttemptOutcome.REFUSED


def _clearly_no(status: int | None) -> bool:
    return status is not None and 400 <= status < 500 and status not in _MAY_STILL_BE_AT_WORK
