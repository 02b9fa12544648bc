"""The port of channels: a way on which a notice reaches people."""

from dataclasses import dataclass
from typing import Protocol

from orderdrop.core.notices import Cause, Message

SEND_SECONDS = 10.0
"""The longest that one sending may take; nothing else waits for it meanwhile but other notices."""


class Channel(Protocol):
    """One address at one service."""

    def send(self, message: Message) -> str | None:
        """Send a message now: None once the service took it, else why it did not, in one line and without secrets.

        Never raises; comes back within `SEND_SECONDS` and a little.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whoever reads a channel: its name in the settings, and of what it is told."""

    name: str
    channel: Channel
    causes: frozenset[Cause] = frozenset(Cause)
