"""Runs the folders of samples/ through the real pipeline and says what each must become.

The goldens are rewritten only on purpose: `python -m tests.samples` writes them anew and says which changed; look at
the difference before it is committed.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from tests import loopback

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.orders import StoredOrder
from orderdrop.pipeline.batches.batch import Finished
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.pipeline.mappings.examples import BATCH, ORDERS, REJECTS, Example, as_files, example_in
from orderdrop.pipeline.parts import Parts
from orderdrop.reports.page import as_text
from orderdrop.sandbox.server import SandboxSettings, running
from orderdrop.sandbox.shipup.settings import ShipupSettings

SAMPLES = Path(__file__).parents[1] / "samples"
GOLDENS = (ORDERS, REJECTS, "receipt.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A folder of samples/: its drop, the mapping that reads it, and the sample that must have been sent before.

    `of` names the folder where several samples share a drop; their goldens begin with the destination then.
    """

    name: str
    mapping: str
    destination: str = "shipup"
    after: str | None = None
    of: str | None = None

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return SAMPLES / (self.of or self.name)

    @property
    def example(self) -> Example:
        """The same as an example of a mapping: `orderdrop mapping test` reads samples just so."""
        return example_in(self.folder, self.destination)

    def golden(self, name: str) -> Path:
        """Where one of its goldens lies."""
        return self.example.path(name)

    @property
    def drop(self) -> Path:
        """The file that the sender dropped."""
        return self.example.drop


_KEYS = {"shipup": "merchant_id", "parcellab": "order_number", "shippify": "referenceId"}
"""Under which name each stand-in's store shows the sender's own number."""

ALL = (
    Sample(name="acme-shipments", mapping="acme-shipments"),
    Sample(name="acme-bad-rows", mapping="acme-shipments"),
    Sample(name="acme-refused", mapping="acme-shipments", after="acme-shipments"),
    Sample(name="nordlicht-workbook", mapping="nordlicht-orders"),
    Sample(name="parcellab-outbound", mapping="hafen-outbound", destination="parcellab"),
    Sample(name="shippify-merchant", mapping="jardins-entregas", destination="shippify"),
    Sample(name="tres-sistemas-shipup", mapping="litoral-shipup", of="tres-sistemas"),
    Sample(
        name="tres-sistemas-parcellab",
        mapping="litoral-parcellab",
        destination="parcellab",
        of="tres-sistemas",
    ),
    Sample(
        name="tres-sistemas-shippify", mapping="litoral-shippify", destination="shippify", of="tres-sistemas"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a file became."""

    finished: Finished
    parts: Parts

    def orders(self) -> list[StoredOrder]:
        """Its orders, as the ledger has them."""
        return self.parts.ledger.orders(self.finished.batch.id)

    def payloads(self) -> list[dict[str, Any]]:
        """What was or would have been sent."""
        return [json.loads(order.payload) for order in self.orders() if order.payload is not None]

    def goldens(self) -> dict[str, bytes]:
        """The files that must lie beside the drop, by name; the batch's own name is replaced by a fixed one."""
        rejects = self.finished.receipt["reports"]["rejects_csv"]
        batch = self.finished.batch.id
        files = as_files(self.payloads(), Path(rejects).read_bytes() if rejects else None, batch)
        return files | {"receipt.txt": as_text(self.finished.receipt).replace(batch, BATCH).encode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A sample that was imported, and the stand-in that still runs for what comes after it."""

    sample: Sample
    ran: Ran
    before_keys: tuple[str, ...]
    address: str
    close: Callable[[], None]

    def load(self, file: Path) -> Ran:
        """Import another file under the same mapping."""
        finished = import_file(self.ran.parts, file, self.sample.mapping, "demo")
        return Ran(finished=finished, parts=self.ran.parts)

    def stored_keys(self) -> list[str]:
        """The orders that the API holds."""
        held = loopback.get(f"{self.address}/_control/store").raise_for_status().json()["orders"]
        return [order[_KEYS[self.sample.destination]] for order in held]


def start(sample: Sample, folder: Path) -> Running:
    """Import a sample into a stand-in of its own, after the sample that comes before it."""
    shutil.copytree(SAMPLES.parent / "mappings", folder / "mappings")
    with ExitStack() as stack:
        api = stack.enter_context(running(settings=SandboxSettings(shipup=ShipupSettings(rate=None))))
        address = str(getattr(api, sample.destination))
        (folder / "orderdrop.yaml").write_text(
            f'accounts: {{demo: {{destination: {sample.destination}, base_url: "{address}", key: "any:key", '
            "rate: unlimited}}\n"
        )
        started = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
        parts = wiring.build(setup.load(None, {}, folder), clock=lambda: started, random=Random(7))
        stack.callback(parts.ledger.close)
        stack.callback(lambda: parts.line("demo").carrier.close())
        before: tuple[str, ...] = ()
        if sample.after is not None:
            first = next(other for other in ALL if other.name == sample.after)
            sent = Ran(finished=import_file(parts, first.drop, first.mapping, "demo"), parts=parts)
            before = tuple(order.key for order in sent.orders())
        ran = Ran(finished=import_file(parts, sample.drop, sample.mapping, "demo"), parts=parts)
        kept = stack.pop_all()
        return Running(sample=sample, ran=ran, before_keys=before, address=address, close=kept.close)


def rewrite() -> int:
    """Write every golden anew; tell which changed."""
    for sample in ALL:
        with tempfile.TemporaryDirectory() as folder:
            imported = start(sample, Path(folder))
            goldens = imported.ran.goldens()
            imported.close()
        for name in GOLDENS:
            path = sample.golden(name)
            before, after = path.read_bytes() if path.is_file() else None, goldens.get(name)
            if after is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(after)
            if before != after:
                sys.stdout.write(f"changed: {path.relative_to(SAMPLES.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(rewrite())
