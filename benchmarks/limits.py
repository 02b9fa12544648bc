"""Whether sending uses what an account's limit allows: 10,000 orders against stand-ins that enforce the published limits.

At Shipup a batch of 100 costs two requests, one to hand it in and at least one to ask for its answers; both count.
"""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks import drops
from benchmarks.preparing import MAPPINGS
from benchmarks.side_by_side import verdict
from orderdrop import settings, wiring
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.sandbox.server import running

ORDERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One system: its account, its mapping, how many requests a second it allows, and the fewest for a hundred orders."""

    name: str
    mapping: str
    account: dict[str, str]
    requests_per_second: float
    fewest: int
    drop: Path


def run(folder: Path) -> bool:
    """Print the share of each limit that was used; whether all bounds are kept."""
    kept = True
    with _stand_ins() as (shipup, shippify):
        cases = [
            Case(
                name="Shipup, batches of 100, the published 2 requests a second",
                mapping="acme-shipments",
                account={"destination": "shipup", "base_url": shipup, "key": "bench"},
                requests_per_second=2.0,
                fewest=2,
                drop=drops.csv_drop(folder / "shipup.csv", ORDERS * 3),
            ),
            Case(
                name="Shippify, 100 deliveries a request, the published 100 a minute",
                mapping="jardins-entregas",
                account={"destination": "shippify", "base_url": shippify, "key": "bench:secret"},
                requests_per_second=100 / 60,
                fewest=1,
                drop=_deliveries(folder / "shippify.csv"),
            ),
        ]
        for case in cases:
            kept &= _used(folder, case)
    return kept


def _used(folder: Path, case: Case) -> bool:
    account = settings.Account.model_validate(case.account)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        parts = wiring.build(
            settings.Settings(
                ledger=f"sqlite:///{work}/bench.db",
                workdir=Path(work),
                mappings=MAPPINGS,
                accounts={"bench": account},
            )
        )
        accepted = import_file(parts, case.drop, case.mapping, "bench").receipt["orders"]["accepted"]
        parts.close()
    calls = httpx.get(f"{case.account['base_url']}/_control/log").json()["calls"]
    times = [call["at"] for call in calls]
    allowed = case.requests_per_second * (max(times) - min(times))
    refused = sum(call["status"] == 429 for call in calls)
    print(
        f"\n{case.name}\n  {accepted:,} orders accepted with {len(calls)} requests in {max(times) - min(times):.1f} s, {refused} of them 429"
    )
    used = verdict(
        "of the requests that the limit allows were used", (len(calls) - 1) / allowed, 0.95, at_least=True
    )
    # or asking for nothing all the time would pass for using the limit
    spared = verdict(
        "requests, times the fewest that so many orders take",
        len(calls) / (case.fewest * accepted / 100),
        1.05,
        at_least=False,
    )
    return used and spared and refused == 0


@contextmanager
def _stand_ins() -> Iterator[tuple[str, str]]:
    with running() as address:
        yield address.shipup, address.shippify


def _deliveries(path: Path) -> Path:
    headings = (
        "ID referência", "Modalidade", "Destinatário", "Email", "Telefone", "Endereço", "Número endereço", "Bairro", "Cidade",
        "Latitude", "Longitude", "Informações extra", "Nome produto", "Quantidade produto", "ID produto", "Tamanho produto",
        "Pagamento em dinheiro", "Horario entrega", "Data para retirada", "Presente",
    )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for number in range(1, ORDERS + 1):
            writer.writerow(
                (f"JD-{number}", "Normal", "Ana Souza", f"ana{number}@example.com", "", "Rua Augusta", "1508", "Consolação",
                 "São Paulo", "", "", "", "Camiseta", "1", "00417", "1", "", "", "", "")
            )  # fmt: skip
    return path
