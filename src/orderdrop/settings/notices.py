"""Whom to tell, of what, and how often."""

import re
from datetime import timedelta

from pydantic import Field, SecretStr, ValidationError, field_validator

from orderdrop.core.notices import Cause
from orderdrop.mapping.model import Hold
from orderdrop.settings.values import Duration, SomeTime, Strict

_URL = re.compile(r"[a-z][a-z0-9+.-]*://.", re.IGNORECASE)


class ChannelOptions(Strict):
    """One way to reach people."""

    url: SecretStr = Field(
        description="Where to, as Apprise writes it: mailtos://..., slack://..., msteams://..., jsons://... It holds a secret, "
        "so write it by `${NAME}`; on loopback it may be written out."
    )
    causes: tuple[Cause, ...] = Field(
        default_factory=lambda: tuple(Cause),
        min_length=1,
        description="What this channel is told of; everything if left out.",
    )

    @field_validator("url")
    @classmethod
    def _a_url(cls, value: SecretStr) -> SecretStr:
        if not _URL.match(value.get_secret_value()):
            raise ValueError("write a URL as Apprise does, such as mailtos://user:password@example.com")
        return value


class NoticeOptions(Strict):
    """Who is told what `serve` sees, and when."""

    channels: dict[str, ChannelOptions] = Field(min_length=1, description="The channels, by name.")
    rejects_over: str | int = Field(
        "20%",
        description="Tell of a batch of which more rows came back than this: a share such as 20%, or a number of rows.",
    )
    rejects_at_least: int = Field(
        1, ge=1, description="... and at least so many, so that one bad row of three is no news."
    )
    unreachable: SomeTime = Field(
        timedelta(minutes=15), description="Tell of a feed, or the ledger, that has not answered for so long."
    )
    remind: SomeTime = Field(timedelta(hours=24), description="Tell again of what is still so after so long.")
    quiet: Duration = Field(
        timedelta(minutes=15),
        description="At most one message in so long for one cause at one feed or account; what comes in between is told together.",
    )

    @field_validator("rejects_over")
    @classmethod
    def _share_or_count(cls, value: str | int) -> str | int:
        try:
            Hold(bad_rows_over=value)
        except ValidationError:
            raise ValueError("write a share such as 20% or a number of rows such as 50") from None
        return value

    def too_many(self, back: int, read: int) -> bool:
        """Whether so many rows that came back, of those that were read, are news."""
        return back >= self.rejects_at_least and Hold(bad_rows_over=self.rejects_over).exceeded(back, read)
