"""What a database finds wrong with itself: broken pages, rows that lead nowhere, facts that contradict each other."""

from sqlalchemy import Connection, func, or_, select

from orderdrop.ledger.tables import ACCEPTED, ORDERS

_MOST = 100


def damage(connection: Connection) -> list[str]:
    """Everything that is wrong, in words; at most a hundred of each kind."""
    return [*_of_the_file(connection), *_of_what_was_accepted(connection)]


def _of_the_file(connection: Connection) -> list[str]:
    """What SQLite knows of its file; PostgreSQL lets no row lead nowhere, and checks its pages by itself."""
    if connection.dialect.name != "sqlite":
        return []
    said = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})")]
    found = [] if said == ["ok"] else [f"The database says of itself: {text}" for text in said]
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_MOST)
    found += [
        f"Row {row[1]} of table {row[0]} names a row of table {row[2]} that is not there." for row in lost
    ]
    return found


def _of_what_was_accepted(connection: Connection) -> list[str]:
    """Entries of `accepted` that their own order does not bear out: such an order would be taken for sent, or sent again."""
    rows = connection.execute(
        select(ACCEPTED.c.account, ACCEPTED.c.order_key)
        .outerjoin(ORDERS, ORDERS.c.id == ACCEPTED.c.order_id)
        .where(
            or_(
                ORDERS.c.id.is_(None),
                ORDERS.c.order_key != ACCEPTED.c.order_key,
                func.coalesce(ORDERS.c.digest, "") != ACCEPTED.c.digest,
            )
        )
        .order_by(ACCEPTED.c.account, ACCEPTED.c.order_key)
        .limit(_MOST)
    )
    return [
        f"What account {account} is said to have accepted of order {key} is not what any batch sent."
        for account, key in rows
    ]
