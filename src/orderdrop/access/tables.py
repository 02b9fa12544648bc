"""The tables of access, beside those of the ledger and migrated with them."""

from sqlalchemy import Column, Index, Table, Text

from orderdrop.ledger.columns import COUNTER, METADATA, UtcDateTime

USERS = Table(
    "console_users",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("feeds", Text, nullable=False),  # a JSON list
    Column("password_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

SESSIONS = Table(
    "console_sessions",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

TOKENS = Table(
    "console_tokens",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("user_name", Text, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

INVITATIONS = Table(
    "console_invitations",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("feeds", Text, nullable=False),  # a JSON list
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

FAILURES = Table(
    "console_failures",
    METADATA,
    Column("number", COUNTER, primary_key=True),
    Column("user_name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "user_name", "at"),
    Index(None, "address", "at"),
)

DEEDS = Table(
    "console_deeds",
    METADATA,
    Column("number", COUNTER, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", Text, nullable=False),
)
