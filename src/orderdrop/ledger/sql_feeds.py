"""Feeds, in SQL."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from orderdrop.ledger.feeds import ChangeFeed, FeedState
from orderdrop.ledger.sql_statements import upsert
from orderdrop.ledger.tables import FEEDS


def feed_state(connection: Connection, feed: str) -> FeedState:
    """What is known of a feed."""
    found = connection.execute(select(FEEDS).where(FEEDS.c.feed == feed)).mappings().one_or_none()
    return FeedState(feed=feed) if found is None else FeedState(**found)


def change_feed(connection: Connection, feed: str, to: ChangeFeed) -> FeedState:
    """Change what is known of a feed; writers take turns, so nobody else changes it in between."""
    before = feed_state(connection, feed)
    after = to(before)
    if after != before:
        facts: dict[str, Any] = asdict(after)
        del facts["feed"]
        connection.execute(
            upsert(connection.dialect.name, FEEDS)
            .values(feed=feed, **facts)
            .on_conflict_do_update(index_elements=["feed"], set_=facts)
        )
    return after
