"""orderdrop.yaml and the environment become Settings; the only reader of either. All faults at once.

`${NAME}` in a value is taken from the environment; secrets are accepted only that way, except for an account on
loopback. `ORDERDROP_LEDGER`, `ORDERDROP_WORKDIR`, `ORDERDROP_MAPPINGS` override the file. Relative paths are
relative to the folder of the settings file.
"""

from orderdrop.settings.account import Account
from orderdrop.settings.console import ConsoleOptions
from orderdrop.settings.expected import ExpectedOptions
from orderdrop.settings.feed import Feed, SettleOptions
from orderdrop.settings.loading import DEFAULT_FILE, load
from orderdrop.settings.model import Settings
from orderdrop.settings.notices import ChannelOptions, NoticeOptions
from orderdrop.settings.values import period

__all__ = [
    "DEFAULT_FILE",
    "Account",
    "ChannelOptions",
    "ConsoleOptions",
    "ExpectedOptions",
    "Feed",
    "NoticeOptions",
    "Settings",
    "SettleOptions",
    "load",
    "period",
]
