"""A second process for large drops: it builds the orders of some parts while this one builds the others.

Only a drop that went through files has parts enough. Orders come in the same order every time: three chunks of the other
process, two of this one, for this one also stores what both build.
"""

import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import IO, Any

from orderdrop.errors import TryAgainLater
from orderdrop.orders import Part
from orderdrop.pipeline.building import Builder, Built, packed, unpacked

_MODULE = "orderdrop.pipeline.second"
_LENGTH = struct.Struct("<Q")
_AHEAD = 2  # chunks that wait for being stored
_TURNS = (True, False, True, False, True)  # whether it is the other process's


def built(builder: Builder, parts: Sequence[Part], *, payloads: bool = False) -> Generator[Built]:
    """Build the orders of every part, with a second process where that pays. Uses the parts up.

    Without `payloads` drafts may come without theirs (see `building.packed`). Raises TryAgainLater when the other process died.
    """
    if len(parts) <= len(_TURNS) or _processors() < 2:
        for part in parts:
            yield from builder.built(part)
        return
    turns = [_TURNS[number % len(_TURNS)] for number in range(len(parts))]
    theirs = [part for part, other in zip(parts, turns, strict=True) if other]
    mine = [part for part, other in zip(parts, turns, strict=True) if not other]
    with _other_process(builder, theirs, payloads=payloads) as from_other:
        from_here = (some for part in mine for some in builder.built(part))
        yield from _by_turns(from_other, from_here)


def _by_turns(from_other: Iterator[Built], from_here: Iterator[Built]) -> Iterator[Built]:
    streams = {True: from_other, False: from_here}
    for other in cycle(_TURNS):
        if other in streams:
            some = next(streams[other], None)
            if some is not None:
                yield some
            else:
                del streams[other]
        if not streams:
            return


@contextmanager
def _other_process(builder: Builder, parts: Sequence[Part], *, payloads: bool) -> Iterator[Iterator[Built]]:
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    messages: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
    stopped = threading.Event()
    reader = threading.Thread(target=_read_all, args=(child.stdout, messages, stopped), daemon=True)
    try:
        _write(child.stdin, (builder, list(parts), payloads))
        reader.start()
        yield _answers(messages)
    except BrokenPipeError:
        raise _died() from None
    finally:
        stopped.set()
        child.kill()
        child.wait()
        if reader.ident is not None:
            reader.join()
        child.stdin.close()
        child.stdout.close()


def _read_all(pipe: IO[bytes], messages: "queue.Queue[bytes | None]", stopped: threading.Event) -> None:
    """Hand on what the other process says, a little ahead of its use; None when it says no more."""
    while not stopped.is_set():
        message = _read(pipe)
        while not stopped.is_set():
            try:
                messages.put(message, timeout=0.2)
                break
            except queue.Full:
                continue
        if message is None:
            return


def _answers(messages: "queue.Queue[bytes | None]") -> Iterator[Built]:
    while (message := messages.get()) is not None:
        told: Any = pickle.loads(message)  # noqa: S301 - from our own process
        if told is None:
            return
        if isinstance(told, BaseException):
            raise told
        yield unpacked(told)
    raise _died()


def _died() -> TryAgainLater:
    return TryAgainLater(
        "A process that builds orders died; the machine may be short of memory.",
        next_step="Run the same again; nothing was sent and nothing is lost.",
    )


def _write(pipe: IO[bytes], message: Any) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
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


def _end_with_parent() -> None:
    """End when the first process is gone, however it ended: it holds the other end of our input."""
    sys.stdin.buffer.read(1)
    os._exit(1)


def main() -> None:
    """Build the parts that the first process names, and end."""
    message = _read(sys.stdin.buffer)
    if message is None:
        return
    builder, parts, payloads = pickle.loads(message)  # noqa: S301 - from our own process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    out = sys.stdout.buffer
    try:
        for part in parts:
            for some in builder.built(part):
                _write(out, packed(some, payloads=payloads))
        _write(out, None)
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 - raised again where it is read
        _write(out, error)


if __name__ == "__main__":
    main()
