"""The tables of the ledger, in words that SQLite and PostgreSQL both understand.

Every table has an index for each question that the port asks. `number` is the order in which facts were recorded:
unlike a clock it never runs backwards. Enumerations are kept as their words, so that the ledger can be read by people.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, false, text

from orderdrop.ledger.columns import COUNTER, UtcDateTime
from orderdrop.ledger.columns import METADATA as METADATA

LEASES = Table(
    "leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

MAPPINGS = Table(
    "mappings",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("pinned_at", UtcDateTime, nullable=False),
)

DROPS = Table(
    "drops",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("feed", Text),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("kept_at", Text, nullable=False),
    Column("place", Text),
    Index(None, "sha256"),
    Index(None, "feed", "place"),
    Index(None, "feed", "arrived_at"),
)

UNMAPPED = text(
    "mapping_digest = ''"
)  # a partial index answers only who asks in its own words, without a parameter
BATCHES = Table(
    "batches",
    METADATA,
    Column("number", COUNTER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("drop_id", Text, ForeignKey(DROPS.c.id), nullable=False, index=True),
    Column("mapping", Text, nullable=False),
    Column("mapping_digest", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("parent_id", Text, index=True),
    Column("verdict", Text),
    Column("rows_read", BigInteger, nullable=False),
    Column("feed_done", Boolean, nullable=False),
    Column("remarks", Text, nullable=False),
    Column("scope", Text),
    Column("purged_at", UtcDateTime),
    Column("waits_since", UtcDateTime, index=True),
    Column("given_up", Boolean, nullable=False, server_default=false()),
    # whether `books` and `causes` say what its orders and problems are; whatever changes one of these unsets it
    Column("books_closed", Boolean, nullable=False, server_default=false()),
    Index(None, "created_at"),
    Index(None, "status", "number"),
    Index(None, "feed_done", "number"),
    Index("ix_batches_unmapped", "number", sqlite_where=UNMAPPED, postgresql_where=UNMAPPED),
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("reason", Text),
    Column("detail", Text, nullable=False),
    Column("since", UtcDateTime),
    Column("rests", Integer, nullable=False),
    Column("probe_at", UtcDateTime),
    Column("probing_since", UtcDateTime),
    Column("probing_by", Text),
    Column("resumed_at", UtcDateTime),
    Column("paused_until", UtcDateTime),
    Column("next_at", UtcDateTime),
    Column("noted_at", UtcDateTime),
    Column("turns", Integer, nullable=False),
)

FEEDS = Table(
    "feeds",
    METADATA,
    Column("feed", Text, primary_key=True),
    Column("paused_at", UtcDateTime),
    Column("paused_by", Text, nullable=False),
    Column("pause_reason", Text, nullable=False),
    Column("polled_at", UtcDateTime),
    Column("failed", Text, nullable=False),
    Column("failing_since", UtcDateTime),
)

ROW_FATES = Table(
    "row_fates",
    METADATA,
    Column("number", COUNTER, primary_key=True),
    Column("batch_id", Text, ForeignKey(BATCHES.c.id), nullable=False),
    Column("fate", Text, nullable=False),
    Column("first_row", BigInteger, nullable=False),
    Column("last_row", BigInteger, nullable=False),
    Index(None, "batch_id", "first_row"),
)

ORDERS = Table(
    "orders",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("batch_id", Text, ForeignKey(BATCHES.c.id), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("order_key", Text, nullable=False),
    Column("digest", Text),
    Column("payload", Text),
    Column("lineage", Text, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("fate", Text, nullable=False),
    Column("reference", Text),
    Column("as_of", UtcDateTime),  # what the order itself says; else its drop's arrival counts
    # its first tracking number: a second table for all of them would cost thrice the time
    Column("tracking", Text),
    Index("uq_orders_batch_id_sequence", "batch_id", "sequence", unique=True),
    # row_count lets the books be added up from the index alone, without a look at the payloads
    Index("ix_orders_by_fate", "batch_id", "fate", "sequence", "row_count"),
    # serves beginnings too: a database that sorts as people do finds them only in an index that sorts by bytes
    Index(None, "order_key", postgresql_ops={"order_key": "text_pattern_ops"}),
    Index(None, "tracking", postgresql_ops={"tracking": "text_pattern_ops"}),
)

# tracking numbers for which `orders` has no room: those of further parcels, and all of what an older orderdrop registered
PARCELS = Table(
    "parcels",
    METADATA,
    Column("order_id", Text, ForeignKey(ORDERS.c.id), primary_key=True),
    Column("tracking", Text, primary_key=True),
    Index(None, "tracking", postgresql_ops={"tracking": "text_pattern_ops"}),
    sqlite_with_rowid=False,  # half the writing: its rows are the index that finds them by order
)

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("number", COUNTER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("request_id", Text, nullable=False),
    Column("batch_id", Text, ForeignKey(BATCHES.c.id), nullable=False),
    Column("order_id", Text, ForeignKey(ORDERS.c.id), nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("outcome", Text),
    Column("http_status", Integer),
    Column("message", Text, nullable=False),
    Index(
        "ix_attempts_open",
        "batch_id",
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
)

PROBLEMS = Table(
    "problems",
    METADATA,
    Column("number", COUNTER, primary_key=True),
    Column("batch_id", Text, ForeignKey(BATCHES.c.id), nullable=False),
    Column("order_id", Text, ForeignKey(ORDERS.c.id)),  # set where an outcome brought the problem
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("cells", Text, nullable=False),
    Column("value", Text),
    Column("order_key", Text),
    Column("path", Text),
    Column("raised_by", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Index(None, "batch_id", "number"),
    # a rejected order is known by its problems alone: they are looked for by its number, in any batch or in one
    Index(None, "order_key", "batch_id", postgresql_ops={"order_key": "text_pattern_ops"}),
    Index(None, "order_id"),
)

BOOKS = Table(
    "books",
    METADATA,
    Column("batch_id", Text, ForeignKey(BATCHES.c.id), primary_key=True),
    Column("fate", Text, primary_key=True),
    Column("orders", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
)

CAUSES = Table(
    "causes",
    METADATA,
    Column("batch_id", Text, ForeignKey(BATCHES.c.id), primary_key=True),
    Column("first", BigInteger, primary_key=True),  # the number of the first such problem
    Column("code", Text, nullable=False),
    Column("heading", Text),
    Column("raised_by", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
)

ACCEPTED = Table(
    "accepted",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("order_key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("accepted_at", UtcDateTime, nullable=False),
    # the first later attempt that may have changed the order at the destination without our knowing
    Column("doubted_by", Text, index=True),
    Column("as_of", UtcDateTime),  # unknown for what an older orderdrop sent
)

TOLD = Table(
    "told",
    METADATA,
    Column("cause", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("subjects", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    Column("standing", Boolean, nullable=False),
)

NOTICES = Table(
    "notices",
    METADATA,
    Column("number", COUNTER, primary_key=True),
    Column("cause", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("tone", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
)

SENDINGS = Table(
    "sendings",
    METADATA,
    Column("notice", BigInteger, ForeignKey(NOTICES.c.number), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("said", Text, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("given_up_at", UtcDateTime),
    Index(
        "ix_sendings_waiting",
        "notice",
        sqlite_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL"),
    ),
)

EXCLUSIONS = Table(
    "exclusions",
    METADATA,
    Column("batch_id", Text, ForeignKey(BATCHES.c.id), primary_key=True),
    Column("order_key", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("excluded_at", UtcDateTime, nullable=False),
)

LINKS = Table(
    "links",
    METADATA,
    Column("order_id", Text, ForeignKey(ORDERS.c.id), primary_key=True),
    # whoever has it sees the recipient: here only if the account says so
    Column("url", Text, nullable=False),
)
