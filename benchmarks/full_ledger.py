"""A ledger that has seen half a year: batches of several feeds with their orders, attempts, problems and reruns, put in in bulk."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, Table, insert

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.database import Database
from orderdrop.ledger.sql_books import close_books
from orderdrop.ledger.tables import ACCEPTED, ATTEMPTS, BATCHES, DROPS, ORDERS, PROBLEMS, ROW_FATES

ACCOUNTS = ("shop-eu", "shop-us", "shop-uk")
FEEDS = tuple(f"warehouse-{number:02d}" for number in range(12))
DAYS = 180
LARGEST_SHARE = 0.2  # of all orders, in one batch
_AT_ONCE = 5_000
_RERUN_EVERY = 25
_LEVELS = ["fulfillments", "fulfillments.trackers", "fulfillments.trackers.line_items"]
_FAULTS = (
    ("not_an_integer", "Qty", "A whole number is expected, such as 3."),
    ("required", "SKU", "A value is needed here."),
    ("not_a_country", "Ship-to ctry", "A country code or name is expected, such as FR or France."),
    ("pattern", "Order ref", "This does not look like the others: two letters, a hyphen, digits."),
    ("not_an_email", "Email", "An email address is expected."),
)
_REFUSALS = ("is not a country", "has already been taken", "is too long (maximum is 255 characters)")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is."""

    batches: int = 5_000
    orders: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """One batch to be made; a rerun has the orders of its parent that were not accepted."""

    id: str
    number: int
    feed: str | None
    account: str
    status: str
    at: datetime
    numbers: Sequence[int]
    parent: str | None = None

    @property
    def drop_id(self) -> str:
        """A rerun has the drop of its parent."""
        return f"d{(self.parent or self.id)[1:]}"


def fill(database: Database, size: Size, until: datetime) -> None:
    """Put everything in; the newest batch came just before `until`."""
    planned = list(_plan(size, until))
    with database.writing() as connection:
        _put(connection, DROPS, (_drop(one) for one in planned if one.parent is None))
        _put(connection, BATCHES, (_batch(one) for one in planned))
    for one in planned:
        # one transaction a batch, as it is in life
        with database.writing() as connection:
            _fill_batch(connection, one)
            if not BatchStatus(one.status).resumes:
                close_books(connection, one.id)


def settle(url: str) -> None:
    """Let PostgreSQL look over what it got, as it does by itself some minutes later; SQLite never does."""
    if url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def _plan(size: Size, until: datetime) -> Iterator[_One]:
    chance = random.Random(5)
    largest = int(size.orders * LARGEST_SHARE)
    usual = (size.orders - largest) / size.batches
    first, before, step = 100_000, None, timedelta(days=DAYS) / size.batches
    for number in range(size.batches):
        at = until - step * (size.batches - number)
        status = _status(number, size.batches)
        orders = largest if number == size.batches // 2 else round(usual * chance.uniform(0.3, 1.7))
        orders = 0 if status == "failed" else orders
        one = _One(
            id=f"b-{at:%Y%m%d-%H%M%S}-{number:06d}",
            number=number,
            feed=None if number % 40 == 7 else FEEDS[number * 7 % len(FEEDS)],
            account=ACCOUNTS[1] if status == "sending" else ACCOUNTS[number % len(ACCOUNTS)],
            status=status,
            at=at,
            numbers=range(first, first + orders),
        )
        if number % _RERUN_EVERY == 1 and before is not None and before.status == "rejects":
            left = [n for n, fate in _orders(before) if fate != "accepted"]
            one = replace(
                before, id=one.id, number=number, at=at, numbers=left, parent=before.id, status="accepted"
            )
        yield one
        first, before = first + orders, one


def _status(number: int, batches: int) -> str:
    if number == batches - 3:
        return "sending"
    if number % 301 == 300:
        return "failed"
    if number % 997 == 500:
        return "held"
    return "accepted" if number % 3 == 0 and number != batches // 2 else "rejects"


def _drop(one: _One) -> Record:
    return {
        "id": one.drop_id, "feed": one.feed, "name": f"shipments_{one.at:%Y%m%d_%H%M}_{one.number}.csv",
        "sha256": f"{one.number:064x}", "size": 400 * len(one.numbers), "arrived_at": one.at,
        "kept_at": f"var/drops/{one.id}/shipments.csv", "place": f"archive/{one.at:%Y-%m-%d}/{one.number}.csv",
    }  # fmt: skip


def _batch(one: _One) -> Record:
    return {
        "id": one.id, "drop_id": one.drop_id, "mapping": "acme-shipments", "mapping_digest": f"{one.number // 800:064x}",
        "destination": "shipup", "account": one.account, "status": one.status, "created_at": one.at,
        "finished_at": None if one.status in ("sending", "held") else one.at + timedelta(seconds=20), "parent_id": one.parent,
        "verdict": None, "rows_read": sum(map(_rows_of, one.numbers)) + bool(one.numbers),
        "feed_done": one.status != "sending", "remarks": "", "scope": None, "purged_at": None, "waits_since": None,
    }  # fmt: skip


