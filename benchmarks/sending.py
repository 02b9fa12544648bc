"""Sending against the stand-in without a rate limit, against a bare httpx loop that posts the same ready-made bodies.

The loop is what a reasonable person writes for speed: as many threads as we have, each with a client of its own that
keeps its connection. Both send orders that the stand-in has never seen, for changing one costs it less. Ours is all of `work`: leases, attempts and outcomes in the ledger, the success report, the receipt.
"""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks import drops
from benchmarks.preparing import MAPPINGS
from benchmarks.side_by_side import Way, compare, verdict
from orderdrop import settings, wiring
from orderdrop.pipeline.batches.batch import open_batch, work
from orderdrop.pipeline.drops import keep_local
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.prepare import prepare

CONCURRENCY = 4
ORDERS = 4_000
# one for each round
PREFIXES = ("AA", "AB", "AD", "AE", "AF")
PREFIXES_OF_THE_LOOP = ("BA", "BB", "BD", "BE", "BF")


def run(folder: Path) -> bool:
    """Print the comparison; whether the bound is kept."""
    with stand_in() as base_url:
        account = settings.Account.model_validate(
            {"destination": "shipup", "base_url": base_url, "key": "bench", "rate": "unlimited", "endpoint": "single",
             "concurrency": CONCURRENCY}
        )  # fmt: skip
        parts = wiring.build(
            settings.Settings(
                ledger=f"sqlite:///{folder}/bench.db",
                workdir=folder / "send",
                mappings=MAPPINGS,
                accounts={"bench": account},
            )
        )
        batches = [_prepared(parts, folder, prefix) for prefix in PREFIXES]
        bodies = [order.payload for order in parts.ledger.orders(batches[0]) if order.payload]
        waiting = iter(batches)
        ready_made = iter([_renamed(bodies, prefix) for prefix in PREFIXES_OF_THE_LOOP])
        ours = Way(
            name=f"orderdrop, ledger and reports and all, {CONCURRENCY} at a time",
            run=lambda: _delivered(parts, next(waiting)),
        )
        bare = Way(
            name=f"httpx loop, ready-made bodies, {CONCURRENCY} at a time",
            run=lambda: _post(base_url, next(ready_made)),
        )
        result = compare(
            f"sending {len(bodies):,} orders one by one", ours, bare, unit="orders", rounds=len(PREFIXES)
        )
        return verdict("of the bare loop's speed", result.ratio, 0.8, at_least=True)


def _prepared(parts: Parts, folder: Path, prefix: str) -> str:
    """A batch whose orders are ready, none of them seen before."""
    drop = folder / f"{prefix}.csv"
    drop.write_bytes(drops.csv_drop(drop, ORDERS * 3).read_bytes().replace(b";AC-", f";{prefix}-".encode()))
    loaded = parts.mapping("acme-shipments")
    kept = keep_local(parts, drop)
    batch = open_batch(parts, kept, loaded, "bench")
    prepare(
        batch, Path(kept.kept_at), loaded, parts.destination("shipup"), into=parts.ledger, accepted_by=parts.ledger,
        spill_folder=folder / "spill", watcher=parts.watcher,
    )  # fmt: skip
    return batch.id


def _renamed(bodies: list[bytes], prefix: str) -> list[bytes]:
    """The same orders under other names."""
    return [body.replace(f'"{PREFIXES[0]}-'.encode(), f'"{prefix}-'.encode()) for body in bodies]


def _delivered(parts: Parts, batch_id: str) -> int:
    return int(work(parts, batch_id).receipt["orders"]["accepted"])


def _post(base_url: str, bodies: list[bytes]) -> int:
    def one(share: list[bytes]) -> None:
        with httpx.Client(headers={"Authorization": "bench", "Content-Type": "application/json"}) as client:
            for body in share:
                client.post(f"{base_url}/v2/orders", content=body).raise_for_status()

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(one, [bodies[start::CONCURRENCY] for start in range(CONCURRENCY)]))
    return len(bodies)


@contextmanager
def stand_in() -> Iterator[str]:
    """The stand-in in a process of its own, so that it does not share our interpreter lock."""
    server = subprocess.Popen(
        [sys.executable, "-m", "orderdrop.sandbox", "--port", "0", "--rate", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().split("shipup=")[1].split()[0]
    finally:
        server.terminate()
        server.wait(10)
