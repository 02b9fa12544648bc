"""A feed with drops that keep coming: one destination, one kind of source, CSV or Excel."""

import contextlib
import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Lock
from types import MappingProxyType
from typing import Any

import httpx
import xlsxwriter
from tests import loopback

from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.open import open_ledger
from orderdrop.sandbox.server import SandboxAddress

HEADINGS = ("Order", "Email", "Country", "Courier", "Parcel", "Address", "SKU", "Item", "Qty", "Size")
_COUNTRY = {"to": "destination_country_iso3", "type": "country", "required": True}
_QUANTITY = {"type": "integer", "minimum": 1}
_COLUMNS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "shipup": {
            "Order": {"to": "merchant_id", "required": True},
            "Email": {"to": "email", "type": "email"},
            "SKU": {"to": "line_items.merchant_id", "required": True},
            "Item": {"to": "line_items.name"},
            "Qty": {"to": "line_items.quantity", **_QUANTITY},
        },
        "parcellab": {
            "Order": {"to": "order_number", "required": True},
            "Email": {"to": "recipient_email"},
            "Country": _COUNTRY,
            "Courier": {"to": "trackings.courier"},
            "Parcel": {"to": "trackings.tracking_number"},
            "SKU": {"to": ["trackings.articles.line_item_id", "trackings.articles.sku"], "required": True},
            "Item": {"to": "trackings.articles.article_name"},
            "Qty": {"to": "trackings.articles.quantity", "required": True, **_QUANTITY},
        },
        "shippify": {
            "Order": {"to": "referenceId", "required": True},
            "Email": {"to": "dropoff.contact.email", "type": "email"},
            "Address": {"to": "dropoff.location.address", "required": True},
            "SKU": {"to": "packages.id"},
            "Item": {"to": "packages.name", "required": True},
            "Qty": {"to": "packages.qty", "required": True, **_QUANTITY},
            "Size": {"to": "packages.size", "required": True},
        },
    }
)
_CONSTANTS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "shipup": {},
        "parcellab": {"account": 1617},
        "shippify": {
            "dropoff.contact.name": "Ana",
            "pickup.location.warehouse": 7,
            "pickup.contact.name": "Loja",
            "pickup.contact.phonenumber": "+551130000000",
        },
    }
)
_ONE_OPENS = Lock()  # Alembic runs in one thread of a process at a time
_STORED_AS = MappingProxyType(
    {"shipup": "merchant_id", "parcellab": "order_number", "shippify": "referenceId"}
)
_LINES: Mapping[str, Callable[[dict[str, Any]], int]] = MappingProxyType(
    {
        "shipup": lambda stored: len(stored["order"]["line_items"]["data"]),
        "parcellab": lambda stored: sum(len(one["articles"]) for one in stored["trackings"]),
        "shippify": lambda stored: len(stored["order"]["packages"]),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How the feed reaches its folder: the line of the settings, and the lines to log in with."""

    kind: str
    url: Callable[[Path], str] = str
    login: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Site:
    """`prefix` begins every order id. `good` and `refused` are what was dropped: order id -> number of its lines."""

    home: Path
    prefix: str
    destination: str
    source: Source
    excel: bool
    endpoint: str
    sandbox: SandboxAddress
    random: Random
    ledger_url: str = ""  # a file of its own where none is given
    good: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    drops: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.destination} {self.source.kind} {'xlsx' if self.excel else 'csv'} {self.endpoint}"

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def settings(self) -> Path:
        return self.home / "orderdrop.yaml"

    @property
    def base_url(self) -> str:
        return str(getattr(self.sandbox, self.destination))

    def set_up(self) -> None:
        """Write settings and mapping (YAML takes JSON)."""
        self.inbox.mkdir(parents=True)
        self.ledger_url = self.ledger_url or f"sqlite:///{self.home}/var/orderdrop.db"
        mapping: dict[str, Any] = {
            "mapping": "chaos",
            "destination": self.destination,
            "columns": {**dict.fromkeys(HEADINGS, "ignore"), **_COLUMNS[self.destination]},
            "constants": _CONSTANTS[self.destination],
            "on_bad_row": "hold_order",
            "file": {} if self.excel else {"delimiter": ";"},
        }
        (self.home / "chaos.yaml").write_text(json.dumps(mapping))
        account = {
            "destination": self.destination,
            "base_url": self.base_url,
            "key": "1617:any",
            "rate": "unlimited",
        }
        feed = {
            "source": self.source.url(self.inbox),
            **self.source.login,
            "files": "*.xlsx" if self.excel else "*.csv",
            "mapping": "chaos",
            "account": "local",
            "settle": {"looks": 1, "age": "0s"},
            "reply": True,
        }
        settings = {
            "ledger": self.ledger_url,
            "workdir": "var",
            "mappings": ".",
            "accounts": {"local": {**account, "endpoint": self.endpoint}},
            "feeds": {"night": feed},
        }
        self.settings.write_text(json.dumps(settings))

    def drop(self, orders: int) -> None:
        """A new file: so many good orders, some of two rows; one refused by the API, a bad row with a good sibling, a blank row."""
        number = len(self.drops)
        name = f"orders-{number:03d}.{'xlsx' if self.excel else 'csv'}"
        rows = []
        for count in range(orders):
            key = f"{self.prefix}-{number:03d}-{count:03d}"
            self.good[key] = self.random.choice([1, 1, 2])
            rows += [self._row(key, sku=f"S{line}") for line in range(self.good[key])]
        if self.destination != "shippify":  # it refuses nothing that our own check lets through
            rows.append(self._refused(f"{self.prefix}-{number:03d}-REF"))
        self.random.shuffle(rows)  # rows of one order need not be adjacent
        bad = f"{self.prefix}-{number:03d}-BAD"
        rows += [{}, self._row(bad, Qty="two"), self._row(bad, sku="S1")]
        self.drops.append(name)
        hidden = self.home / name
        (_write_workbook if self.excel else _write_csv)(hidden, rows)
        hidden.rename(self.inbox / name)

    def waiting(self) -> bool:
        """Whether files lie in the inbox or are claimed."""
        return any(
            path.is_file() for folder in ("", "processing") for path in (self.inbox / folder).glob("*")
        )

    def ledger(self) -> Ledger:
        """The ledger, for reading; nobody works at this moment."""
        with _ONE_OPENS:
            return open_ledger(self.ledger_url)

    def waits(self) -> bool:
        """Whether a batch waits for its account to work again."""
        ledger = self.ledger()
        try:
            return bool(ledger.waiting())
        finally:
            ledger.close()

    def calls(self, after: int = 0) -> list[dict[str, Any]]:
        """What the stand-in wrote down of this site behind a call's number."""
        journal = self._ask(f"log?after={after}")["calls"]
        return [
            {**call, "orders": mine}
            for call in journal
            if call["method"] in ("POST", "PUT")
            and (mine := [key for key in call["orders"] if key.startswith(f"{self.prefix}-")])
        ]

    def last_call(self) -> int:
        """The number of the stand-in's newest call."""
        return int(self._ask("log?after=999999999")["total"])

    def stored(self) -> list[tuple[str, int]]:
        """Id and number of lines of every order that the stand-in holds of this site."""
        held = self._ask("store")["orders"]
        found = [(str(one[_STORED_AS[self.destination]]), one) for one in held]
        return [
            (key, _LINES[self.destination](one)) for key, one in found if key.startswith(f"{self.prefix}-")
        ]

    def plan(self, kind: str, **options: Any) -> None:
        """Have a call about this site go wrong."""
        fault = {"kind": kind, "match": f"{self.prefix}-", **options}
        loopback.post(f"{self.base_url}/_control/faults", json=fault, timeout=30).raise_for_status()

    def _ask(self, route: str) -> Any:
        answer = loopback.get(f"{self.base_url}/_control/{route}", timeout=30)
        answer.raise_for_status()
        return answer.json()

    def _row(self, key: str, *, sku: str = "S0", **changes: str) -> dict[str, str]:
        row = dict(
            zip(
                HEADINGS,
                (key, "anna@example.com", "DE", "dhl-germany", f"00{key}", "Rua 9", sku, "Tea", "1", "m"),
                strict=True,
            )
        )
        return row | changes

    def _refused(self, key: str) -> dict[str, str]:
        self.refused.add(key)
        if self.destination == "parcellab":
            return self._row(key, Courier="carrier pigeon")
        # Shipup does not change the quantity of an item that it has
        seed = {"merchant_id": key, "line_items": [{"merchant_id": "S0", "quantity": 9}]}
        self._seed(seed)
        return self._row(key)

    def _seed(self, order: dict[str, Any]) -> None:
        headers = {"Authorization": "any"}
        for _ in range(10):  # a fault that was planned for a worker may meet it
            with contextlib.suppress(httpx.HTTPError):
                answer = loopback.post(f"{self.base_url}/v2/orders", json=order, headers=headers, timeout=30)
                if answer.status_code == 201:
                    return
        raise AssertionError(f"the stand-in does not take {order['merchant_id']}")


def _write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADINGS, restval="", delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def _write_workbook(path: Path, rows: list[dict[str, str]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, HEADINGS)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, [row.get(heading, "") for heading in HEADINGS])
