"""A program that polls feeds and is killed while it does. Run: python -m tests.chaos.worker

It reads one job a line on stdin (JSON: id, settings, die_at as [step, time] or null, die_after in seconds or null) and
answers with one line when that process has ended (id, killed, exit, last words). Every job is a process of its own,
forked after the imports, which take longer than the job; whoever waits for it also kills it.
"""

import faulthandler
import json
import os
import signal
import sys
import time
import traceback
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from tests.integration.dying import PullsThePlug, warm_up

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.errors import Busy
from orderdrop.pipeline.feed import poll
from orderdrop.pipeline.resuming import go_on

FEED = "night"
PATIENCE_SECONDS = 5.0
HUNG_SECONDS = 60.0  # then it tells where it hangs, and ends
_LOOK_SECONDS = 0.002


def work(job: dict[str, Any]) -> None:
    """Send what waited and poll the feed once, as `orderdrop run` does; another worker that goes on is no error."""
    settings = setup.load(Path(job["settings"]), os.environ, Path.cwd())
    watcher = PullsThePlug(tuple(job["die_at"]) if job["die_at"] else None, Path(os.devnull))
    # nobody waits for an account to be asked again here: every process asks
    parts = wiring.build(settings, watcher=watcher, patience_seconds=PATIENCE_SECONDS, insists=True)
    plan = wiring.feed_plan(settings, FEED)
    with closing(parts), suppress(Busy):  # another worker goes on with it
        for _ in chain(go_on(parts, plan.account, {FEED: plan}), poll(parts, plan)):
            pass


def in_a_process_of_its_own(job: dict[str, Any]) -> None:
    """Fork twice: one process works, the other kills it when its time has come, waits for it and tells."""
    if os.fork():
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    words = Path(job["settings"]).with_name(f"words-{job['id']}")
    worker = os.fork()
    if worker == 0:
        faulthandler.dump_traceback_later(HUNG_SECONDS, exit=True, file=words.open("w"))
        try:
            work(job)
        except BaseException:  # noqa: BLE001 - whoever asked is told whatever it was
            faulthandler.cancel_dump_traceback_later()
            words.write_text(traceback.format_exc())
            os._exit(1)
        os._exit(0)
    status = _ended(worker, job["die_after"])
    answer = {
        "id": job["id"],
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "words": words.read_text() if words.exists() else "",
    }
    os.write(1, json.dumps(answer).encode() + b"\n")
    os._exit(0)


def _ended(worker: int, die_after: float | None) -> int:
    if die_after is not None:
        deadline = time.monotonic() + die_after
        while time.monotonic() < deadline:
            pid, status = os.waitpid(worker, os.WNOHANG)
            if pid:
                return status
            time.sleep(_LOOK_SECONDS)
        os.kill(worker, signal.SIGKILL)
    return os.waitpid(worker, 0)[1]


if __name__ == "__main__":
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    for line in sys.stdin:
        in_a_process_of_its_own(json.loads(line))
