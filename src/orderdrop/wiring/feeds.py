"""A feed of the settings becomes a plan and an inbox."""

import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from orderdrop import settings as setup
from orderdrop.errors import Fault, SettingsError
from orderdrop.mapping.say import nearest
from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.folder_steps import folder_steps
from orderdrop.pickup.inbox import Inbox
from orderdrop.pickup.settling import Settle
from orderdrop.pickup.steps import Step
from orderdrop.pipeline.parts import FeedPlan
from orderdrop.wiring.lines import account_of

if TYPE_CHECKING:
    from orderdrop.pickup.sftp.login import SftpLogin


def feed_plan(settings: setup.Settings, name: str) -> FeedPlan:
    """A feed by name. Raises SettingsError naming those there are."""
    feed = _named(settings, name)
    account_of(settings, feed.account)
    return FeedPlan(
        name=name,
        mapping=feed.mapping,
        account=feed.account,
        settle=Settle(
            looks=feed.settle.looks,
            min_age_seconds=feed.settle.age.total_seconds(),
            pause_seconds=feed.settle.pause.total_seconds(),
            done_file=feed.settle.done_file,
        ),
        reply=feed.reply,
        largest_file_bytes=settings.largest_file,
        overdue_seconds=feed.settle.overdue.total_seconds(),
        open_inbox=lambda: _inbox(feed),
        files=feed.files,
        paused=feed.paused,
        when=feed.when,
        expected=tuple(feed.expectations()),
        next_poll=partial(_next_poll, feed),
    )


def _next_poll(feed: setup.Feed, last: datetime | None, now: datetime) -> datetime:
    from orderdrop.schedule import next_poll  # with APScheduler, which only serving needs otherwise

    return next_poll(feed, last, now)


def feed_steps(settings: setup.Settings, name: str) -> Iterator[Step]:
    """The way to a feed's source, tried step by step; each step as it ends. Raises SettingsError for an unknown feed."""
    feed = _named(settings, name)
    if not feed.remote:
        return folder_steps(Path(feed.source), feed.files, time.monotonic)
    from orderdrop.pickup.sftp.steps import sftp_steps  # with paramiko, which folders can do without

    return sftp_steps(_login(feed), feed.files, time.monotonic)


def _named(settings: setup.Settings, name: str) -> setup.Feed:
    feed = settings.feeds.get(name)
    if feed is None:
        fault = Fault(message=f"no feed `{name}` under `feeds:`{nearest(name, settings.feeds)}")
        raise SettingsError("The feed is not set up:", [fault])
    return feed


def _inbox(feed: setup.Feed) -> Inbox:
    if not feed.remote:
        return FolderInbox(Path(feed.source), feed.files)
    from orderdrop.pickup.sftp.inbox import SftpInbox  # with paramiko, which folders can do without

    return SftpInbox(_login(feed), feed.files)


def _login(feed: setup.Feed) -> "SftpLogin":
    from orderdrop.pickup.sftp.login import SftpLogin

    url = urlsplit(feed.source)
    known_hosts = feed.known_hosts or Path("~/.ssh/known_hosts").expanduser()
    folder = unquote(url.path) or "."
    return SftpLogin(
        host=url.hostname or "",
        port=url.port or 22,
        user=unquote(url.username or ""),
        folder=folder.removeprefix("/~/") if folder.startswith("/~/") else folder,
        known_hosts=known_hosts,
        password=feed.password.get_secret_value() if feed.password else None,
        private_key=feed.private_key,
        passphrase=feed.passphrase.get_secret_value() if feed.passphrase else None,
        agent=feed.agent,
    )
