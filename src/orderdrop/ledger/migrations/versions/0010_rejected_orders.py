"""Indexes that find a rejected order by its number, and the batches that were set aside for want of a mapping."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_UNMAPPED = sa.text("mapping_digest = ''")


def upgrade() -> None:
    """Turn the index of a batch's orders round, so that it serves all batches too; a second one would cost every problem."""
    op.drop_index("ix_problems_batch_id_order_key", "problems")
    op.create_index(
        "ix_problems_order_key_batch_id",
        "problems",
        ["order_key", "batch_id"],
        postgresql_ops={"order_key": "text_pattern_ops"},
    )
    op.create_index(
        "ix_batches_unmapped", "batches", ["number"], sqlite_where=_UNMAPPED, postgresql_where=_UNMAPPED
    )


def downgrade() -> None:
    """Turn it back."""
    op.drop_index("ix_batches_unmapped", "batches")
    op.drop_index("ix_problems_order_key_batch_id", "problems")
    op.create_index("ix_problems_batch_id_order_key", "problems", ["batch_id", "order_key"])
