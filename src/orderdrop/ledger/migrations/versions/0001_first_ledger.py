"""The first ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_IS_OPEN = sa.text("outcome IS NULL")


def upgrade() -> None:
    """From nothing."""
    _create_leases_and_mappings()
    _create_drops_and_batches()
    _create_rows_and_orders()
    _create_attempts()
    _create_problems()
    _create_accepted()


def downgrade() -> None:
    """Back to nothing."""
    for table in (
        "accepted",
        "problems",
        "attempts",
        "orders",
        "row_fates",
        "batches",
        "drops",
        "mappings",
        "leases",
    ):
        op.drop_table(table)


def _create_leases_and_mappings() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "mappings",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pinned_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_mappings"),
    )


def _create_drops_and_batches() -> None:
    op.create_table(
        "drops",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", _MOMENT, nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.Column("place", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_drops"),
    )
    op.create_index("ix_drops_sha256", "drops", ["sha256"])
    op.create_index("ix_drops_feed_place", "drops", ["feed", "place"])
    op.create_table(
        "batches",
        sa.Column("number", _COUNTER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("drop_id", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("mapping_digest", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT),
        sa.Column("parent_id", sa.Text()),
        sa.Column("verdict", sa.Text()),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("feed_done", sa.Boolean(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_batches"),
        sa.UniqueConstraint("id", name="uq_batches_id"),
        sa.ForeignKeyConstraint(["drop_id"], ["drops.id"], name="fk_batches_drop_id"),
    )
    op.create_index("ix_batches_drop_id", "batches", ["drop_id"])
    op.create_index("ix_batches_status_number", "batches", ["status", "number"])
    op.create_index("ix_batches_feed_done_number", "batches", ["feed_done", "number"])


def _create_rows_and_orders() -> None:
    op.create_table(
        "row_fates",
        sa.Column("number", _COUNTER, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("first_row", sa.BigInteger(), nullable=False),
        sa.Column("last_row", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_row_fates"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_row_fates_batch_id"),
    )
    op.create_index("ix_row_fates_batch_id_first_row", "row_fates", ["batch_id", "first_row"])
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text()),
        sa.Column("payload", sa.Text()),
        sa.Column("lineage", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_orders_batch_id"),
    )
    op.create_index("uq_orders_batch_id_sequence", "orders", ["batch_id", "sequence"], unique=True)
    op.create_index("ix_orders_by_fate", "orders", ["batch_id", "fate", "sequence", "row_count"])
    op.create_index("ix_orders_order_key", "orders", ["order_key"])


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("number", _COUNTER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT),
        sa.Column("outcome", sa.Text()),
        sa.Column("http_status", sa.Integer()),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_attempts"),
        sa.UniqueConstraint("id", name="uq_attempts_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_attempts_batch_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_attempts_order_id"),
    )
    op.create_index("ix_attempts_order_id", "attempts", ["order_id"])
    op.create_index(
        "ix_attempts_open", "attempts", ["batch_id"], sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
    )


def _create_problems() -> None:
    op.create_table(
        "problems",
        sa.Column("number", _COUNTER, nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("order_key", sa.Text()),
        sa.Column("path", sa.Text()),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_problems"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_problems_batch_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_problems_order_id"),
    )
    op.create_index("ix_problems_batch_id_number", "problems", ["batch_id", "number"])
    op.create_index("ix_problems_order_id", "problems", ["order_id"])


def _create_accepted() -> None:
    op.create_table(
        "accepted",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("accepted_at", _MOMENT, nullable=False),
        sa.Column("doubted_by", sa.Text()),
        sa.PrimaryKeyConstraint("account", "order_key", name="pk_accepted"),
    )
    op.create_index("ix_accepted_doubted_by", "accepted", ["doubted_by"])
