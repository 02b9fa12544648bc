"""Batches say when their personal data were removed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; nothing was purged before."""
    op.add_column("batches", sa.Column("purged_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Forget when; what was removed does not come back."""
    op.drop_column("batches", "purged_at")
