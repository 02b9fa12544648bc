"""Settings are read from orderdrop.yaml and the environment; the only reader of either. All faults at once."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from orderdrop.errors import Fault, SettingsError
from orderdrop.mapping import say, yaml_lines
from orderdrop.references import CHANNELS, SECRETS, resolve, secrets_written_out
from orderdrop.settings.model import Settings

DEFAULT_FILE = "orderdrop.yaml"
_OVERRIDABLE = ("ledger", "workdir", "mappings")


def load(path: Path | None, environ: Mapping[str, str], cwd: Path, *, need_secrets: bool = True) -> Settings:
    """Read the settings: the named file, else ORDERDROP_CONFIG, else orderdrop.yaml here, else the defaults.

    A command that talks to nobody (`need_secrets` false) does not mind references that the environment lacks.
    Raises SettingsError with every fault that could be found.
    """
    named = path or (Path(environ["ORDERDROP_CONFIG"]) if environ.get("ORDERDROP_CONFIG") else None)
    file = cwd / (named or DEFAULT_FILE)
    called = str(named or DEFAULT_FILE)
    document: yaml_lines.Document | Fault = yaml_lines.Document(file=called, text="", data={}, lines={})
    if named is not None or file.is_file():
        document = yaml_lines.read(file, called=called)
    if isinstance(document, Fault):
        raise SettingsError("The settings cannot be used:", [document])
    data, faults = resolve(
        document,
        {**document.data, **_from_environment(environ)},
        environ,
        needed=lambda at: need_secrets or at[0] in _OVERRIDABLE,
    )
    faults += secrets_written_out(document)
    settings: Settings | None = None
    try:
        settings = Settings(**data)
    except ValidationError as error:
        faults += say.faults(error, document, Settings, frozenset(), secret=(*SECRETS, CHANNELS))
    faults += _dangling(document)
    if faults or settings is None:
        raise SettingsError(
            "The settings cannot be used:", sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
        )
    return _absolute(settings, file.parent)


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """What ORDERDROP_LEDGER, ORDERDROP_WORKDIR and ORDERDROP_MAPPINGS say; an empty one counts as not set."""
    source = EnvSettingsSource(Settings)
    names = {f"orderdrop_{name}" for name in _OVERRIDABLE}
    source.env_vars = {
        name.lower(): value for name, value in environ.items() if name.lower() in names and value
    }
    return source()


def _dangling(document: yaml_lines.Document) -> list[Fault]:
    """Feeds that name an account which is not there; told even when the rest is not well-formed."""
    accounts, feeds = document.data.get("accounts"), document.data.get("feeds")
    known = list(accounts) if isinstance(accounts, dict) else []
    found = []
    for name, feed in feeds.items() if isinstance(feeds, dict) else ():
        account = feed.get("account") if isinstance(feed, dict) else None
        if isinstance(account, str) and account not in known:
            close = get_close_matches(account, known, n=1, cutoff=0.6)
            hint = f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(known) or 'none'}"
            found.append(
                document.fault(
                    ("feeds", name, "account"),
                    f"feed `{name}` names account `{account}`, which is not set up{hint}",
                )
            )
    return found


def _absolute(settings: Settings, base: Path) -> Settings:
    def whole(path: Path | str) -> Path:
        return base / os.path.expanduser(path)  # noqa: PTH111 - Path's own raises for a user who is not there

    feeds = {
        name: feed.model_copy(
            update={
                "source": feed.source if feed.remote else str(whole(feed.source)),
                "private_key": whole(feed.private_key) if feed.private_key else None,
                "known_hosts": whole(feed.known_hosts) if feed.known_hosts else None,
            }
        )
        for name, feed in settings.feeds.items()
    }
    prefix = "sqlite:///"
    ledger = settings.ledger
    if ledger.startswith(prefix):
        ledger = prefix + str(whole(ledger.removeprefix(prefix)))
    return settings.model_copy(
        update={
            "workdir": whole(settings.workdir),
            "mappings": whole(settings.mappings),
            "ledger": ledger,
            "feeds": feeds,
        }
    )
