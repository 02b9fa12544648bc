"""Who uses the console: users with a role, their sessions, tokens for programs, and what they did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a user may do; each may do what those before it may."""

    MERCHANT = "merchant"  # upload to feeds of their own, and see what became of it
    OPS = "ops"  # see and mend everything
    ADMIN = "admin"  # say who may do what

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what another one may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One person. `feeds` are those that a merchant may use; ops and admins may use all."""

    name: str
    role: Role
    feeds: tuple[str, ...] = ()
    created_at: datetime
    disabled_at: datetime | None = None

    def may_use(self, feed: str | None) -> bool:
        """Whether what belongs to a feed is this user's business."""
        return self.role.covers(Role.OPS) or (feed is not None and feed in self.feeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who logged in; `digest` is that of the secret in their cookie, which is kept nowhere."""

    digest: str
    user: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A key for a program, with the rights of its user; `digest` is that of the key, which is shown once."""

    id: str
    digest: str
    user: str
    label: str
    created_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that works once: whoever follows it chooses a password for this name."""

    digest: str
    user: str
    role: Role
    feeds: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the audit trail: who did what to what, from where."""

    at: datetime
    user: str
    action: str
    subject: str = ""
    detail: str = ""
    address: str = ""
