"""What all processes know of a feed: whether it is paused, and how its last poll went."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table of feeds; none is paused, and none has been polled as far as it knows."""
    op.create_table(
        "feeds",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("paused_at", _MOMENT),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=False),
        sa.Column("polled_at", _MOMENT),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.Column("failing_since", _MOMENT),
        sa.PrimaryKeyConstraint("feed", name="pk_feeds"),
    )


def downgrade() -> None:
    """Forget it again."""
    op.drop_table("feeds")
