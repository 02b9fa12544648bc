"""Feeds, in memory."""

from orderdrop.ledger.feeds import ChangeFeed, FeedState
from orderdrop.ledger.memory_state import InMemory, one_at_a_time


class Feeds(InMemory):
    """What is known of feeds."""

    @one_at_a_time
    def feed_state(self, feed: str) -> FeedState:
        return self._feeds.get(feed, FeedState(feed=feed))

    @one_at_a_time
    def change_feed(self, feed: str, to: ChangeFeed) -> FeedState:
        self._feeds[feed] = to(self.feed_state(feed))
        return self._feeds[feed]
