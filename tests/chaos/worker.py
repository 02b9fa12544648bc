"""A program that polls a feed and may be killed while it does.

Run: python -m tests.chaos.worker SETTINGS DIE_AT, where DIE_AT is JSON: [step, time] or null.
"""

import faulthandler
import json
import os
import sys
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path

from tests.integration.dying import PullsThePlug

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.errors import Busy
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.feeds.resuming import go_on

FEED = "night"
PATIENCE_SECONDS = 5.0
HUNG_SECONDS = 60.0  # then it tells where it hangs, and ends


def work(settings_path: Path, die_at: tuple[str, int] | None) -> None:
    """Send what waited and poll the feed once, as `orderdrop run` does; another worker that goes on is no error."""
    settings = setup.load(settings_path, os.environ, Path.cwd())
    watcher = PullsThePlug(die_at, Path(os.devnull))
    # nobody waits for an account to be asked again here: every process asks
    parts = wiring.build(settings, watcher=watcher, patience_seconds=PATIENCE_SECONDS, insists=True)
    plan = wiring.feed_plan(settings, FEED)
    with closing(parts), suppress(Busy):  # another worker goes on with it
        for _ in chain(go_on(parts, plan.account, {FEED: plan}), poll(parts, plan)):
            pass


if __name__ == "__main__":
    faulthandler.dump_traceback_later(HUNG_SECONDS, exit=True)
    work(Path(sys.argv[1]), json.loads(sys.argv[2]))
