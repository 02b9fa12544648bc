"""What tests of contracts share: every kind of ledger, and a real PostgreSQL server (see tests/integration/postgres.py)."""

from tests.contract.ledgers import ledger
from tests.integration.postgres import emptied_database, postgres

__all__ = ["emptied_database", "ledger", "postgres"]
