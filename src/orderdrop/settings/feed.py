"""A feed: where its files lie, how to log in there, when it polls, and when an upload is complete."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from orderdrop.core.expected import Expected
from orderdrop.mapping.model import zone_named
from orderdrop.settings.expected import ExpectedOptions, several
from orderdrop.settings.values import Duration, SomeTime, Strict, said


class SettleOptions(Strict):
    """When a file counts as completely uploaded."""

    looks: int = Field(2, ge=1, le=10, description="Size and time must be the same on so many looks.")
    age: Duration = Field(timedelta(seconds=60), description="The last change is at least so long ago.")
    pause: Duration = Field(timedelta(seconds=2), description="The time between two looks.")
    done_file: str | None = Field(
        None, description="Instead of waiting: the file whose arrival says done, {name}.done"
    )

    overdue: SomeTime = Field(
        timedelta(hours=1),
        description="An upload that is not complete after so long is told once, and shown by `health`.",
    )

    @field_validator("done_file")
    @classmethod
    def _names_the_drop(cls, value: str | None) -> str | None:
        if value is not None and "{name}" not in value and "{stem}" not in value:
            raise ValueError(
                'write the name of the done-file with {name} or {stem} of the drop: "{name}.done"'
            )
        return value


class Feed(Strict):
    """A source of files with its mapping, account, schedule and reply policy."""

    source: str = Field(description="sftp://user@host:22/folder, or a folder.")
    password: SecretStr | None = Field(None, description="Log in with a password.")
    private_key: Path | None = Field(None, description="Log in with the key in this file.")
    passphrase: SecretStr | None = Field(None, description="What unlocks the key file.")
    agent: bool = Field(False, description="Log in with the keys of the running SSH agent.")
    known_hosts: Path | None = Field(None, description="The file of host keys that are trusted.")
    files: str = Field("*", description="The names that are drops: shipments_*.csv")
    mapping: str = Field(description="The mapping of its files.")
    account: str = Field(description="The account that gets the orders.")
    every: SomeTime | None = Field(None, description="Poll so often.")
    cron: str | None = Field(
        None,
        pattern=r"^\S+( \S+){4}$",
        description='Poll at these times: "0 2 * * *"',
        examples=["0 2 * * * (minute, hour, day, month, weekday)"],
    )
    timezone: str = Field("UTC", description="The time zone of cron.")
    expected: Annotated[tuple[ExpectedOptions, ...], BeforeValidator(several)] = Field(
        (), description="When a new file should have come, for the notices; a list where that differs by day."
    )
    settle: SettleOptions = Field(
        default_factory=lambda: SettleOptions(), description="When a file counts as complete."
    )
    reply: bool = Field(
        False, description="Write the reject report and the receipt beside the archived drop."
    )
    paused: bool = Field(False, description="Do not poll by itself; `orderdrop run FEED` still does.")

    @field_validator("cron")
    @classmethod
    def _says_times(cls, value: str | None) -> str | None:
        if value is not None:
            from orderdrop.wall_clock import WallClockTrigger  # with APScheduler, which few commands need

            try:
                WallClockTrigger(value, "UTC")
            except ValueError as error:
                raise ValueError(
                    f"{value!r} says no times: {error}; write minute, hour, day, month, weekday"
                ) from None
        return value

    @model_validator(mode="after")
    def _whole(self) -> "Feed":
        if self.every is not None and self.cron is not None:
            raise ValueError("give `every` or `cron`, not both")
        zone_named(self.timezone)
        if self.remote:
            url = urlsplit(self.source)
            if not url.hostname or not url.username:
                raise ValueError("source must name user and host: sftp://user@host:22/folder")
            if not _has_good_port(url):
                raise ValueError(
                    "the port in source must be a number up to 65535: sftp://user@host:22/folder"
                )
            if url.password:
                raise ValueError("source must not hold a password; put it under `password: ${NAME}`")
            ways = sum(map(bool, (self.password, self.private_key, self.agent)))
            if ways != 1:
                raise ValueError("give one way to log in: `private_key:`, `password:` or `agent: true`")
        elif "://" in self.source:
            raise ValueError("source must be a folder, or begin with sftp://")
        return self

    def expectations(self) -> Iterator[Expected]:
        """When its files should have come, each time by itself."""
        for options in self.expected:
            yield from options.expected(self.timezone)

    @property
    def when(self) -> str:
        """When it is polled, in words."""
        if self.cron is not None:
            return f"at {self.cron} ({self.timezone})"
        return f"every {said(self.interval)}"

    @property
    def interval(self) -> timedelta:
        """How often it is polled, where no times are given."""
        return self.every or timedelta(minutes=1)

    @property
    def remote(self) -> bool:
        """Whether the source is an SFTP server."""
        return self.source.startswith("sftp://")


def _has_good_port(url: SplitResult) -> bool:
    try:
        return url.port is None or url.port > 0
    except ValueError:
        return False
