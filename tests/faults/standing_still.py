"""A program that polls a feed with leases of a second. Run: python -m tests.faults.standing_still SETTINGS FEED

It ends with the exit code of whatever ended the poll, and its words on stderr.
"""

import sys
from dataclasses import replace
from pathlib import Path

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.errors import OrderdropError
from orderdrop.pipeline.feeds.feed import poll

LEASE_SECONDS = 1.0


def main() -> int:
    """Poll once."""
    settings = setup.load(Path(sys.argv[1]), {}, Path.cwd())
    parts = replace(wiring.build(settings), lease_seconds=LEASE_SECONDS)
    try:
        for _ in poll(parts, wiring.feed_plan(settings, sys.argv[2])):
            pass
    except OrderdropError as error:
        print(error, file=sys.stderr)
        return int(error.exit_code)
    finally:
        parts.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
