"""The judge of what was sent: the stand-in's own journal and store, asked through its control API."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests import loopback

from orderdrop.sandbox.server import SandboxSettings, running
from orderdrop.sandbox.shipup.settings import ShipupSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A running stand-in of Shipup at `base_url`."""

    base_url: str

    def calls(self, after: int = 0) -> list[dict[str, Any]]:
        """Every call behind the one with this number."""
        found: list[dict[str, Any]] = self._ask("GET", f"log?after={after}")["calls"]
        return found

    def last_call(self) -> int:
        """The number of the newest call."""
        return int(self._ask("GET", "log?after=999999999")["total"])

    def posts(self, after: int = 0, prefix: str = "") -> Counter[str]:
        """How often each order was posted, by whatever endpoint."""
        return Counter(
            key
            for call in self.calls(after)
            if call["method"] == "POST"
            for key in call["orders"]
            if key.startswith(prefix)
        )

    def held(self, prefix: str = "") -> dict[str, dict[str, Any]]:
        """The orders that the stand-in holds; a second one of the same id would be an error of the judge."""
        orders = [one for one in self._ask("GET", "store")["orders"] if one["merchant_id"].startswith(prefix)]
        by_id = {one["merchant_id"]: one["order"] for one in orders}
        assert len(by_id) == len(orders)
        return by_id

    def plan(self, kind: str, **options: Any) -> None:
        """Have the next calls go wrong."""
        self._ask("POST", "faults", {"kind": kind, **options})

    def heal(self) -> None:
        """Have no further call go wrong."""
        self._ask("DELETE", "faults")

    def change(self, **settings: Any) -> None:
        """Change settings of the stand-in."""
        self._ask("POST", "settings", settings)

    def seed(self, *payloads: dict[str, Any], key: str = "any") -> None:
        """Have it hold orders that somebody else sent."""
        for payload in payloads:
            answer = loopback.post(
                f"{self.base_url}/v2/orders", json=payload, headers={"Authorization": key}, timeout=30
            )
            assert answer.status_code == 201, answer.text

    def _ask(self, method: str, route: str, content: Any = None) -> Any:
        answer = loopback.request(method, f"{self.base_url}/_control/{route}", json=content, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def judging(**settings: Any) -> Iterator[Judge]:
    """A stand-in with a journal of its own, without a rate limit unless one is asked for."""
    shipup = ShipupSettings(**{"rate": None, "job_delay_seconds": 0.0, **settings})
    with running(settings=SandboxSettings(shipup=shipup)) as sandbox:
        yield Judge(base_url=sandbox.shipup)
