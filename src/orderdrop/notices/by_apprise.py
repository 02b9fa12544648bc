"""Channels through Apprise: e-mail, Slack, Teams, webhooks and a hundred more. The only module that knows it.

Apprise says yes or no and writes into its log why; what it writes may repeat a part of the URL, which is a secret, so
whatever the URL holds is blotted out.
"""

import logging
import re
from urllib.parse import unquote, unquote_plus, urlsplit

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from orderdrop.core.neutral import printable
from orderdrop.core.notices import Message, Tone
from orderdrop.errors import Fault, SettingsError
from orderdrop.notices.channel import SEND_SECONDS

_TYPES = {
    Tone.ALARM: NotifyType.WARNING,
    Tone.REMINDER: NotifyType.WARNING,
    Tone.CLEAR: NotifyType.SUCCESS,
}
_WORD_MIN = 4  # characters: a shorter part of a URL is no secret, and blotted out it would take half of a sentence with it
_WHY_MAX = 300


class AppriseChannel:
    """The Channel port over one URL of Apprise's."""

    def __init__(self, url: str, place: str) -> None:
        """Read the URL, which stands at a `place` in the settings; nobody is called. Raises SettingsError."""
        asset = AppriseAsset(app_id="orderdrop", app_desc="orderdrop", app_url="", storage_mode="memory")
        _keep_quiet()
        service = Apprise.instantiate(url, asset=asset)
        if service is None:
            scheme = url.partition("://")[0]
            fault = Fault(
                message=f"`{place}` is no {scheme}:// URL that Apprise understands; see https://appriseit.com/services/"
            )
            raise SettingsError("The notices cannot be sent:", [fault])
        self._service = Apprise(asset=asset)
        self._service.add(service)
        self._secrets = _words(url)

    def send(self, message: Message) -> str | None:
        """Send a message now, None once the service took it."""
        try:
            result = self._service.notify(
                title=message.title,
                body=message.text,
                notify_type=_TYPES[message.tone],
                body_format=NotifyFormat.TEXT,
                timeout=SEND_SECONDS,
            )
            if result:
                return None
            why = " ".join(entry.message for entry in result.logs()) or "the service did not take it"
        except Exception as error:  # noqa: BLE001 - a hundred plugins, and none may end the work of `serve`
            why = f"{type(error).__name__} in Apprise: {error}"
        return self._harmless(why)

    def _harmless(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return printable(text)[:_WHY_MAX]


def _keep_quiet() -> None:
    """Let Apprise log for us alone: a line that it prints itself could hold anything."""
    log = logging.getLogger("apprise")
    log.setLevel(logging.WARNING)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _words(url: str) -> list[str]:
    """Whatever a URL holds that may be secret, as it is written and as it is meant, the longest first."""
    _, _, rest = url.partition("://")
    words = {url, rest, *re.split(r"[/:@?&=+,]+", rest), *(_password(url))}
    words |= {way(word) for word in words for way in (unquote, unquote_plus)}
    return sorted((word for word in words if len(word) >= _WORD_MIN), key=len, reverse=True)


def _password(url: str) -> list[str]:
    try:
        found = urlsplit(url)
    except ValueError:
        return []
    return [part for part in (found.username, found.password) if part]
