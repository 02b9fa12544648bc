"""A channel's twin in memory, for tests: it keeps what it was given, or says why not."""

from dataclasses import dataclass, field

from orderdrop.core.notices import Message


@dataclass(slots=True)
class MemoryChannel:
    """The Channel port; `fails` is what it says as long as it is set."""

    fails: str | None = None
    sent: list[Message] = field(default_factory=list)
    refused: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> str | None:
        """Keep a message."""
        (self.sent if self.fails is None else self.refused).append(message)
        return self.fails
