"""Reruns name their rows, orders the moment they speak of, and excluded orders their reason."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what is empty for everything that came before."""
    op.add_column("batches", sa.Column("scope", sa.Text()))
    op.create_index("ix_batches_parent_id", "batches", ["parent_id"])
    op.add_column("orders", sa.Column("as_of", _MOMENT))
    op.add_column("accepted", sa.Column("as_of", _MOMENT))
    op.create_table(
        "exclusions",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("excluded_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "order_key", name="pk_exclusions"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_exclusions_batch_id"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("exclusions")
    op.drop_column("accepted", "as_of")
    op.drop_column("orders", "as_of")
    op.drop_index("ix_batches_parent_id", "batches")
    op.drop_column("batches", "scope")
