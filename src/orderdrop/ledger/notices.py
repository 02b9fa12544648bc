"""The part of the ledger's port that is about people: whichever process sees first what is news to them writes it down."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from orderdrop.core.notices import Notice, Sending, Told


class Notices(Protocol):
    """What people were told, and what is on its way to them."""

    def told(self) -> list[Told]:
        """What people know, by cause and place."""

    def tell(
        self, before: Told | None, after: Told | None, notice: Notice | None, channels: Collection[str]
    ) -> bool:
        """Change what people know of a matter and, where a notice says so, put it on its way to the channels.

        False, and nothing is done, where the ledger does not hold `before` of the matter any more: somebody was faster.
        """

    def sendings(self, *, limit: int | None = None) -> list[Sending]:
        """What is still to be sent, oldest notice first; with `limit` the newest sendings of all, sent or not, newest first."""

    def record_sending(self, sending: Sending) -> None:
        """Keep how a sending went: everything of it but its notice."""

    def forget_notices(self, before: datetime) -> int:
        """Remove notices that were written before a moment and wait for no channel; how many there were."""
