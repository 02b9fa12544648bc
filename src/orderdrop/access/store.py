"""The port of access: what is remembered of users, sessions, tokens, invitations and deeds. Secrets are digests here."""

from datetime import datetime
from typing import Protocol

from orderdrop.access.people import Deed, Invitation, Session, Token, User


class AccessStore(Protocol):
    """Where access is kept; every call is whole or not at all and may raise LedgerUnavailable."""

    def users(self) -> list[User]:
        """Everybody, by name."""

    def user(self, name: str) -> User | None:
        """One user, also one that is disabled."""

    def password_hash(self, name: str) -> str | None:
        """What a user's password is checked against."""

    def put_user(self, user: User, password_hash: str | None) -> None:
        """Add or change a user; None leaves the password as it is."""

    def add_session(self, session: Session) -> None:
        """Remember that somebody logged in; sessions that ran out are forgotten."""

    def session(self, digest: str, now: datetime) -> Session | None:
        """A session that has not run out; notes that it was seen, once a minute."""

    def end_sessions(self, user: str, *, digest: str | None = None) -> None:
        """End one session of a user, or all."""

    def add_token(self, token: Token) -> None:
        """Remember a token."""

    def token(self, digest: str, now: datetime) -> Token | None:
        """A token that was not revoked; notes that it was used, once a minute."""

    def tokens(self, user: str | None = None) -> list[Token]:
        """The tokens of a user, or of everybody, the newest first."""

    def revoke_token(self, token_id: str, at: datetime) -> None:
        """Let a token open nothing any more."""

    def add_invitation(self, invitation: Invitation) -> None:
        """Remember an invitation; earlier ones of the same name stop working."""

    def invitation(self, digest: str, now: datetime) -> Invitation | None:
        """An invitation that still works."""

    def use_invitation(self, digest: str, at: datetime) -> bool:
        """Use it up; False when somebody was faster."""

    def failures(self, *, user: str | None = None, address: str | None = None, since: datetime) -> int:
        """How often logging in failed lately, for a name or from an address."""

    def add_failure(self, user: str, address: str, at: datetime) -> None:
        """Remember that logging in failed; those older than a day are forgotten."""

    def forgive(self, user: str) -> None:
        """Forget the failures of a name: its owner is here."""

    def add_deed(self, deed: Deed) -> None:
        """Add a line to the audit trail; none is ever changed or removed."""

    def deeds(self, *, limit: int = 100, before: int | None = None) -> list[tuple[int, Deed]]:
        """The newest lines of the audit trail with their numbers, those before a number."""
