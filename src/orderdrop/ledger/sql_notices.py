"""Notices, in SQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from orderdrop.core.notices import Cause, Matter, Message, Notice, Sending, Told, Tone
from orderdrop.ledger.database import Database
from orderdrop.ledger.tables import NOTICES, SENDINGS, TOLD
from orderdrop.ledger.unavailable import contradiction

_WAITS = SENDINGS.c.sent_at.is_(None) & SENDINGS.c.given_up_at.is_(None)


class SqlNotices:
    """The Notices port on a migrated database; what each method promises stands at the port."""

    _database: Database

    def told(self) -> list[Told]:
        with self._database.reading() as connection:
            return told(connection)

    def tell(
        self, before: Told | None, after: Told | None, notice: Notice | None, channels: Collection[str]
    ) -> bool:
        with self._database.writing() as connection:
            return tell(connection, before, after, notice, channels)

    def sendings(self, *, limit: int | None = None) -> list[Sending]:
        with self._database.reading() as connection:
            return sendings(connection, limit)

    def record_sending(self, sending: Sending) -> None:
        with self._database.writing() as connection:
            record_sending(connection, sending)

    def forget_notices(self, before: datetime) -> int:
        with self._database.writing() as connection:
            return forget_notices(connection, before)


def told(connection: Connection) -> list[Told]:
    """What people know, by cause and place."""
    return [_told(row) for row in connection.execute(select(TOLD).order_by(TOLD.c.cause, TOLD.c.place))]


def tell(
    connection: Connection,
    before: Told | None,
    after: Told | None,
    notice: Notice | None,
    channels: Collection[str],
) -> bool:
    """Change what people know of a matter; writers take turns, so nobody else changes it in between."""
    known = before or after
    if known is None:
        return False
    this = (TOLD.c.cause == known.matter.cause.value) & (TOLD.c.place == known.matter.place)
    row = connection.execute(select(TOLD).where(this)).one_or_none()
    if (None if row is None else _told(row)) != before:
        return False
    connection.execute(delete(TOLD).where(this))
    if after is not None:
        connection.execute(insert(TOLD).values(_told_record(after)))
    if notice is not None:
        number = connection.execute(
            insert(NOTICES).values(_notice_record(notice)).returning(NOTICES.c.number)
        ).scalar_one()
        for channel in channels:
            connection.execute(
                insert(SENDINGS).values(notice=number, channel=channel, next_at=notice.at, tries=0, said="")
            )
    return True


def sendings(connection: Connection, limit: int | None) -> list[Sending]:
    """What is still to be sent; with `limit` the newest of all."""
    found = select(SENDINGS, NOTICES).join_from(SENDINGS, NOTICES, SENDINGS.c.notice == NOTICES.c.number)
    if limit is None:
        found = found.where(_WAITS).order_by(SENDINGS.c.notice, SENDINGS.c.channel)
    else:
        found = found.order_by(SENDINGS.c.notice.desc(), SENDINGS.c.channel).limit(limit)
    return [_sending(row) for row in connection.execute(found)]


def record_sending(connection: Connection, sending: Sending) -> None:
    """Keep how a sending went."""
    changed = connection.execute(
        update(SENDINGS)
        .where(SENDINGS.c.notice == sending.notice.number, SENDINGS.c.channel == sending.channel)
        .values(
            next_at=sending.next_at,
            tries=sending.tries,
            said=sending.said,
            sent_at=sending.sent_at,
            given_up_at=sending.given_up_at,
        )
    )
    if changed.rowcount != 1:
        raise contradiction("a notice that was sent is not there")


def forget_notices(connection: Connection, before: datetime) -> int:
    """Remove what was said long ago and waits for no channel."""
    waiting = select(SENDINGS.c.notice).where(_WAITS)
    old = select(NOTICES.c.number).where(NOTICES.c.at < before, NOTICES.c.number.not_in(waiting))
    numbers = list(connection.execute(old).scalars())
    connection.execute(delete(SENDINGS).where(SENDINGS.c.notice.in_(numbers)))
    connection.execute(delete(NOTICES).where(NOTICES.c.number.in_(numbers)))
    return len(numbers)


def _told_record(known: Told) -> dict[str, Any]:
    return {
        "cause": known.matter.cause.value,
        "place": known.matter.place,
        "subjects": orjson.dumps(sorted(known.subjects)).decode(),
        "since": known.since,
        "told_at": known.told_at,
        "standing": known.standing,
    }


def _told(row: Row[Any]) -> Told:
    return Told(
        matter=Matter(cause=Cause(row.cause), place=row.place),
        subjects=frozenset(orjson.loads(row.subjects)),
        since=row.since,
        told_at=row.told_at,
        standing=row.standing,
    )


def _notice_record(notice: Notice) -> dict[str, Any]:
    return {
        "cause": notice.matter.cause.value,
        "place": notice.matter.place,
        "at": notice.at,
        "tone": notice.message.tone.value,
        "title": notice.message.title,
        "text": notice.message.text,
    }


def _sending(row: Row[Any]) -> Sending:
    return Sending(
        notice=Notice(
            matter=Matter(cause=Cause(row.cause), place=row.place),
            at=row.at,
            message=Message(tone=Tone(row.tone), title=row.title, text=row.text),
            number=row.number,
        ),
        channel=row.channel,
        next_at=row.next_at,
        tries=row.tries,
        said=row.said,
        sent_at=row.sent_at,
        given_up_at=row.given_up_at,
    )
