"""A feed of the settings becomes a plan and an inbox."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from orderdrop import settings as setup
from orderdrop.errors import Fault, SettingsError
from orderdrop.mapping.say import nearest
from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.inbox import Inbox
from orderdrop.pickup.settling import Settle
from orderdrop.pipeline.parts import FeedPlan
from orderdrop.wiring.lines import account_of


def feed_plan(settings: setup.Settings, name: str) -> FeedPlan:
    """A feed by name. Raises SettingsError naming those there are."""
    feed = settings.feeds.get(name)
    if feed is None:
        fault = Fault(message=f"no feed `{name}` under `feeds:`{nearest(name, settings.feeds)}")
        raise SettingsError("The feed is not set up:", [fault])
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
    )


def _inbox(feed: setup.Feed) -> Inbox:
    if not feed.remote:
        return FolderInbox(Path(feed.source), feed.files)
    from orderdrop.pickup.sftp.inbox import SftpInbox  # with paramiko, which folders can do without
    from orderdrop.pickup.sftp.login import SftpLogin

    url = urlsplit(feed.source)
    known_hosts = feed.known_hosts or Path("~/.ssh/known_hosts").expanduser()
    folder = unquote(url.path) or "."
    login = SftpLogin(
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
    return SftpInbox(login, feed.files)
