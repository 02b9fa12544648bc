"""orderdrop.yaml and the environment become Settings; the only reader of either. All faults at once.

`${NAME}` in a value is taken from the environment; secrets are accepted only that way, except for an account on
loopback. `ORDERDROP_LEDGER`, `ORDERDROP_WORKDIR`, `ORDERDROP_MAPPINGS` override the file. Relative paths are
relative to the folder of the settings file.
"""

import os
import re
from collections.abc import Mapping as MappingOf
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from orderdrop.errors import Fault, SettingsError
from orderdrop.mapping import say, yaml_lines
from orderdrop.mapping.model import zone_named
from orderdrop.references import (
    SECRETS,
    is_loopback,
    is_nobodys,
    resolve,
    secrets_written_out,
    without_password,
)

DEFAULT_FILE = "orderdrop.yaml"
_OVERRIDABLE = ("ledger", "workdir", "mappings")
_DURATION_MAX_SECONDS = 366 * 86400
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: Any) -> Any:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)", str(value).strip())
    if found is None:
        raise ValueError("write a time such as 30s, 5m, 2h or 1d")
    seconds = float(found[1]) * _UNITS[found[2]]
    if seconds > _DURATION_MAX_SECONDS:
        raise ValueError("write a time of at most 366d")
    return timedelta(seconds=seconds)


