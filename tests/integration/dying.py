"""A program that polls a feed with the real parts and kills itself at a step of your choice. Run: python tests/integration/dying.py

It reads one job a line on stdin (JSON: id, settings, feed, die_at as [step, time], steps) and answers with one line when that process has
ended (id, signal, exit). Every job is a new process, forked after the imports, which take longer than the job.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.progress import Event
from orderdrop.ledger.open import open_ledger
from orderdrop.pipeline.feed import poll


class PullsThePlug:
    """A watcher that writes down every step and kills its own process when one comes for the n-th time; None never does."""

    def __init__(self, die_at: tuple[str, int] | None, steps: Path) -> None:
        self._step, self._left = die_at or ("", 0)
        self._steps = os.open(steps, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)

    def __call__(self, event: Event) -> None:
        os.write(self._steps, f"{event.step.value}\n".encode())
        self._left -= event.step == self._step
        if self._left == 0 and event.step == self._step:
            os.kill(os.getpid(), signal.SIGKILL)


def work(job: dict[str, Any]) -> None:
    """Poll the feed once."""
    settings = setup.load(Path(job["settings"]), os.environ, Path.cwd())
    parts = wiring.build(settings, watcher=PullsThePlug(job["die_at"], Path(job["steps"])))
    for _ in poll(parts, wiring.feed_plan(settings, job["feed"])):
        pass
    parts.close()


def in_a_process_of_its_own(job: dict[str, Any]) -> None:
    """Fork twice: one process works and may die, the other waits for it and tells."""
    if os.fork():
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    worker = os.fork()
    if worker == 0:
        try:
            work(job)
        except BaseException:  # noqa: BLE001 - the test is shown whatever it was
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(worker, 0)
    ended = {
        "id": job["id"],
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
    }
    os.write(1, json.dumps(ended).encode() + b"\n")
    os._exit(0)


def warm_up() -> None:
    """Have loaded what is loaded late, so that not every process pays for it; leaves no thread and no open file behind."""
    with TemporaryDirectory() as folder:
        open_ledger(f"sqlite:///{folder}/ledger.db").close()


if __name__ == "__main__":
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    for line in sys.stdin:
        in_a_process_of_its_own(json.loads(line))
