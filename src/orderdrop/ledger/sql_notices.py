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
        query = select(TOLD).order_by(TOLD.c.cause, TOLD.c.place)
        with self._database.reading() as connection:
            return [_told(row) for row in connection.execute(query)]

    def tell(
        self, before: Told | None, after: Told | None, notice: Notice | None, channels: Collection[str]
    ) -> bool:
        known = before or after
        if known is None:
            return False
        this = (TOLD.c.cause == known.matter.cause.value) & (TOLD.c.place == known.matter.place)
        with self._database.writing() as connection:  # writers take turns: nobody else changes it in between
            row = connection.execute(select(TOLD).where(this)).one_or_none()
            if (None if row is None else _told(row)) != before:
                return False
            connection.execute(delete(TOLD).where(this))
            if after is not None:
                connection.execute(insert(TOLD).values(_told_record(after)))
            if notice is not None:
                _put_on_its_way(connection, notice, channels)
        return True

    def sendings(self, *, limit: int | None = None) -> list[Sending]:
        query = select(SENDINGS, NOTICES).join_from(SENDINGS, NOTICES, SENDINGS.c.notice == NOTICES.c.number)
        if limit is None:
            query = query.where(_WAITS).order_by(SENDINGS.c.notice, SENDINGS.c.channel)
        else:
            query = query.order_by(SENDINGS.c.notice.desc(), SENDINGS.c.channel).limit(limit)
        with self._database.reading() as connection:
            return [_sending(row) for row in connection.execute(query)]

    def record_sending(self, sending: Sending) -> None:
        this = SENDINGS.c.notice == sending.notice.number, SENDINGS.c.channel == sending.channel
        facts = {
            "next_at": sending.next_at,
            "tries": sending.tries,
            "said": sending.said,
            "sent_at": sending.sent_at,
            "given_up_at": sending.given_up_at,
        }
        with self._database.writing() as connection:
            if connection.execute(update(SENDINGS).where(*this).values(facts)).rowcount != 1:
                raise contradiction("a notice that was sent is not there")

    def forget_notices(self, before: datetime) -> int:
        waiting = select(SENDINGS.c.notice).where(_WAITS)
        old = NOTICES.c.at < before, NOTICES.c.number.not_in(waiting)
        with self._database.writing() as connection:
            numbers = select(NOTICES.c.number).where(*old)
            connection.execute(delete(SENDINGS).where(SENDINGS.c.notice.in_(numbers)))
            return connection.execute(delete(NOTICES).where(*old)).rowcount


def _put_on_its_way(connection: Connection, notice: Notice, channels: Collection[str]) -> None:
    written = insert(NOTICES).values(_notice_record(notice)).returning(NOTICES.c.number)
    number = connection.execute(written).scalar_one()
    for channel in channels:
        sending = {"notice": number, "channel": channel, "next_at": notice.at, "tries": 0, "said": ""}
        connection.execute(insert(SENDINGS).values(sending))


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
