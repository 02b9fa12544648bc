"""What people were told, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_MOMENT = sa.DateTime(timezone=True)
_COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAITS = sa.text("sent_at IS NULL AND given_up_at IS NULL")


def upgrade() -> None:
    """Add the tables of notices; nobody was told anything yet."""
    op.create_table(
        "told",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("cause", "place", name="pk_told"),
    )
    op.create_table(
        "notices",
        sa.Column("number", _COUNTER, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_notices"),
    )
    op.create_index("ix_notices_at", "notices", ["at"])
    op.create_table(
        "sendings",
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("sent_at", _MOMENT),
        sa.Column("given_up_at", _MOMENT),
        sa.PrimaryKeyConstraint("notice", "channel", name="pk_sendings"),
        sa.ForeignKeyConstraint(["notice"], ["notices.number"], name="fk_sendings_notice_notices"),
    )
    op.create_index(
        "ix_sendings_waiting", "sendings", ["notice"], sqlite_where=_WAITS, postgresql_where=_WAITS
    )


def downgrade() -> None:
    """Forget it again."""
    for table in ("sendings", "notices", "told"):
        op.drop_table(table)
