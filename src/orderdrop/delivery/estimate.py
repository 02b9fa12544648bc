"""How long a number of orders will take at the account's pace, told before the first request."""

from dataclasses import dataclass

from orderdrop.destinations.base import AnswersLater, Carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What sending takes at least: `requests` carry the orders, `questions` ask for what the API tells later.

    `seconds` is None without a limit: then it goes as fast as the API answers.
    """

    orders: int
    requests: int
    questions: int
    requests_per_second: float | None
    seconds: float | None


def estimate(carrier: Carrier, orders: int, *, links: bool = False) -> Estimate:
    """Count the requests as delivery cuts its parcels; `links`: each order costs one more, for its tracking link."""
    requests, questions, waiting = 0, orders if links else 0, orders
    while waiting > 0:
        size = carrier.parcel_size(waiting)
        count = 1 if size > 1 else waiting  # one by one it stays until the end
        carried = min(size, waiting)
        requests += count
        questions += count * (carrier.questions(carried) if isinstance(carrier, AnswersLater) else 0)
        waiting -= count * carried
    rate = carrier.limits.requests_per_second
    return Estimate(
        orders=orders,
        requests=requests,
        questions=questions,
        requests_per_second=rate,
        seconds=max(0, requests + questions - 1) / rate if rate else None,  # the first goes at once
    )
