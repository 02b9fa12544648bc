"""References to the environment in a settings file: `${NAME}` becomes its value, and secrets stand nowhere else."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from orderdrop.errors import Fault
from orderdrop.mapping.yaml_lines import Document, Location

SECRETS = ("key", "password", "passphrase")
"""The keys of accounts and feeds whose values are secret."""

CHANNELS = "channels"
"""The table of the notices' channels: a URL in it holds a secret, in a place that only its service knows."""

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_URL_PASSWORD = re.compile(r"://[^/@:]*:([^/@]+)@")
_STAND_IN = "not-set"  # for what is missing, so that one fault does not make a second one


def resolve(
    document: Document,
    data: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    needed: Callable[[Location], bool],
) -> tuple[dict[str, Any], list[Fault]]:
    """`data` with every `${NAME}` replaced, and a fault for each that is not set where it is `needed`.

    An empty variable counts as not set. Elsewhere a harmless word stands in for what is missing.
    """
    faults: list[Fault] = []
    resolved = _resolved(data, (), document, environ, needed, faults)
    return resolved, faults


def _resolved(
    node: Any,
    at: Location,
    document: Document,
    environ: Mapping[str, str],
    needed: Callable[[Location], bool],
    faults: list[Fault],
) -> Any:
    deeper = partial(_resolved, document=document, environ=environ, needed=needed, faults=faults)
    if isinstance(node, Mapping):
        return {key: deeper(value, (*at, key)) for key, value in node.items()}
    if isinstance(node, list):
        return [deeper(item, (*at, index)) for index, item in enumerate(node)]
    if not isinstance(node, str):
        return node
    missing = [name for name in _REFERENCE.findall(node) if not environ.get(name)]
    if missing and needed(at):
        place = ".".join(map(str, at))
        faults += [
            document.fault(
                at, f"`{place}` refers to ${{{name}}}, which the environment does not hold; set it"
            )
            for name in missing
        ]
    if missing and at[-1] in ("base_url", "url") and _REFERENCE.fullmatch(node):
        return f"https://{_STAND_IN}"
    return _REFERENCE.sub(lambda found: environ.get(found[1]) or _STAND_IN, node)


def secrets_written_out(document: Document) -> Iterator[Fault]:
    """A fault for every secret that is not a reference; the key of an account on loopback may be one."""
    ledger = document.data.get("ledger")
    password = _URL_PASSWORD.search(ledger) if isinstance(ledger, str) else None
    if password and not _REFERENCE.fullmatch(password[1]):
        yield document.fault(("ledger",), _written_out("the password in `ledger`", "${NAME}"))
    for section in ("accounts", "feeds"):
        entries = document.data.get(section)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if not isinstance(entry, dict):
                continue
            local = section == "accounts" and is_loopback(_host(entry.get("base_url")))
            for key in SECRETS:
                value = entry.get(key)
                if value is not None and not local and not _REFERENCE.fullmatch(str(value)):
                    message = _written_out(f"`{section}.{name}.{key}`", f'{key}: "${{NAME}}"')
                    yield document.fault((section, name, key), message)
    yield from _channels_written_out(document)


def _channels_written_out(document: Document) -> Iterator[Fault]:
    notices = document.data.get("notices")
    channels = notices.get(CHANNELS) if isinstance(notices, dict) else None
    for name, channel in channels.items() if isinstance(channels, dict) else ():
        url = channel.get("url") if isinstance(channel, dict) else None
        if isinstance(url, str) and not _REFERENCE.search(url) and not is_loopback(_host(url)):
            at = ("notices", CHANNELS, name, "url")
            yield document.fault(at, _written_out(f"the secret in `{'.'.join(at)}`", 'url: "${NAME}"'))


def _written_out(what: str, instead: str) -> str:
    return f"{what} is written out; put it into the environment and refer to it: {instead}"


def without_password(url: str) -> str:
    """A database URL that can be shown."""
    found = _URL_PASSWORD.search(url)
    return f"{url[: found.start(1)]}***{url[found.end(1) :]}" if found else url


def is_loopback(host: str | None) -> bool:
    """Whether a host name is this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_nobodys(host: str | None) -> bool:
    """Whether a host is an address at which no API can answer: that of cloud metadata and its like, of groups, of nothing."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_link_local or address.is_multicast or address.is_unspecified


def _host(url: Any) -> str | None:
    try:
        return urlsplit(str(url)).hostname
    except ValueError:
        return None
