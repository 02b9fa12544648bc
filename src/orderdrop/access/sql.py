"""Access in the ledger's database: each method of the port is one transaction."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from orderdrop.access.people import Deed, Invitation, Role, Session, Token, User
from orderdrop.access.tables import DEEDS, FAILURES, INVITATIONS, SESSIONS, TOKENS, USERS
from orderdrop.ledger.database import Database

_SEEN_EVERY = timedelta(minutes=1)
_FAILURES_KEPT = timedelta(days=1)
# put together once: they are asked for every page of the console, and that takes longer than their answers
_USER = select(USERS).where(USERS.c.name == bindparam("name"))
_SESSION = select(SESSIONS).where(
    SESSIONS.c.digest == bindparam("digest"), SESSIONS.c.expires_at > bindparam("now")
)


class SqlAccess:
    """The AccessStore port on a migrated database; what each method promises stands at the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def users(self) -> list[User]:
        with self._database.reading() as connection:
            return [_user(row) for row in connection.execute(select(USERS).order_by(USERS.c.name))]

    def user(self, name: str) -> User | None:
        with self._database.reading() as connection:
            row = connection.execute(_USER, {"name": name}).one_or_none()
            return None if row is None else _user(row)

    def password_hash(self, name: str) -> str | None:
        with self._database.reading() as connection:
            found = select(USERS.c.password_hash).where(USERS.c.name == name)
            return connection.execute(found).scalar()

    def put_user(self, user: User, password_hash: str | None) -> None:
        values = {
            "role": user.role.value,
            "feeds": orjson.dumps(user.feeds).decode(),
            "created_at": user.created_at,
            "disabled_at": user.disabled_at,
        }
        if password_hash is not None:
            values["password_hash"] = password_hash
        with self._database.writing() as connection:
            changed = connection.execute(update(USERS).where(USERS.c.name == user.name).values(**values))
            if changed.rowcount == 0:
                connection.execute(insert(USERS).values(name=user.name, **values))

    def add_session(self, session: Session) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= session.created_at))
            connection.execute(
                insert(SESSIONS).values(
                    digest=session.digest,
                    user_name=session.user,
                    created_at=session.created_at,
                    seen_at=session.seen_at,
                    expires_at=session.expires_at,
                )
            )

    def session(self, digest: str, now: datetime) -> Session | None:
        with self._database.reading() as connection:
            row = connection.execute(_SESSION, {"digest": digest, "now": now}).one_or_none()
        if row is None:
            return None
        if now - row.seen_at >= _SEEN_EVERY:
            with self._database.writing() as connection:
                connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(seen_at=now))
        return Session(
            digest=row.digest,
            user=row.user_name,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
        )

    def end_sessions(self, user: str, *, digest: str | None = None) -> None:
        gone = delete(SESSIONS).where(SESSIONS.c.user_name == user)
        with self._database.writing() as connection:
            connection.execute(gone if digest is None else gone.where(SESSIONS.c.digest == digest))

    def add_token(self, token: Token) -> None:
        with self._database.writing() as connection:
            connection.execute(
                insert(TOKENS).values(
                    id=token.id,
                    digest=token.digest,
                    user_name=token.user,
                    label=token.label,
                    created_at=token.created_at,
                )
            )

    def token(self, digest: str, now: datetime) -> Token | None:
        with self._database.reading() as connection:
            found = select(TOKENS).where(TOKENS.c.digest == digest, TOKENS.c.revoked_at.is_(None))
            row = connection.execute(found).one_or_none()
        if row is None:
            return None
        if row.used_at is None or now - row.used_at >= _SEEN_EVERY:
            with self._database.writing() as connection:
                connection.execute(update(TOKENS).where(TOKENS.c.digest == digest).values(used_at=now))
        return _token(row)

    def tokens(self, user: str | None = None) -> list[Token]:
        found = select(TOKENS).order_by(TOKENS.c.created_at.desc(), TOKENS.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(found if user is None else found.where(TOKENS.c.user_name == user))
            return [_token(row) for row in rows]

    def revoke_token(self, token_id: str, at: datetime) -> None:
        with self._database.writing() as connection:
            open_ = (TOKENS.c.id == token_id) & TOKENS.c.revoked_at.is_(None)
            connection.execute(update(TOKENS).where(open_).values(revoked_at=at))

    def add_invitation(self, invitation: Invitation) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(INVITATIONS).where(INVITATIONS.c.user_name == invitation.user))
            connection.execute(
                insert(INVITATIONS).values(
                    digest=invitation.digest,
                    user_name=invitation.user,
                    role=invitation.role.value,
                    feeds=orjson.dumps(invitation.feeds).decode(),
                    created_at=invitation.created_at,
                    expires_at=invitation.expires_at,
                )
            )

    def invitation(self, digest: str, now: datetime) -> Invitation | None:
        works = INVITATIONS.c.used_at.is_(None) & (INVITATIONS.c.expires_at > now)
        with self._database.reading() as connection:
            found = select(INVITATIONS).where(INVITATIONS.c.digest == digest, works)
            row = connection.execute(found).one_or_none()
        if row is None:
            return None
        return Invitation(
            digest=row.digest,
            user=row.user_name,
            role=Role(row.role),
            feeds=tuple(orjson.loads(row.feeds)),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    def use_invitation(self, digest: str, at: datetime) -> bool:
        works = INVITATIONS.c.used_at.is_(None) & (INVITATIONS.c.expires_at > at)
        with self._database.writing() as connection:
            used = connection.execute(
                update(INVITATIONS).where(INVITATIONS.c.digest == digest, works).values(used_at=at)
            )
            return used.rowcount == 1

    def failures(self, *, user: str | None = None, address: str | None = None, since: datetime) -> int:
        found = select(func.count()).select_from(FAILURES).where(FAILURES.c.at >= since)
        if user is not None:
            found = found.where(FAILURES.c.user_name == user)
        if address is not None:
            found = found.where(FAILURES.c.address == address)
        with self._database.reading() as connection:
            return int(connection.execute(found).scalar_one())

    def add_failure(self, user: str, address: str, at: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(FAILURES).where(FAILURES.c.at < at - _FAILURES_KEPT))
            connection.execute(insert(FAILURES).values(user_name=user, address=address, at=at))

    def forgive(self, user: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(FAILURES).where(FAILURES.c.user_name == user))

    def add_deed(self, deed: Deed) -> None:
        with self._database.writing() as connection:
            connection.execute(
                insert(DEEDS).values(
                    at=deed.at,
                    user_name=deed.user,
                    action=deed.action,
                    subject=deed.subject,
                    detail=deed.detail,
                    address=deed.address,
                )
            )

    def deeds(self, *, limit: int = 100, before: int | None = None) -> list[tuple[int, Deed]]:
        found = select(DEEDS).order_by(DEEDS.c.number.desc()).limit(limit)
        if before is not None:
            found = found.where(DEEDS.c.number < before)
        with self._database.reading() as connection:
            return [(int(row.number), _deed(row)) for row in connection.execute(found)]


def _user(row: Row[Any]) -> User:
    return User(
        name=row.name,
        role=Role(row.role),
        feeds=tuple(orjson.loads(row.feeds)),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        digest=row.digest,
        user=row.user_name,
        label=row.label,
        created_at=row.created_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


def _deed(row: Row[Any]) -> Deed:
    return Deed(
        at=row.at,
        user=row.user_name,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
        address=row.address,
    )