def _fill_batch(connection: Connection, one: _One) -> None:
    orders = _orders(one)
    row = 2
    sequence = 0
    while some := list(islice(orders, _AT_ONCE)):
        records, attempts, held, problems = [], [], [], []
        for number, fate in some:
            order = _order(one, number, fate, row, sequence)
            sequence += 1
            row += order["row_count"]
            records.append(order)
            if fate in ("accepted", "refused"):
                attempts.append(_attempt(one, order))
            if fate == "accepted":
                held.append(_held(one, order))
            if fate in ("held", "refused"):
                problems.append(_problem(one, order, fate))
        _put(connection, ORDERS, iter(records))
        _put(connection, ATTEMPTS, iter(attempts))
        _put(connection, ACCEPTED, iter(held))
        _put(connection, PROBLEMS, iter(problems))
    if one.numbers:
        last = {"batch_id": one.id, "fate": "ignored", "first_row": row, "last_row": row}
        _put(connection, ROW_FATES, iter([last]))


def _orders(one: _One) -> Iterator[tuple[int, str]]:
    """Number and fate: about one of a hundred is not accepted, in batches that have such."""
    for at, number in enumerate(one.numbers):
        fate = "accepted"
        if one.status == "held" or (one.status == "sending" and at > len(one.numbers) // 2):
            fate = "held" if one.status == "held" else "ready"
        elif one.status == "rejects" and (number * 2654435761) % 1000 < 15:
            fate = "held" if number % 2 else "refused"
        yield number, fate


def _rows_of(number: int) -> int:
    return 1 + number % 3


def _order(one: _One, number: int, fate: str, row: int, sequence: int) -> Record:
    rows = _rows_of(number)
    return {
        "id": f"{one.id}.{sequence}", "batch_id": one.id, "sequence": sequence, "order_key": f"AC-{number}",
        "digest": f"{number:064x}", "payload": _payload(number, rows).decode(),
        "lineage": orjson.dumps((_LEVELS, [row + n for n in range(rows)], [(0, 0, n) for n in range(rows)])).decode(),
        "row_count": rows, "fate": fate, "reference": f"ord_{number:012d}" if fate == "accepted" else None, "as_of": None,
        "tracking": tracking(number),
    }  # fmt: skip


def tracking(number: int) -> str:
    """The tracking number of an order's parcel."""
    return f"{number * 7919 % 10**9:09d}{number:09d}FR"


def _payload(number: int, rows: int) -> bytes:
    items = [
        {"merchant_id": f"SKU-{number}-{n}", "sku": f"SKU-{number}-{n}", "name": "Wool socks black", "quantity": 1 + n}
        for n in range(rows)
    ]  # fmt: skip
    tracker = {"carrier_code": "colissimo", "tracking_number": tracking(number), "line_items": items}
    return orjson.dumps(
        {
            "merchant_id": f"AC-{number}", "ordered_at": 1_790_000_000 + number, "email": f"customer{number}@example.com",
            "phone": f"+336{number % 100_000_000:08d}", "first_name": "Zoé", "last_name": f"Martin{number % 977}",
            "shipping_address": {"address1": f"{number % 300} rue Haute", "zip": f"{number % 95_000:05d}", "city": "Lyon", "country_code": "FR"},
            "order_details": {"total_order_price_incl_tax_amount": "120.50", "currency_code": "EUR"},
            "fulfillments": [{"merchant_id": f"P-{number}", "status_code": "shipped", "trackers": [tracker]}],
        }
    )  # fmt: skip


def _attempt(one: _One, order: Record) -> Record:
    accepted = order["fate"] == "accepted"
    began = one.at + timedelta(seconds=2, milliseconds=order["sequence"] * 10)
    return {
        "id": f"a-{order['id']}", "request_id": f"r-{order['id']}", "batch_id": one.id, "order_id": order["id"],
        "started_at": began, "finished_at": began + timedelta(milliseconds=80 + order["sequence"] % 400),
        "outcome": "accepted" if accepted else "refused", "http_status": 201 if accepted else 400,
        "message": "" if accepted else '{"errors":[{"shipping_address.country_code":["is not a country"]}]}',
    }  # fmt: skip


def _held(one: _One, order: Record) -> Record:
    return {
        "account": one.account, "order_key": order["order_key"], "digest": order["digest"], "order_id": order["id"],
        "accepted_at": one.at, "doubted_by": None, "as_of": one.at,
    }  # fmt: skip


def _problem(one: _One, order: Record, fate: str) -> Record:
    number, by_api = int(order["order_key"][3:]), fate == "refused"
    code, column, message = _FAULTS[number // 7 % len(_FAULTS)]
    if by_api:
        code, column, message = "refused", "Ship-to ctry", _REFUSALS[number // 7 % len(_REFUSALS)]
    row = orjson.loads(order["lineage"])[1][0]
    return {
        "batch_id": one.id, "order_id": order["id"] if by_api else None, "code": code, "message": message,
        "cells": orjson.dumps([(row, column)]).decode(), "value": "x", "order_key": order["order_key"],
        "path": "shipping_address.country_code" if by_api else None, "raised_by": "api" if by_api else "check",
        "owner": "sender", "severity": "error",
    }  # fmt: skip


def _put(connection: Connection, table: Table, records: Iterator[Record]) -> None:
    while some := list(islice(records, _AT_ONCE)):
        connection.execute(insert(table), some)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)
