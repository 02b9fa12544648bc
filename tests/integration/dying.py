"""A program that polls a feed with the real parts and kills itself at a step of your choice.

Run: python -m tests.integration.dying JOB, where JOB is JSON: settings, feed, die_at as [step, time] or null, steps (the
file to write them to).
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.forked import ROOT, forked

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.progress import Event
from orderdrop.pipeline.feeds.feed import poll


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


def poll_in_a_process(settings: Path, feed: str, *, die_at: tuple[str, int] | None) -> tuple[bool, list[str]]:
    """Have a process poll a feed once; whether it killed itself, and the steps that it came to."""
    steps = settings.with_name("steps")
    job = {"settings": str(settings), "feed": feed, "die_at": die_at, "steps": str(steps)}
    with forked("tests.integration.dying", json.dumps(job), folder=ROOT, environ=os.environ) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode != 0, steps.read_text().split()


if __name__ == "__main__":
    work(json.loads(sys.argv[1]))
