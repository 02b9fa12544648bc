"""`python -m tests.chaos --kills 200`: real batches, killed again and again; exit 1 when anything was lost or doubled."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.campaign import Result, run


def main() -> int:
    """Run the campaign that was asked for and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many processes are killed")
    parser.add_argument(
        "--seed", type=int, default=None, help="of an earlier campaign, to plan the same kills"
    )
    asked = parser.parse_args()
    seed = time.time_ns() % 1_000_000 if asked.seed is None else asked.seed
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="orderdrop-chaos-") as folder:
        result = run(kills=asked.kills, seed=seed, folder=Path(folder))
    show(result, time.monotonic() - begun)
    return 0 if result.verdict.clean else 1


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
