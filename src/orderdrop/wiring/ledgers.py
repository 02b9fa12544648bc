"""The ledger of the settings, the database behind it, and one in memory."""

from orderdrop import settings as setup
from orderdrop.errors import SetupError
from orderdrop.ledger.database import Database
from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.sql import SqlLedger
from orderdrop.pipeline.upkeep.restoring import lost


def open_settled_ledger(settings: setup.Settings, *, restored: bool = False) -> Ledger:
    """The ledger of the settings; refuses to begin an empty one where batches were reported before: it would send everything again.

    Refuses one that is older than the reports, too, unless it is known to be a backup that was `restored`.
    """
    reports = settings.workdir / "reports"
    ledger = open_ledger(settings.ledger, must_exist=reports.is_dir() and any(reports.iterdir()))
    missing = [] if restored or isinstance(ledger, MemoryLedger) else lost(ledger, settings.workdir)
    if missing:
        ledger.close()
        raise SetupError(
            f"The ledger is older than the reports below {reports}: it does not know batch {missing[-1]}"
            + (f" and {len(missing) - 1} more." if len(missing) > 1 else "."),
            next_step="If a backup was put back, run `orderdrop ledger restored`; else correct `ledger:` or `workdir:`.",
        )
    return ledger


def database_of(ledger: Ledger) -> Database:
    """The database behind a ledger, for what is kept beside it. Raises SetupError for a ledger in memory."""
    if not isinstance(ledger, SqlLedger):
        raise SetupError(
            "The console needs a ledger that lasts.", next_step="Name a file or database under `ledger:`."
        )
    return ledger.database


def scratch_ledger() -> Ledger:
    """A ledger in memory, for previews."""
    return MemoryLedger()
