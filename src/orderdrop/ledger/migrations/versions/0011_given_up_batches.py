"""Batches that were held say whether somebody gave them up; until now their remarks alone did."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_BATCHES = sa.table("batches", sa.column("remarks", sa.Text), sa.column("given_up", sa.Boolean))
_SAID = (
    "%Discarded at ____-__-__ __:__ UTC: %",
    "%All of it came back corrected as batch b-%",
)


def upgrade() -> None:
    """Add the mark, and set it where an older orderdrop said so in words."""
    op.add_column("batches", sa.Column("given_up", sa.Boolean(), nullable=False, server_default=sa.false()))
    said = sa.or_(*(_BATCHES.c.remarks.like(words) for words in _SAID))
    op.execute(sa.update(_BATCHES).where(said).values(given_up=True))


def downgrade() -> None:
    """Leave it to the remarks again."""
    op.drop_column("batches", "given_up")
