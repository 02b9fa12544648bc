"""What tests of contracts share: a real PostgreSQL server (see tests/integration/postgres.py for its interface)."""

from tests.integration.postgres import emptied_database, postgres

__all__ = ["emptied_database", "postgres"]
