"""Small facts to put into a ledger: a test names what it is about, the rest is filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Cell, Code, Problem, RaisedBy
from orderdrop.ledger.ledger import Attempt, AttemptOutcome, Batch, Drop, Ledger, Outcome

NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
ACCOUNT = "shop-eu"


def later(seconds: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(seconds=seconds)


def a_drop(id_: str = "d-1", **facts: Any) -> Drop:
    """A drop of the feed acme."""
    usual = Drop(
        id=id_,
        feed="acme",
        name="shipments.csv",
        sha256="ab" * 32,
        size=1234,
        arrived_at=NOW,
        kept_at=f"drops/{id_}/shipments.csv",
        place=f"processing/{id_}.csv",
    )
    return replace(usual, **facts)


def a_batch(id_: str = "b-1", **facts: Any) -> Batch:
    """A batch that was just received; its drop is named after it."""
    usual = Batch(
        id=id_,
        drop=a_drop(id_.replace("b-", "d-")),
        mapping="acme-shipments",
        mapping_digest="cd" * 32,
        destination="shipup",
        account=ACCOUNT,
        status=BatchStatus.RECEIVED,
        created_at=NOW,
    )
    return replace(usual, **facts)


def an_order(sequence: int, batch_id: str = "b-1", **facts: Any) -> StoredOrder:
    """An order of one row: row 2 is the first below the header."""
    usual = StoredOrder(
        id=f"{batch_id}-o{sequence}",
        batch_id=batch_id,
        sequence=sequence,
        key=f"FR-{sequence}",
        digest=f"digest-{sequence}",
        payload=b'{"merchant_id":"FR-%d"}' % sequence,
        lineage=lineage(sequence + 2),
        fate=OrderFate.READY,
    )
    return usual._replace(**facts)


def lineage(*rows: int) -> Lineage:
    """Rows that each are an item of their own."""
    return Lineage(levels=("items",), rows=rows, positions=tuple((index,) for index in range(len(rows))))


def an_attempt(order: StoredOrder, id_: str | None = None, **facts: Any) -> Attempt:
    """An open attempt at an order."""
    usual = Attempt(
        id=id_ or f"a-{order.id}",
        request_id="r-1",
        batch_id=order.batch_id,
        order_id=order.id,
        started_at=NOW,
    )
    return replace(usual, **facts)


def accepted(made: Attempt, /, **facts: Any) -> Outcome:
    """The API took the order."""
    usual = Outcome(
        attempt_id=made.id,
        order_id=made.order_id,
        fate=OrderFate.ACCEPTED,
        attempt=AttemptOutcome.ACCEPTED,
        at=later(1),
        http_status=201,
        reference=f"shipup-{made.order_id}",
    )
    return replace(usual, **facts)


def refused(attempt: Attempt, *problems: Problem) -> Outcome:
    """The API named problems."""
    return accepted(
        attempt,
        fate=OrderFate.REFUSED,
        attempt=AttemptOutcome.REFUSED,
        http_status=400,
        reference=None,
        problems=problems or (a_refusal(),),
    )


def failed(attempt: Attempt, http_status: int | None, fate: OrderFate = OrderFate.UNSENT) -> Outcome:
    """An answer or an error that is no verdict."""
    return accepted(
        attempt, fate=fate, attempt=AttemptOutcome.FAILED, http_status=http_status, reference=None
    )


def a_refusal(message: str = "is not a country", **facts: Any) -> Problem:
    """A problem that the API raised about one cell."""
    usual = Problem(
        code=Code.REFUSED,
        message=message,
        cells=(Cell(row=2, column="Ship-to ctry"),),
        value="Frankreich",
        order="FR-0",
        path="shipping_address.country_code",
        raised_by=RaisedBy.API,
    )
    return replace(usual, **facts)


def prepared(
    ledger: Ledger, *orders: StoredOrder, batch: Batch | None = None, rows_read: int | None = None
) -> None:
    """Register a batch with its orders, ready to be sent."""
    batch = batch or a_batch()
    ledger.open_batch(batch)
    ledger.add_orders(batch.id, orders)
    ledger.finish_preparation(
        batch.id,
        rows_read=sum(len(order.lineage.rows) for order in orders) if rows_read is None else rows_read,
        verdict="{}",
        status=BatchStatus.SENDING,
    )


def sent(ledger: Ledger, order: StoredOrder, attempt_id: str | None = None) -> Attempt:
    """Record an attempt at an order; its answer is open."""
    attempt = an_attempt(order, attempt_id)
    ledger.record_attempts([attempt])
    return attempt
