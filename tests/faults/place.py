"""A feed of one's own in one process: real parts, a real folder or SFTP server, a stand-in over a real socket."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.integration.judge import Judge
from tests.integration.sshd import Sshd

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.progress import Event, Step
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.feeds.resuming import go_on
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.reports.receipt import Receipt

HEADINGS = "Order;Email;SKU;Qty"
_MAPPING = {
    "mapping": "small",
    "destination": "shipup",
    "file": {"delimiter": ";"},
    "columns": {
        "Order": {"to": "merchant_id", "required": True},
        "Email": {"to": "email", "type": "email"},
        "SKU": {"to": "line_items.merchant_id", "required": True},
        "Qty": {"to": "line_items.quantity", "type": "integer", "minimum": 1},
    },
    "hold_batch_when": {"bad_rows_over": "80%"},
}


@dataclass
class Place:
    """`prefix` begins every order id, so that places can share a stand-in. `feed`, `account` and `ledger` change the settings."""

    folder: Path
    judge: Judge
    prefix: str
    sshd: Sshd | None = None
    ahead: timedelta = timedelta()  # of the wall clock alone
    passed: timedelta = timedelta()  # by every clock
    feed: dict[str, Any] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)
    ledger: str = "sqlite:///var/orderdrop.db"
    sleep: Callable[[float], object] = lambda _: None
    told: list[Event] = field(default_factory=list)
    edited: bool = False  # the test wrote into the ledger by hand
    _at: dict[Step, Callable[[], object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        (self.folder / "small.yaml").write_text(json.dumps(_MAPPING))

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def at(self, step: Step, do: Callable[[], object]) -> None:
        """Have something happen at the first event of a step."""
        self._at[step] = do

    def parts(self) -> Parts:
        """The parts as the settings have them now."""
        account = {
            "destination": "shipup",
            "base_url": self.judge.base_url,
            "key": "any",
            "rate": "unlimited",
        }
        feed = {
            "source": str(self.inbox),
            "files": "*.csv",
            "mapping": "small",
            "account": "local",
            "settle": {"looks": 1, "age": "0s"},
        }
        if self.sshd is not None:
            feed["source"] = f"sftp://{self.sshd.user}@{self.sshd.host}:{self.sshd.port}{self.inbox}"
            feed |= {
                "private_key": str(self.sshd.client_key),
                "known_hosts": str(self.sshd.known_hosts),
            }
        settings = {
            "ledger": self.ledger,
            "workdir": "var",
            "mappings": ".",
            "accounts": {"local": {**account, "endpoint": "single", **self.account}},
            "feeds": {"night": {**feed, **self.feed}},
        }
        (self.folder / "orderdrop.yaml").write_text(json.dumps(settings))
        self._settings = setup.load(self.folder / "orderdrop.yaml", {}, self.folder)
        parts = wiring.build(
            self._settings,
            watcher=_Watcher(self),
            clock=lambda: datetime.now(UTC) + self.ahead + self.passed,
            monotonic=lambda: time.monotonic() + self.passed.total_seconds(),
        )
        return replace(parts, sleep=self.sleep)

    def poll(self, parts: Parts | None = None) -> list[Receipt]:
        """What came to rest; errors are raised. Parts that are handed over stay open."""
        mine = parts or self.parts()
        try:
            return [finished.receipt for finished in poll(mine, self.plan())]
        finally:
            if parts is None:
                mine.close()

    def go_on(self, parts: Parts) -> list[Receipt]:
        """What waited for the account and was tried again, as `serve` does every few seconds."""
        plan = wiring.feed_plan(self._settings, "night")
        return [finished.receipt for finished in go_on(parts, "local", {"night": plan})]

    def plan(self) -> FeedPlan:
        """The feed, as the settings had it when parts were made last."""
        return wiring.feed_plan(self._settings, "night")

    def row(self, number: int, *, email: str = "anna@example.com", quantity: str = "1") -> str:
        return f"{self.prefix}-{number};{email};A;{quantity}"

    def text(self, *rows: int | str) -> str:
        """A drop's content; a number stands for a good order."""
        return "\n".join([HEADINGS, *(row if isinstance(row, str) else self.row(row) for row in rows)]) + "\n"

    def drop(self, name: str, *rows: int | str) -> None:
        (self.inbox / name).write_text(self.text(*rows))

    def posts(self) -> dict[int, int]:
        """How often each order was posted."""
        counted = self.judge.posts(prefix=f"{self.prefix}-")
        return {int(key.rpartition("-")[2]): times for key, times in counted.items()}

    def files(self) -> list[str]:
        """Files below the inbox, the day of the archive written DAY."""
        found = sorted(path for path in self.inbox.rglob("*") if path.is_file())
        return [re.sub(r"\d{4}-\d\d-\d\d", "DAY", path.relative_to(self.inbox).as_posix()) for path in found]

    def seen(self, event: Event) -> None:
        self.told.append(event)
        do = self._at.pop(event.step, None)
        if do is not None:
            do()


class _Watcher:
    def __init__(self, place: Place) -> None:
        self._place = place

    def __call__(self, event: Event) -> None:
        self._place.seen(event)
