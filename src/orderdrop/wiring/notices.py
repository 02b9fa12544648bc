"""The notices of the settings: who is told, through which channel, and what is watched."""

from collections.abc import Callable
from importlib.util import find_spec

from orderdrop import settings as setup
from orderdrop.errors import Fault, SettingsError
from orderdrop.notices.channel import Channel, Recipient
from orderdrop.notices.deciding import Terms
from orderdrop.pipeline.telling.noticing import Telling
from orderdrop.pipeline.telling.survey import Watched


def telling_of(
    settings: setup.Settings, *, find: Callable[[str], object | None] = find_spec
) -> Telling | None:
    """Who is told what, None where the settings have no `notices:`. Nobody is called.

    `find` says whether a package is installed. Raises SettingsError with every fault.
    """
    options = settings.notices
    if options is None:
        return None
    return Telling(
        watched=Watched(
            feeds={name: tuple(feed.expectations()) for name, feed in settings.feeds.items()},
            accounts=frozenset(settings.accounts),
            too_many=options.too_many,
            unreachable=options.unreachable,
        ),
        recipients=_recipients(options, find),
        terms=Terms(remind=options.remind, quiet=options.quiet),
        console_url=settings.console.address if settings.console else None,
    )


def _recipients(options: setup.NoticeOptions, find: Callable[[str], object | None]) -> list[Recipient]:
    if find("apprise") is None:
        fault = Fault(
            message="`notices` needs a package that is not installed; run: pip install 'orderdrop[notices]'"
        )
        raise SettingsError("The notices cannot be sent:", [fault])
    found: list[Recipient] = []
    faults: list[Fault] = []
    for name, one in options.channels.items():
        try:
            channel = _channel(name, one)
        except SettingsError as error:
            faults += error.faults
        else:
            found.append(Recipient(name=name, channel=channel, causes=frozenset(one.causes)))
    if faults:
        raise SettingsError("The notices cannot be sent:", faults)
    return found


def _channel(name: str, options: setup.ChannelOptions) -> Channel:
    from orderdrop.notices.by_apprise import AppriseChannel  # with Apprise, which is an extra

    return AppriseChannel(options.url.get_secret_value(), f"notices.channels.{name}.url")
