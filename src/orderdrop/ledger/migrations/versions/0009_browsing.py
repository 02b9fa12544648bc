"""What makes pages quick over a million orders: kept books, tracking numbers, and indexes for what people ask.

Both are filled from what the ledger holds, once: some seconds for every hundred thousand orders.
"""

import re

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_AT_ONCE = 10_000
_TRACKING = re.compile(r'"tracking_number":("(?:[^"\\]|\\.)+")')
_BATCHES = sa.table("batches", sa.column("id"), sa.column("status"), sa.column("books_closed", sa.Boolean))
_ORDERS = sa.table("orders", *map(sa.column, ("batch_id", "fate", "row_count")))
_ROW_FATES = sa.table("row_fates", *map(sa.column, ("batch_id", "fate", "first_row", "last_row")))
_PROBLEMS = sa.table(
    "problems", *map(sa.column, ("batch_id", "number", "code", "raised_by", "owner", "severity"))
)
_BOOKS = sa.table("books", *map(sa.column, ("batch_id", "fate", "orders", "rows")))
_CAUSES = sa.table(
    "causes",
    *map(sa.column, ("batch_id", "first", "code", "heading", "raised_by", "owner", "severity", "count")),
)


def upgrade() -> None:
    """Add the tables and indexes, and fill them."""
    op.add_column(
        "batches", sa.Column("books_closed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_batches_created_at", "batches", ["created_at"])
    op.create_index("ix_drops_feed_arrived_at", "drops", ["feed", "arrived_at"])
    op.create_index("ix_problems_batch_id_order_key", "problems", ["batch_id", "order_key"])
    op.drop_index("ix_orders_order_key", "orders")
    op.create_index(
        "ix_orders_order_key", "orders", ["order_key"], postgresql_ops={"order_key": "text_pattern_ops"}
    )
    _create_books()
    _create_parcels()
    _close_books(op.get_bind())
    _find_parcels(op.get_bind())


def downgrade() -> None:
    """Take it away again; what was kept can be counted anew."""
    for table in ("parcels", "causes", "books"):
        op.drop_table(table)
    op.drop_index("ix_orders_tracking", "orders")
    op.drop_column("orders", "tracking")
    op.drop_index("ix_orders_order_key", "orders")
    op.create_index("ix_orders_order_key", "orders", ["order_key"])
    op.drop_index("ix_problems_batch_id_order_key", "problems")
    op.drop_index("ix_drops_feed_arrived_at", "drops")
    op.drop_index("ix_batches_created_at", "batches")
    op.drop_column("batches", "books_closed")


def _create_books() -> None:
    op.create_table(
        "books",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "fate", name="pk_books"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_books_batch_id"),
    )
    op.create_table(
        "causes",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text()),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "first", name="pk_causes"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_causes_batch_id"),
    )


def _create_parcels() -> None:
    op.add_column("orders", sa.Column("tracking", sa.Text()))
    op.create_index(
        "ix_orders_tracking", "orders", ["tracking"], postgresql_ops={"tracking": "text_pattern_ops"}
    )
    op.create_table(
        "parcels",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "tracking", name="pk_parcels"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_parcels_order_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_parcels_tracking", "parcels", ["tracking"], postgresql_ops={"tracking": "text_pattern_ops"}
    )


def _close_books(connection: sa.Connection) -> None:
    """Count the batches at rest, as they are counted from now on when they come to rest."""
    at_rest = _BATCHES.c.status.not_in(("received", "sending", "pending"))
    mine = sa.select(_BATCHES.c.id).where(at_rest)
    orders = sa.select(_ORDERS.c.batch_id, _ORDERS.c.fate, sa.func.count(), sa.func.sum(_ORDERS.c.row_count))
    of_range = _ROW_FATES.c.last_row - _ROW_FATES.c.first_row + 1
    alone = sa.select(_ROW_FATES.c.batch_id, _ROW_FATES.c.fate, sa.literal(0), sa.func.sum(of_range))
    for query, table in ((orders, _ORDERS), (alone, _ROW_FATES)):
        grouped = query.where(table.c.batch_id.in_(mine)).group_by(table.c.batch_id, table.c.fate)
        connection.execute(sa.insert(_BOOKS).from_select(_BOOKS.c.keys(), grouped))
    heading = _first_heading(connection.dialect.name)
    kind = (_PROBLEMS.c.raised_by, _PROBLEMS.c.owner, _PROBLEMS.c.severity)
    causes = (
        sa.select(_PROBLEMS.c.batch_id, sa.func.min(_PROBLEMS.c.number), _PROBLEMS.c.code, heading, *kind, sa.func.count())
        .where(_PROBLEMS.c.batch_id.in_(mine))
        .group_by(_PROBLEMS.c.batch_id, _PROBLEMS.c.code, heading, *kind)
    )  # fmt: skip
    connection.execute(sa.insert(_CAUSES).from_select(_CAUSES.c.keys(), causes))
    connection.execute(sa.update(_BATCHES).where(at_rest).values(books_closed=True))


def _first_heading(dialect: str) -> sa.ColumnElement[str]:
    if dialect == "sqlite":
        return sa.literal_column("json_extract(cells, '$[0][1]')")
    # no text of PostgreSQL holds a NUL, and taking one out of JSON is an error
    return sa.literal_column(r"json_extract_path_text(replace(cells, '\u0000', '\ufffd')::json, '0', '1')")


def _find_parcels(connection: sa.Connection) -> None:
    """Read the tracking numbers out of the payloads that were not purged; the orders themselves are not written anew."""
    some = sa.text("SELECT id, payload FROM orders WHERE id > :after ORDER BY id LIMIT :limit")
    add = sa.text("INSERT INTO parcels (order_id, tracking) VALUES (:order_id, :tracking)")
    after = ""
    while orders := connection.execute(some, {"after": after, "limit": _AT_ONCE}).all():
        found = [
            {"order_id": order.id, "tracking": number}
            for order in orders
            for number in dict.fromkeys(map(orjson.loads, _TRACKING.findall(order.payload or "")))
            if len(number) <= 200
        ]
        if found:
            connection.execute(add, found)
        after = orders[-1].id
