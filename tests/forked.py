"""Processes of the command, forked from one that has imported it: as real as started ones, without the second that
importing takes.

What a fork cannot give needs a start: limits, another interpreter, `PYTHON...` in the environment, a terminal, and the
proof that the installed command starts at all.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from typing import IO

from tests.forking import NUMBER, WITHOUT_THREADS

ROOT = Path(__file__).parents[1]
_ONE_ASKS = Lock()  # or two would start a parent each


class Forked:
    """A process, with as much of `subprocess.Popen` as tests ask for. `stderr` is empty where it goes to a file."""

    def __init__(self, told: socket.socket, stdout: IO[str], stderr: IO[str]) -> None:
        self.stdout, self.stderr, self._told = stdout, stderr, told
        self.pid = self._hear()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or a signal's number, negative; None while it runs."""
        try:
            return self.wait(timeout=0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            self._told.settimeout(timeout)
            try:
                self.returncode = self._hear()
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0) from None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def freeze(self) -> None:
        """Have it stand still, which it does when this returns."""
        self.send_signal(signal.SIGSTOP)
        while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.001)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it says until it has ended, and with it whoever else holds its output."""
        said: dict[IO[str], str] = {}

        def read(stream: IO[str]) -> None:
            said[stream] = stream.read()

        readers = [Thread(target=read, args=(stream,), daemon=True) for stream in (self.stdout, self.stderr)]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
            if reader.is_alive():
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return said[self.stdout], said[self.stderr]

    def _hear(self) -> int:
        number = self._told.recv(NUMBER)
        assert number, "the parent of the forked processes is gone"
        return int.from_bytes(number, signed=True)


@contextmanager
def forked(
    module: str, *arguments: str, folder: Path, environ: Mapping[str, str], stderr: IO[str] | None = None
) -> Iterator[Forked]:
    """Run `python -m MODULE ARGUMENTS` in a folder; whatever still runs on leaving is killed."""
    wanted = {"module": module, "arguments": arguments, "folder": str(folder), "environ": dict(environ)}
    out, its_out = os.pipe()
    err, its_err = (
        os.pipe() if stderr is None else (os.open(os.devnull, os.O_RDONLY), os.dup(stderr.fileno()))
    )
    told, its_told = socket.socketpair()
    with told, os.fdopen(out) as heard_out, os.fdopen(err) as heard_err:
        with _ONE_ASKS:
            control = _parent().control
        socket.send_fds(control, [b"!"], [its_told.fileno(), 0, its_out, its_err])
        for descriptor in (its_told.detach(), its_out, its_err):
            os.close(descriptor)
        told.sendall(json.dumps(wanted).encode() + b"\n")
        process = Forked(told, heard_out, heard_err)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parent:
    """The warm parent of this test process; it ends with this end of its socket."""

    process: "subprocess.Popen[bytes]"
    control: socket.socket


@cache
def _parent() -> _Parent:
    control, its_control = socket.socketpair()
    with its_control:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", str(its_control.fileno())],
            cwd=ROOT,
            env={**os.environ, **WITHOUT_THREADS},
            stdin=subprocess.DEVNULL,
            pass_fds=[its_control.fileno()],
        )
    return _Parent(process=process, control=control)
