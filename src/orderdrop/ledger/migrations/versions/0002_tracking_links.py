"""A place for the tracking links of accounts that let them be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "links",
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_links"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_links_order_id"),
    )


def downgrade() -> None:
    """Forget the links."""
    op.drop_table("links")
