"""Runs migrations on the connection that `orderdrop.ledger.migrate` hands over, inside its transaction."""

from alembic import context

from orderdrop.ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
