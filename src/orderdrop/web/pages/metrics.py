"""Figures for Prometheus, asked of the ledger when they are asked for; the scraper sends a token."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from orderdrop.core.outcomes import BatchStatus
from orderdrop.web.console import Console
from orderdrop.web.gate import Ops, console_of

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request, visitor: Ops) -> Response:  # noqa: ARG001 - who may not is turned away
    """The figures."""
    registry = CollectorRegistry()
    registry.register(_Figures(console_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """What the ledger says at this moment."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every figure with its labels."""
        figures = self._console.browsing.figures()
        batches = GaugeMetricFamily("orderdrop_batches", "Batches by status.", labels=["status"])
        for status in BatchStatus:
            batches.add_metric([status.value], figures.batches.get(status, 0))
        yield batches
        orders = GaugeMetricFamily(
            "orderdrop_orders", "Orders by account and fate.", labels=["account", "fate"]
        )
        for (account, fate), count in figures.orders.items():
            orders.add_metric([account, fate], count)
        yield orders
        yield GaugeMetricFamily(
            "orderdrop_oldest_unfinished_seconds",
            "Age of the oldest batch that is not at rest.",
            value=max(0.0, (self._console.now() - figures.oldest).total_seconds()) if figures.oldest else 0.0,
        )
        arrived = GaugeMetricFamily(
            "orderdrop_last_drop_timestamp_seconds", "When a feed last brought a drop.", labels=["feed"]
        )
        for feed, at in self._console.browsing.last_drops().items():
            arrived.add_metric([feed], at.timestamp())
        yield arrived
        stopped = GaugeMetricFamily(
            "orderdrop_account_stopped", "Whether nothing is sent to an account for now.", labels=["account"]
        )
        for state in self._console.parts.ledger.account_states():
            stopped.add_metric([state.account], float(state.since is not None))
        yield stopped
