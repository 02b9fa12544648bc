"""Is this the server we know? OpenSSH's known_hosts: plain, `[host]:port` and hashed names, several keys per host.

A host key that is unknown or not the known one stops everything before a password leaves.
"""

import shlex
from pathlib import Path

from paramiko import PKey, SSHException
from paramiko.hostkeys import HostKeyEntry, HostKeys, InvalidHostKey

from orderdrop.errors import TrustError


def known_keys(known_hosts: Path, host: str, port: int) -> list[PKey]:
    """All keys that the file lists for the server; TrustError when the file cannot be read.

    A line that paramiko cannot read is passed over, as OpenSSH does; so are `@cert-authority` lines and wildcards, and
    a key that a `@revoked` line names is never a known one.
    """
    try:
        lines = known_hosts.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise TrustError(
            f"The file of known host keys {known_hosts} could not be read: {error.strerror or error}.",
            next_step=f"Ask the server's owner for the fingerprint, compare it with `{_scan(host, port)} | ssh-keygen -lf -`, then: {_scan(host, port)} >> {shlex.quote(str(known_hosts))}",
        ) from error
    known = [entry.key for line in lines if (entry := _entry(line)) and _is_about(entry, host, port)]
    revoked = [
        entry.key
        for line in lines
        if line.startswith("@revoked ") and (entry := _entry(line.partition(" ")[2]))
    ]
    return [key for key in known if key not in revoked]


def preferred(known: list[PKey], offered: tuple[str, ...]) -> tuple[str, ...]:
    """The key types to negotiate, known ones first: a server with several keys then shows the one that we can check."""
    ours = {key.get_name() for key in known}
    if "ssh-rsa" in ours:  # the type of the key; its signatures have names of their own
        ours |= {"rsa-sha2-512", "rsa-sha2-256"}
    return tuple(sorted(offered, key=lambda kind: kind not in ours))


def check_host_key(shown: PKey, known: list[PKey], known_hosts: Path, host: str, port: int) -> None:
    """Pass when the key is a known one; else a TrustError with the fingerprint and the very next step."""
    if shown in known:
        return
    kind, file = _kind(shown), shlex.quote(str(known_hosts))
    add = f"{_scan(host, port, kind)} >> {file}"
    if not known:
        raise TrustError(
            f"The server {host}:{port} is not in {known_hosts}; it showed a host key ({kind}) with the fingerprint {shown.fingerprint}. No login was sent.",
            next_step=f"Ask the server's owner for the fingerprint. Only if it is the same: {add}",
        )
    listed = ", ".join(f"{key.fingerprint} ({_kind(key)})" for key in known)
    raise TrustError(
        f"THE HOST KEY OF {host}:{port} HAS CHANGED: {known_hosts} knows {listed}, the server showed {shown.fingerprint} ({kind}). Somebody may be listening in, or the server was set up anew. No login was sent.",
        next_step=f"Ask the server's owner, by another way than this server. Only if the new fingerprint is theirs: {forget_command(known_hosts, host, port)} && {add}",
    )


def known_hosts_line(key: PKey, host: str, port: int) -> str:
    """The line by which known_hosts knows a key."""
    return f"{_name(host, port)} {key.get_name()} {key.get_base64()}"


def forget_command(known_hosts: Path, host: str, port: int) -> str:
    """The command that takes a server's keys out of the file."""
    return f"ssh-keygen -R {shlex.quote(_name(host, port))} -f {shlex.quote(str(known_hosts))}"


def spoken_of(key: PKey) -> str:
    """A key as people compare it: its kind and its fingerprint."""
    return f"{_kind(key)} {key.fingerprint}"


def _entry(line: str) -> HostKeyEntry | None:
    line = line.strip()
    if not line or line.startswith(("#", "@")):
        return None
    try:
        return HostKeyEntry.from_line(" ".join(line.split()))
    except (InvalidHostKey, SSHException, ValueError):
        return None


def _is_about(entry: HostKeyEntry, host: str, port: int) -> bool:
    name = _name(host, port)
    return any(
        _hashes_to(listed, name) if listed.startswith("|1|") else listed.lower() == name
        for listed in entry.hostnames
    )


def _hashes_to(listed: str, name: str) -> bool:
    try:
        return HostKeys.hash_host(name, listed) == listed
    except (ValueError, IndexError, AssertionError):  # a damaged line is no line
        return False


def _name(host: str, port: int) -> str:
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def _kind(key: PKey) -> str:
    # ssh-keyscan's word for the type
    name = key.get_name()
    return "ecdsa" if name.startswith("ecdsa") else name.removeprefix("ssh-")


def _scan(host: str, port: int, kind: str | None = None) -> str:
    return f"ssh-keyscan -p {port}{f' -t {kind}' if kind else ''} {shlex.quote(host)}"
