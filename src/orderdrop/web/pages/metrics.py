"""Figures for Prometheus, asked of the ledger when they are asked for; the scraper sends a token.

What is in the ledger is true of all processes. How long the APIs took is counted by the one that sends what pages begin, and
polls, since it began.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from orderdrop.core.outcomes import BatchStatus
from orderdrop.destinations.timing import BUCKETS_SECONDS, Times
from orderdrop.web.console import Console
from orderdrop.web.gate import Ops, console_of

router = APIRouter(include_in_schema=False)
_BY_FATE = ("account", "fate")


@router.get("/metrics")
def metrics(request: Request, visitor: Ops) -> Response:  # noqa: ARG001 - who may not is turned away
    """The figures."""
    registry = CollectorRegistry()
    registry.register(_Figures(console_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """What the ledger says at this moment, and what this `serve` counted."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def collect(self) -> Iterator[Metric]:
        """Yield every figure with its labels."""
        figures, now = self._console.browsing.figures(), self._console.now()
        drops = CounterMetricFamily("orderdrop_drops", "Drops by feed.", labels=["feed"])
        for feed, count in figures.drops.items():
            drops.add_metric([feed], count)
        yield drops
        batches = {(status.value,): figures.batches.get(status, 0) for status in BatchStatus}
        yield _gauge("orderdrop_batches", "Batches by status.", ("status",), batches)
        yield _gauge("orderdrop_rows", "Rows by account and fate.", _BY_FATE, figures.rows)
        yield _gauge("orderdrop_orders", "Orders by account and fate.", _BY_FATE, figures.orders)
        yield _gauge(
            "orderdrop_queue_age_seconds",
            "Age of the oldest batch of an account that is at work or waits for it; 0 where there is none.",
            ("account",),
            {(name,): _age(figures.oldest.get(name), now) for name in self._console.settings.accounts},
        )
        yield _gauge(
            "orderdrop_last_drop_timestamp_seconds",
            "When a feed last brought a drop.",
            ("feed",),
            {(feed,): at.timestamp() for feed, at in figures.last_drops.items()},
        )
        yield _gauge(
            "orderdrop_last_success_timestamp_seconds",
            "When a batch of a feed last finished, its good rows accepted.",
            ("feed",),
            {(feed,): at.timestamp() for feed, at in figures.last_successes.items()},
        )
        yield _gauge(
            "orderdrop_account_stopped",
            "Whether nothing is sent to an account for now.",
            ("account",),
            {(s.account,): s.since is not None for s in self._console.parts.ledger.account_states()},
        )
        yield _answers(self._console.answers())


def _gauge(name: str, told: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, told, labels=labels)
    for of, value in values.items():
        gauge.add_metric(of, float(value))
    return gauge


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _answers(times: Mapping[tuple[str, str], Times]) -> HistogramMetricFamily:
    histogram = HistogramMetricFamily(
        "orderdrop_api_answer_seconds",
        "How long an API took to begin its answer, by account and HTTP status; of the calls of this process.",
        labels=["account", "status"],
    )
    for of, told in times.items():
        ends = (*(f"{end:g}" for end in BUCKETS_SECONDS), "+Inf")
        below = (sum(told.counts[: at + 1]) for at in range(len(told.counts)))
        histogram.add_metric(of, buckets=list(zip(ends, below, strict=True)), sum_value=told.seconds)
    return histogram
