"""A desk at which files are imported: a mapping of one's own, the real pipeline, the three stand-ins over real sockets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import loopback

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.orders import StoredOrder
from orderdrop.core.problems import Problem
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.pipeline.parts import Parts
from orderdrop.reports.receipt import Receipt
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running
from orderdrop.sandbox.shipup.settings import ShipupSettings

KEYS = {"shipup": "merchant_id", "parcellab": "order_number", "shippify": "referenceId"}


@dataclass
class Desk:
    """Imports text under the mapping of the moment; every file gets a name and a batch of its own."""

    folder: Path
    sandbox: SandboxAddress
    destination: str = "shipup"
    mapping: dict[str, Any] = field(default_factory=dict)
    _parts: Parts | None = None
    _files: int = 0

    def map(self, columns: dict[str, Any], **rest: Any) -> None:
        """Use another mapping from now on."""
        self.mapping = {"mapping": "desk", "destination": self.destination, "columns": columns, **rest}
        (self.folder / "desk.yaml").write_text(json.dumps(self.mapping))

    @property
    def parts(self) -> Parts:
        if self._parts is None:
            account = {
                "base_url": getattr(self.sandbox, self.destination),
                "key": "app:secret",
                "rate": "unlimited",
            }
            told = {
                "workdir": "var",
                "mappings": ".",
                "accounts": {"desk": {"destination": self.destination, **account, "endpoint": "single"}},
            }
            (self.folder / "orderdrop.yaml").write_text(json.dumps(told))
            self._parts = wiring.build(setup.load(self.folder / "orderdrop.yaml", {}, self.folder))
        return self._parts

    def load(self, content: str | bytes, name: str = "orders.csv", **options: Any) -> Receipt:
        """Import one file; its receipt."""
        self._files += 1
        file = self.folder / f"{self._files:03d}-{name}"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        receipt = import_file(self.parts, file, "desk", "desk", **options).receipt
        rows = dict(receipt["rows"])
        assert rows.pop("read") == sum(rows.values()), rows
        return receipt

    def orders(self, receipt: Receipt) -> dict[str, StoredOrder]:
        """The orders of a batch by their keys."""
        return {order.key: order for order in self.parts.ledger.orders(receipt["batch"])}

    def payloads(self, receipt: Receipt) -> dict[str, Any]:
        """What was sent, or would be, by the orders' keys."""
        return {
            key: json.loads(order.payload) for key, order in self.orders(receipt).items() if order.payload
        }

    def problems(self, receipt: Receipt) -> list[Problem]:
        return self.parts.ledger.problems(receipt["batch"])

    def held(self) -> dict[str, Any]:
        """What the stand-in holds, by the orders' keys."""
        stored = self._ask("/store")["orders"]
        return {
            str(one.get(KEYS[self.destination]) or one["order"][KEYS[self.destination]]): one.get(
                "order", one
            )
            for one in stored
        }

    def sent(self) -> int:
        """How many orders were sent so far."""
        return sum(call["method"] in ("POST", "PUT") for call in self._ask("/log")["calls"])

    def _ask(self, route: str) -> Any:
        answer = loopback.get(f"{getattr(self.sandbox, self.destination)}/_control{route}", timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def close(self) -> None:
        if self._parts is not None:
            self._parts.close()


@contextmanager
def desk_at(folder: Path, destination: str = "shipup") -> Iterator[Desk]:
    """A desk with stand-ins of its own."""
    shipup = ShipupSettings(rate=None, job_delay_seconds=0.0)
    with running(settings=SandboxSettings(shipup=shipup)) as sandbox:
        desk = Desk(folder=folder, sandbox=sandbox, destination=destination)
        try:
            yield desk
        finally:
            desk.close()
