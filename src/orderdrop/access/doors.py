"""What people do at the door: log in and out, follow an invitation, and what programs show: a token.

Secrets are random, shown once and kept as digests. A password is checked with argon2, also for a name that does not
exist, so that the time of an answer tells nobody which names do.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from orderdrop.access.people import Deed, Invitation, Role, Session, Token, User
from orderdrop.access.store import AccessStore
from orderdrop.core.identity import digest
from orderdrop.errors import UsageError

PASSWORD_MIN = 12
SESSION_LASTS = timedelta(hours=12)
INVITATION_LASTS = timedelta(days=7)
TRIES_OF_A_NAME = 5
TRIES_OF_AN_ADDRESS = 30
TRIES_COUNT_FOR = timedelta(minutes=15)
_NAMES_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why somebody was not let in, in words for them; `wait` says that trying again soon is of no use."""

    message: str
    wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """A new session and the secret for its cookie."""

    user: User
    session: Session
    secret: str


class Doors:
    """Everything that needs the store of access; the clock is passed in, secrets come from the system.

    `hasher` None hashes as slowly as is advised against whoever has stolen the hashes.
    """

    def __init__(
        self, store: AccessStore, clock: Callable[[], datetime], hasher: PasswordHasher | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._nobodys_hash = self._hasher.hash(secrets.token_hex(16))

    def log_in(self, name: str, password: str, address: str) -> LoggedIn | Refused:
        """Let somebody in by name and password; after a few failures nobody is for a while, from there or under that name."""
        name, now = name.strip()[:_NAMES_MAX], self._clock()
        lately = now - TRIES_COUNT_FOR
        if (
            self._store.failures(user=name, since=lately) >= TRIES_OF_A_NAME
            or self._store.failures(address=address, since=lately) >= TRIES_OF_AN_ADDRESS
        ):
            return Refused(message="Too many attempts. Try again in a quarter of an hour.", wait=True)
        user = self._store.user(name)
        right = self._is_right(self._store.password_hash(name) or self._nobodys_hash, password)
        if user is None or user.disabled_at is not None or not right:
            self._store.add_failure(name, address, now)
            self.note(name, "login refused", address=address)
            return Refused(message="Name or password is wrong.")
        self._store.forgive(name)
        self.note(name, "login", address=address)
        return self._begin(user)

    def session(self, secret: str) -> tuple[User, Session] | None:
        """Who a cookie belongs to; None when it ran out or its user is disabled."""
        found = self._store.session(_digest(secret), self._clock())
        user = self._store.user(found.user) if found is not None else None
        if found is None or user is None or user.disabled_at is not None:
            return None
        return user, found

    def log_out(self, session: Session) -> None:
        """End a session."""
        self._store.end_sessions(session.user, digest=session.digest)
        self.note(session.user, "logout")

    def invite(self, name: str, role: Role, feeds: tuple[str, ...], by: str) -> str:
        """Make a link's secret for a new user, or for one who forgot the password; it works once, for a week.

        Raises UsageError for a name that is none, and where the last admin would be one no more.
        """
        name = name.strip()
        if not name or len(name) > _NAMES_MAX or not name.isprintable():
            raise UsageError(
                f"A user's name has 1 to {_NAMES_MAX} characters.", next_step="Choose another one."
            )
        if role is not Role.ADMIN and self._is_last_admin(name):
            raise UsageError(
                f"{name} is the last admin, and would be {role.value} by this link.",
                next_step="Choose the role admin, or make another admin first.",
            )
        secret, now = secrets.token_urlsafe(32), self._clock()
        self._store.add_invitation(
            Invitation(
                digest=_digest(secret),
                user=name,
                role=role,
                feeds=feeds,
                created_at=now,
                expires_at=now + INVITATION_LASTS,
            )
        )
        self.note(by, "invite", subject=name, detail=f"{role.value} {' '.join(feeds)}".strip())
        return secret

    def invited(self, secret: str) -> Invitation | None:
        """The invitation behind a link that still works."""
        return self._store.invitation(_digest(secret), self._clock())

    def accept(self, secret: str, password: str, address: str) -> LoggedIn | Refused:
        """Choose a password by an invitation, and be logged in."""
        invitation, now = self.invited(secret), self._clock()
        if invitation is None:
            return Refused(message="This link does not work any more. Ask for a new one.")
        if len(password) < PASSWORD_MIN:
            return Refused(message=f"Choose a password of at least {PASSWORD_MIN} characters.")
        if not self._store.use_invitation(invitation.digest, now):
            return Refused(message="This link does not work any more. Ask for a new one.")
        before = self._store.user(invitation.user)
        user = User(
            name=invitation.user,
            role=invitation.role,
            feeds=invitation.feeds,
            created_at=before.created_at if before is not None else now,
        )
        self._store.put_user(user, self._hasher.hash(password))
        self._store.end_sessions(user.name)
        self._store.forgive(user.name)
        self.note(user.name, "password set", address=address)
        return self._begin(user)

    def disable(self, name: str, by: str) -> None:
        """Let somebody in no more, at once. Raises UsageError for the last admin."""
        user = self._store.user(name)
        if user is None:
            raise UsageError(f"There is no user {name}.", next_step="Look at the list of users.")
        if self._is_last_admin(name):
            raise UsageError("The last admin cannot be disabled.", next_step="Make another admin first.")
        self._store.put_user(replace(user, disabled_at=self._clock()), None)
        self._store.end_sessions(name)
        for token in self._store.tokens(name):
            self._store.revoke_token(token.id, self._clock())
        self.note(by, "disable", subject=name)

    def make_token(self, user: User, label: str) -> str:
        """A key for a program, with the rights of the user; it is shown this once."""
        secret, now = f"odt_{secrets.token_urlsafe(32)}", self._clock()
        self._store.add_token(
            Token(
                id=f"t-{secrets.token_hex(4)}",
                digest=_digest(secret),
                user=user.name,
                label=label.strip()[:_NAMES_MAX] or "token",
                created_at=now,
            )
        )
        self.note(user.name, "token made", subject=label.strip()[:_NAMES_MAX])
        return secret

    def program(self, secret: str) -> User | None:
        """Whose token this is."""
        token = self._store.token(_digest(secret), self._clock())
        user = self._store.user(token.user) if token is not None else None
        return user if user is not None and user.disabled_at is None else None

    def is_new(self) -> bool:
        """Whether there is no user yet: the first start invites an admin."""
        return not self._store.users()

    def note(self, user: str, action: str, *, subject: str = "", detail: str = "", address: str = "") -> None:
        """Add a line to the audit trail."""
        self._store.add_deed(
            Deed(at=self._clock(), user=user, action=action, subject=subject, detail=detail, address=address)
        )

    def _is_last_admin(self, name: str) -> bool:
        admins = [one for one in self._store.users() if one.role is Role.ADMIN and one.disabled_at is None]
        return [one.name for one in admins] == [name]

    def _begin(self, user: User) -> LoggedIn:
        secret, now = secrets.token_urlsafe(32), self._clock()
        session = Session(
            digest=_digest(secret),
            user=user.name,
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LASTS,
        )
        self._store.add_session(session)
        return LoggedIn(user=user, session=session, secret=secret)

    def _is_right(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def form_key(secret: str) -> str:
    """What a form must carry to be believed: derived from the secret of the cookie, useless without it."""
    return hmac.new(secret.encode(), b"orderdrop form", hashlib.sha256).hexdigest()


def is_form_key(secret: str, given: str) -> bool:
    """Whether a form carries the key of this session; takes the same time for any wrong one."""
    return hmac.compare_digest(form_key(secret).encode(), given.encode())


def _digest(secret: str) -> str:
    return digest(secret.encode())
