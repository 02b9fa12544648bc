"""Notices, in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from orderdrop.core.notices import Notice, Sending, Told
from orderdrop.ledger.memory_state import InMemory, one_at_a_time
from orderdrop.ledger.unavailable import contradiction


class Notices(InMemory):
    """What people were told, and what is on its way to them."""

    @one_at_a_time
    def told(self) -> list[Told]:
        return sorted(self._told.values(), key=lambda told: (told.matter.cause, told.matter.place))

    @one_at_a_time
    def tell(
        self, before: Told | None, after: Told | None, notice: Notice | None, channels: Collection[str]
    ) -> bool:
        known = before or after
        if known is None or self._told.get(known.matter) != before:
            return False
        if after is None:
            del self._told[known.matter]
        else:
            self._told[known.matter] = after
        if notice is not None:
            number = max(self._notices, default=0) + 1
            written = self._notices[number] = replace(notice, number=number)
            for channel in channels:
                self._sendings[number, channel] = Sending(notice=written, channel=channel, next_at=notice.at)
        return True

    @one_at_a_time
    def sendings(self, *, limit: int | None = None) -> list[Sending]:
        ordered = [self._sendings[key] for key in sorted(self._sendings)]
        if limit is None:
            return [sending for sending in ordered if sending.waits]
        return sorted(ordered, key=lambda sending: -sending.notice.number)[:limit]

    @one_at_a_time
    def record_sending(self, sending: Sending) -> None:
        key = (sending.notice.number, sending.channel)
        if key not in self._sendings:
            raise contradiction("a notice that was sent is not there")
        self._sendings[key] = replace(sending, notice=self._sendings[key].notice)

    @one_at_a_time
    def forget_notices(self, before: datetime) -> int:
        waiting = {number for (number, _), sending in self._sendings.items() if sending.waits}
        old = {n for n, notice in self._notices.items() if notice.at < before and n not in waiting}
        self._notices = {n: notice for n, notice in self._notices.items() if n not in old}
        self._sendings = {key: sending for key, sending in self._sendings.items() if key[0] not in old}
        return len(old)
