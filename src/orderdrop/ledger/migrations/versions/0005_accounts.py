"""What all processes know of an account, and which batches wait for theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what is unknown of everything that came before: what is unsent by then waits for a rerun, as it was told."""
    op.create_table(
        "accounts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT),
        sa.Column("rests", sa.Integer(), nullable=False),
        sa.Column("probe_at", _MOMENT),
        sa.Column("probing_since", _MOMENT),
        sa.Column("probing_by", sa.Text()),
        sa.Column("resumed_at", _MOMENT),
        sa.Column("paused_until", _MOMENT),
        sa.Column("next_at", _MOMENT),
        sa.Column("noted_at", _MOMENT),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_accounts"),
    )
    op.add_column("batches", sa.Column("waits_since", _MOMENT))
    op.create_index("ix_batches_waits_since", "batches", ["waits_since"])


def downgrade() -> None:
    """Forget it again."""
    op.drop_index("ix_batches_waits_since", "batches")
    op.drop_column("batches", "waits_since")
    op.drop_table("accounts")
