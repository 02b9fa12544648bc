"""A second process for large drops: it builds the orders of some parts while this one builds the others.

Only a drop that went through files has parts enough. Whoever is free takes the next part, so that both end together
whatever else they do (this one also stores what both build). Chunks come as they are done; which number an order gets
follows from its part alone.
"""

import gc
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from orderdrop.errors import TryAgainLater
from orderdrop.orders import Part
from orderdrop.pipeline.preparing.building import Builder, Built, packed, unpacked

_MODULE = "orderdrop.pipeline.preparing.second"
_LENGTH = struct.Struct("<Q")
_AHEAD = 2  # chunks that wait for being stored
_PIPE_BYTES = 1 << 20  # the most for an unprivileged process: each read waits for the interpreter's lock
_FEWEST = 6  # parts for which a second process pays
_NEXT = b""  # what the second process says when it is free


def built(builder: Builder, parts: Sequence[Part], *, payloads: bool = False) -> Generator[Built]:
    """Build the orders of every part, with a second process where that pays. Uses the parts up.

    Without `payloads` drafts may come without theirs (see `building.packed`). Raises TryAgainLater when the other process died.
    """
    waiting = deque(parts)
    if len(parts) < _FEWEST or _processors() < 2:
        yield from _built_here(builder, waiting)
        return
    with _other_process(builder, waiting, payloads=payloads) as other:
        for some in _built_here(builder, waiting):
            yield some
            yield from other.so_far()
        yield from other.rest()


def _built_here(builder: Builder, waiting: deque[Part]) -> Iterator[Built]:
    while (part := _taken(waiting)) is not None:
        yield from builder.built(part)


def _taken(waiting: deque[Part]) -> Part | None:
    try:
        return waiting.popleft()
    except IndexError:  # the last one went to the other process
        return None


@contextmanager
def _other_process(builder: Builder, waiting: deque[Part], *, payloads: bool) -> Iterator["_Other"]:
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pipesize=_PIPE_BYTES,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    other = _Other(child.stdin, child.stdout, waiting)
    try:
        _write(child.stdin, (builder, payloads))
        other.start()
        yield other
    except BrokenPipeError:
        raise _died() from None
    finally:
        child.kill()
        child.wait()
        other.stop()
        child.stdin.close()
        child.stdout.close()


class _Other:
    """This end of the second process: a thread gives it parts and takes what it built, a little ahead of its use."""

    def __init__(self, to: IO[bytes], come_from: IO[bytes], waiting: deque[Part]) -> None:
        self._to, self._from, self._waiting = to, come_from, waiting
        self._messages: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
        self._thread = threading.Thread(target=self._converse, daemon=True)
        self._stopped = False
        self._ended = False

    def start(self) -> None:
        """Begin to give and take."""
        self._thread.start()

    def stop(self) -> None:
        """End with it, whatever it still says; the process itself is gone already."""
        self._stopped = True
        while self._thread.is_alive():
            self._drained()
            self._thread.join(timeout=0.01)

    def so_far(self) -> Iterator[Built]:
        """What it has built by now."""
        while not self._ended and not self._messages.empty():
            yield from self._opened(self._messages.get())

    def rest(self) -> Iterator[Built]:
        """Everything else that it builds."""
        while not self._ended:
            yield from self._opened(self._messages.get())

    def _opened(self, message: bytes | None) -> Iterator[Built]:
        if message is None:
            raise _died()
        told: Any = pickle.loads(message)  # noqa: S301 - from our own process
        if told is None:
            self._ended = True
        elif isinstance(told, BaseException):
            raise told
        else:
            yield unpacked(told)

    def _converse(self) -> None:
        while not self._stopped:
            message = _read(self._from)
            if message == _NEXT:
                try:
                    _write(self._to, _taken(self._waiting))
                except (OSError, ValueError):  # it died; what it says next, nothing, tells so
                    continue
            else:
                self._messages.put(message)
                if message is None:
                    return

    def _drained(self) -> None:
        while not self._messages.empty():
            self._messages.get()


def _died() -> TryAgainLater:
    return TryAgainLater(
        "A process that builds orders died; the machine may be short of memory.",
        next_step="Run the same again; nothing was sent and nothing is lost.",
    )


def _write(pipe: IO[bytes], message: Any) -> None:
    _write_bytes(pipe, pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))


def _write_bytes(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    try:
        head = pipe.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack(head)
        data = pipe.read(length)
    except (OSError, ValueError):  # closed under our hands
        return None
    return data if len(data) == length else None


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # a system that does not tell
        return os.cpu_count() or 1


def main() -> None:
    """Build the parts that the first process gives, one at a time, until it gives none.

    The first process holds both ends: once it is gone, however it ended, there is nothing to read and nobody to write to.
    """
    gc.disable()  # orders hold no cycles, and walking over them again and again costs more than building them
    come_from, to = sys.stdin.buffer, sys.stdout.buffer
    message = _read(come_from)
    if message is None:
        return
    builder, payloads = pickle.loads(message)  # noqa: S301 - from our own process
    try:
        for part in _given(come_from, to):
            for some in builder.built(part):
                _write(to, packed(some, payloads=payloads))
        _write(to, None)
    except BrokenPipeError:
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - raised again where it is read
        _write(to, error)


def _given(come_from: IO[bytes], to: IO[bytes]) -> Iterator[Part]:
    while True:
        _write_bytes(to, _NEXT)
        message = _read(come_from)
        part = None if message is None else pickle.loads(message)  # noqa: S301 - from our own process
        if part is None:
            return
        yield part


if __name__ == "__main__":
    main()
