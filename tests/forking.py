"""A parent of processes: it imports the command once, then forks a child for whoever asks; see forked.py.

Run: python -m tests.forking CONTROL. The socket CONTROL brings four descriptors for every child: whom to tell, and its
stdin, stdout and stderr. A child then does what `python -m MODULE ARGUMENTS` does. The parent ends with the socket.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import sys
import tempfile
import threading
import time
from typing import Any, NoReturn

NUMBER = 4  # bytes of a pid or an exit code
# threads do not survive a fork; children get the environment that they ask for
WITHOUT_THREADS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
_LEFT_OUT = frozenset({"__main__", "migrations"})  # what runs when it is imported


def serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork whenever asked to. Returns in each child, with what it is to become; in the parent at the end, with nothing."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 4)
        if not descriptors:
            return None
        if os.fork() == 0:
            return _child(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _child(asks: int, *standard: int) -> dict[str, Any]:
    """Fork once more: this process waits and tells, the other one returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with socket.socket(fileno=asks) as told:
        with told.makefile("rb") as lines:
            wanted: dict[str, Any] = json.loads(lines.readline())
        pid = os.fork()
        if pid:
            for descriptor in standard:
                os.close(descriptor)
            _tell(told, pid)
            _tell(told, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            os._exit(0)
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
        os.close(descriptor)
    return wanted


def _tell(told: socket.socket, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody wants to know any more
        told.sendall(number.to_bytes(NUMBER, signed=True))


def become(*, module: str, arguments: list[str], folder: str, environ: dict[str, str]) -> NoReturn:
    """Do as Python does when it is started."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    tempfile.tempdir = None  # or TMPDIR would not be looked at again
    sys.path[0] = folder
    sys.argv = ["-m", *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if not isinstance(ended.code, int):
            raise
        _end(ended.code)
    _end(0)


def _end(code: int) -> NoReturn:
    """As Python ends, but for taking all modules apart, which would first copy the memory that is shared with the parent."""
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def warm_up() -> None:
    """Have loaded what is loaded late; leaves no thread and no open file behind, which a fork would lose or share."""
    import pandas as pd
    import pandera.pandas as pandera

    import orderdrop
    from orderdrop.ledger.open import open_ledger

    for found in pkgutil.walk_packages(orderdrop.__path__, "orderdrop."):
        if _LEFT_OUT.isdisjoint(found.name.split(".")):
            importlib.import_module(found.name)
    pandera.DataFrameSchema({"a": pandera.Column()}).validate(pd.DataFrame({"a": [1]}))
    with tempfile.TemporaryDirectory() as folder:
        open_ledger(f"sqlite:///{folder}/ledger.db").close()
    gc.freeze()  # or the first collection of every child copies all that is shared


if __name__ == "__main__":
    warm_up()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        wanted = serve(control)
    if wanted is not None:
        become(**wanted)
