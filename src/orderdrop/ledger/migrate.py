"""Brings a ledger's tables to the form that this orderdrop expects, in one transaction and in one process at a time."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from orderdrop.errors import SetupError
from orderdrop.ledger.database import Database
from orderdrop.ledger.unavailable import damaged

HEAD = "0011"  # the newest revision in migrations/versions
_VERSIONS = "alembic_version"


def upgrade(database: Database, *, must_exist: bool = False) -> None:
    """Migrate to the newest revision; nothing to do is the usual case and costs one query.

    Raises SetupError when a newer orderdrop or another program made the tables, LedgerUnavailable when there are
    none although `must_exist`.
    """
    with database.reading() as connection:
        if revision(connection) == HEAD:
            return
    with database.writing() as connection:
        found = revision(connection)  # again: another process may have been faster, and writers take turns
        if found == HEAD:
            return
        if found is None:
            _check_empty(connection, database.place, must_exist=must_exist)
        elif found not in _known():
            raise SetupError(
                f"The ledger {database.place} was written by a newer orderdrop (its tables are at {found}, this one knows {HEAD}).",
                next_step="Install the newer version again, or restore a backup from before the upgrade.",
            )
        _run(connection)


def revision(connection: Connection) -> str | None:
    """The revision that the ledger's tables are at, None where there are none."""
    if not inspect(connection).has_table(_VERSIONS):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608 - our own constant
    return None if found is None else str(found)


def _check_empty(connection: Connection, place: str, *, must_exist: bool) -> None:
    others = sorted(set(inspect(connection).get_table_names()) - {_VERSIONS})
    if others:
        raise SetupError(
            f"The database {place} belongs to something else: it has the tables {', '.join(others[:5])}.",
            next_step="Name another file or database under `ledger:` in orderdrop.yaml.",
        )
    if must_exist:
        raise damaged(place, "has no tables, although there were batches before")


def _known() -> set[str]:
    return {path.stem.partition("_")[0] for path in (_scripts() / "versions").glob("[0-9]*.py")}


def _scripts() -> Path:
    return Path(__file__).parent / "migrations"


def _run(connection: Connection) -> None:
    from alembic import command  # a fifth of a second that only a migration has to pay
    from alembic.config import Config

    config = Config()
    # a percent sign in the path would be read as an interpolation
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