def _some_time(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("write a time above 0, such as 30s")
    return value


def period(value: Any) -> timedelta:
    """A number of days, as people write them: 90d. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,4})\s*d", str(value).strip())
    if found is None or not int(found[1]):
        raise ValueError("write a number of days such as 90d, at most 9999d")
    return timedelta(days=int(found[1]))


def _size(value: Any) -> Any:
    found = re.fullmatch(r"(\d{1,6})\s*(MB|GB)", str(value).strip())
    if found is None or not int(found[1]):
        raise ValueError("write a size such as 500MB or 2GB")
    return int(found[1]) * (1_000_000 if found[2] == "MB" else 1_000_000_000)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
SomeTime = Annotated[Duration, AfterValidator(_some_time)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(_Strict):
    """One set of credentials for one destination."""

    destination: str = Field(description="The API that the account belongs to.")
    base_url: AnyUrl = Field(description="Where the API answers; https, on loopback also http.")
    key: SecretStr = Field(min_length=1, description="The account's key.")
    rate: Literal["unlimited"] | float | None = Field(
        None, description="Requests a second; the published limit if left out."
    )
    burst: int | None = Field(None, ge=1, description="How many requests may come at once.")
    endpoint: Literal["auto", "batch", "single"] = Field(
        "auto", description="One order a request, many, or whatever suits the number that waits."
    )
    auth: Literal["auto", "bare", "bearer"] = Field(
        "auto",
        description="How the key stands in the Authorization header; as the API documents it if left out.",
    )
    concurrency: int = Field(4, ge=1, le=64, description="Requests under way at once.")
    timeout: SomeTime = Field(
        timedelta(seconds=30), description="The longest wait for a connection or a read."
    )
    stop_after_refusals: int = Field(
        20,
        ge=0,
        description="When the first so many orders of a file are all refused for one reason, the rest is not sent and waits "
        "for a person; 0 sends it all the same.",
    )
    links: bool = Field(
        False,
        description="Write the tracking link of every accepted order into the success report, where the destination gives "
        "links. Each costs a request, and whoever has a link sees the recipient.",
    )
    keep_links: bool = Field(False, description="Keep the tracking links that were asked for in the ledger.")
    deadline: SomeTime = Field(
        timedelta(seconds=120), description="The longest that one request may take in all."
    )

    @field_validator("rate", mode="before")
    @classmethod
    def _rate_above_nothing(cls, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and value != "unlimited" and not (number and value > 0):
            raise ValueError("write a number of requests a second above 0, or unlimited")
        return float(value) if number else value

    @model_validator(mode="after")
    def _encrypted_outside_loopback(self) -> "Account":
        url = urlsplit(str(self.base_url))
        if url.scheme not in ("https", "http"):
            raise ValueError(f"base_url must begin with https://, not {url.scheme}://")
        if url.scheme == "http" and not is_loopback(url.hostname):
            raise ValueError("base_url must begin with https:// (plain http is accepted on loopback alone)")
        if url.username or url.password:
            raise ValueError("base_url must not hold a login; put the key under `key:`")
        if url.query or url.fragment:
            raise ValueError("base_url must end before any ? or #; paths of the API are written behind it")
        if is_nobodys((url.hostname or "").strip("[]")):
            raise ValueError(
                "base_url names an address at which no API answers (link-local, multicast or 0.0.0.0)"
            )
        return self


class SettleOptions(_Strict):
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


class Feed(_Strict):
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
    settle: SettleOptions = Field(
        default_factory=lambda: SettleOptions(), description="When a file counts as complete."
    )
    reply: bool = Field(
        False, description="Write the reject report and the receipt beside the archived drop."
    )
    paused: bool = Field(False, description="Do not poll by itself; `orderdrop run FEED` still does.")

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

    @property
    def remote(self) -> bool:
        """Whether the source is an SFTP server."""
        return self.source.startswith("sftp://")


class ConsoleOptions(_Strict):
    """Where people reach the console."""

    listen: str = Field(
        "127.0.0.1:8080",
        pattern=r"^(\S+:)?\d{1,5}$",
        description="The address and port on which it listens.",
        examples=["127.0.0.1:8080"],
    )
    url: AnyUrl | None = Field(
        None,
        description="Where people reach it, as their browsers know it; https behind a proxy. http://LISTEN if left out.",
    )
    upload_max_mb: int = Field(200, ge=1, description="The largest file that is taken, in megabytes.")

    @property
    def host(self) -> str:
        """The address without the port."""
        return self.listen.rpartition(":")[0].strip("[]") or "127.0.0.1"

    @property
    def port(self) -> int:
        """The port; 0 is any that is free."""
        return int(self.listen.rpartition(":")[2])


class Settings(BaseSettings):
    """Everything that is set up; paths are absolute."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="ORDERDROP_", hide_input_in_errors=True
    )

    ledger: str = Field(
        "sqlite:///var/orderdrop.db",
        repr=False,  # a database URL may hold a password
        description="The database of everything that happened.",
    )
    workdir: Path = Field(Path("var"), description="Kept drops, reports, and what does not fit into memory.")
    mappings: Path = Field(Path("mappings"), description="The folder of the mappings.")
    retention: Annotated[timedelta, BeforeValidator(period)] | None = Field(
        None,
        description="How long personal data of finished batches are kept, in days: 90d. `orderdrop serve` removes what is "
        "older once a day; nothing is removed if left out.",
        examples=["90d"],
    )
    largest_file: Annotated[ByteSize, BeforeValidator(_size)] = Field(  # type: ignore[assignment]  # read by _size
        "2GB",
        description="A larger file is refused before it is fetched; 500MB or 2GB.",
        examples=["500MB"],
    )
    console: ConsoleOptions | None = Field(
        None, description="The console in the browser; `orderdrop serve` has none if left out."
    )
    accounts: dict[str, Account] = Field(default_factory=dict, description="The accounts, by name.")
    feeds: dict[str, Feed] = Field(default_factory=dict, description="The feeds, by name.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it reads the environment that it is given, never the process's own."""
        return (init_settings,)

    @field_serializer("ledger")
    def _without_password(self, ledger: str) -> str:
        return without_password(ledger)


def _has_good_port(url: SplitResult) -> bool:
    try:
        return url.port is None or url.port > 0
    except ValueError:
        return False


def load(
    path: Path | None, environ: MappingOf[str, str], cwd: Path, *, need_secrets: bool = True
) -> Settings:
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
        faults += say.faults(error, document, Settings, frozenset(), secret=SECRETS)
    faults += _dangling(document)
    if faults or settings is None:
        raise SettingsError(
            "The settings cannot be used:", sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
        )
    return _absolute(settings, file.parent)


def _from_environment(environ: MappingOf[str, str]) -> dict[str, Any]:
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
