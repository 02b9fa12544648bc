"""Who works here: names of processes that outlive their pids, so that what a dead one held may be taken over at once.

A name says host, boot and pid namespace, pid, and when the process started. Another process of the same host, boot
and namespace can be asked after; of any other we know nothing, and its leases have to run out.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_ENDED = frozenset({"Z", "X"})  # zombie, dead: nothing of it runs any more


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessName:
    """One process; `world` is empty where the system does not tell (then nobody is ever called dead)."""

    host: str
    world: str
    pid: int
    started: str

    def __str__(self) -> str:
        return f"{self.host}/{self.world}/{self.pid}/{self.started}"


def this_process(proc: Path = _PROC) -> ProcessName:
    """The name of the running process."""
    pid = os.getpid()
    return ProcessName(
        host=socket.gethostname().replace("/", "-"),
        world=_world(proc),
        pid=pid,
        started=(_state_and_start(proc, pid) or ("", ""))[1],
    )


def has_died(name: str, me: ProcessName, proc: Path = _PROC) -> bool:
    """Whether the process of this name is certainly gone; False where that cannot be known.

    A pid that was given to a new process does not deceive: the start times differ.
    """
    other = _read(name)
    if other is None or not me.world or (other.host, other.world) != (me.host, me.world):
        return False
    found = _state_and_start(proc, other.pid)
    if found is None:
        return not _answers(other.pid)
    state, started = found
    return state in _ENDED or started != other.started


def _read(name: str) -> ProcessName | None:
    """A name, or one with more behind a further slash."""
    match name.split("/"):
        case [host, world, pid, started, *_] if pid.isdigit() and started:
            return ProcessName(host=host, world=world, pid=int(pid), started=started)
        case _:
            return None


def _world(proc: Path) -> str:
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
        namespace = os.readlink(proc / "self/ns/pid")  # noqa: PTH115 - what it points to is no path
    except OSError:
        return ""
    return f"{boot[:13]}-{namespace.strip('pid:[]')}"


def _state_and_start(proc: Path, pid: int) -> tuple[str, str] | None:
    try:
        text = (proc / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the program's name before it may hold anything
    return fields[0], fields[19]


def _answers(pid: int) -> bool:
    """Whether the system knows the pid, although it may hide the process from us."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
