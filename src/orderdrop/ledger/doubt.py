"""When the ledger may still believe what an account last accepted.

`accepted` says what an account holds under a key. From the moment an attempt may have changed that without our
knowing (it left, and no verdict came back) until the next acceptance, the entry is in doubt and counts for nothing:
else a drop that returns to the older payload would pass for unchanged while the destination holds the newer one.
"""

from orderdrop.ledger.ledger import AttemptOutcome, Outcome

_MAY_STILL_BE_AT_WORK = (408, 409)  # request timeout, conflict with another request


def leaves_no_trace(outcome: Outcome) -> bool:
    """Whether the destination certainly did not take what the attempt carried: it named problems, or answered 4xx."""
    if outcome.attempt is AttemptOutcome.REFUSED:
        return True
    status = outcome.http_status
    return (
        outcome.attempt is AttemptOutcome.FAILED
        and status is not None
        and 400 <= status < 500
        and status not in _MAY_STILL_BE_AT_WORK
    )
