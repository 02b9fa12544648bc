"""`python -m tests.chaos --kills 200`: real batches, killed again and again; exit 1 when anything was lost or doubled."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.chaos.campaign import Result, run
from tests.integration.postgres import Postgres, programs, running_postgres


def main() -> int:
    """Run the campaign that was asked for and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many processes are killed")
    parser.add_argument(
        "--seed", type=int, default=None, help="of an earlier campaign, to plan the same kills"
    )
    parser.add_argument(
        "--ledger",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="where the sites keep their ledgers; a PostgreSQL server of its own is started",
    )
    asked = parser.parse_args()
    if asked.ledger == "postgresql" and programs() is None:
        print("PostgreSQL's server is not installed (Debian: apt-get install postgresql).", file=sys.stderr)
        return 2
    seed = time.time_ns() % 1_000_000 if asked.seed is None else asked.seed
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="orderdrop-chaos-")))
        new_ledger: Callable[[], str] = str
        if asked.ledger == "postgresql":
            new_ledger = partial(_new_ledger, stack.enter_context(running_postgres()))
        result = run(kills=asked.kills, seed=seed, folder=folder, new_ledger=new_ledger)
    show(result, time.monotonic() - begun)
    return 0 if result.verdict.clean else 1


def _new_ledger(server: Postgres) -> str:
    return server.url(server.new_database())


def show(result: Result, seconds: float) -> None:
    """Print the sums, then what is wrong."""
    verdict, kills = result.verdict, result.kills
    how = ", ".join(f"{times} {kind}" for kind, times in sorted(kills.items()))
    print()
    print(f"kills                      {kills.total()} ({how})")
    print(f"sites                      {result.sites}")
    print(f"drops                      {verdict.drops}")
    print(f"orders                     {verdict.orders}")
    print(f"lost                       {len(verdict.lost)}")
    print(f"doubled                    {len(verdict.doubled)}")
    print(f"posted again without need  {len(verdict.needless)}")
    print(f"posted again, answer lost  {verdict.again}")
    print(f"anything else wrong        {len(verdict.wrong)}")
    print(f"seconds                    {seconds:.0f} (seed {result.seed})")
    for line in (*verdict.lost, *verdict.doubled, *verdict.needless, *verdict.wrong):
        print(f"  {line}")


if __name__ == "__main__":
    sys.exit(main())
