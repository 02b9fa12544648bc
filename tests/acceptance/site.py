"""A site: one folder with settings, mapping and inbox, as a customer has it, and the installed command run in it."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.forked import Forked, forked
from tests.integration.judge import Judge

COMMAND = [sys.executable, "-m", "orderdrop"]
HEADINGS = "Order;Email;SKU;Item;Qty"
MAPPING = """\
mapping: small
destination: shipup
file: {delimiter: ";"}
columns:
  Order: {to: merchant_id, required: true}
  Email: {to: email, type: email}
  SKU: {to: line_items.merchant_id, required: true}
  Item: {to: line_items.name}
  Qty: {to: line_items.quantity, type: integer, minimum: 1}
on_bad_row: hold_order
hold_batch_when: {bad_rows_over: 80%}
"""
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: {rate}, concurrency: {concurrency}, endpoint: {endpoint}, timeout: {timeout}}}
feeds:
  night:
    source: {source}
{login}
    files: "*.*"
    mapping: small
    account: local
    every: 1s
    settle: {{looks: 1, age: 0s}}
    reply: true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`prefix` begins every order id, so that sites can share a stand-in."""

    folder: Path
    prefix: str
    judge: Judge

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def set_up(
        self,
        *,
        base_url: str | None = None,
        source: str = "inbox",
        login: str = "",
        rate: str = "unlimited",
        concurrency: int = 4,
        endpoint: str = "single",
        timeout: str = "5s",
    ) -> None:
        """Write settings and mapping."""
        self.inbox.mkdir(exist_ok=True)
        (self.folder / "orderdrop.yaml").write_text(
            SETTINGS.format(
                base_url=base_url or self.judge.base_url,
                source=source,
                login=login,
                rate=rate,
                concurrency=concurrency,
                endpoint=endpoint,
                timeout=timeout,
            )
        )
        (self.folder / "small.yaml").write_text(MAPPING)

    def key(self, number: int) -> str:
        return f"{self.prefix}-{number:03d}"

    def rows(self, numbers: Iterable[int], *, quantity: str = "1") -> list[str]:
        return [f"{self.key(number)};anna@example.com;A;Tea;{quantity}" for number in numbers]

    def file(self, name: str, rows: Iterable[str], *, headings: str = HEADINGS) -> Path:
        """A file beside the settings."""
        path = self.folder / name
        path.write_text("\n".join([headings, *rows]) + "\n")
        return path

    def drop(self, name: str, rows: Iterable[str]) -> None:
        """A file in the inbox, all at once."""
        self.file(f".{name}", rows).rename(self.inbox / name)

    def run(self, *arguments: str, environ: dict[str, str] | None = None) -> Result:
        """Run the command to its end; no command ever shows a traceback."""
        with self.start(*arguments, environ=environ) as process:
            out, err = process.communicate(timeout=60)
        assert "Traceback" not in err, err
        return Result(code=process.wait(), out=out, err=err)

    @contextmanager
    def start(
        self, *arguments: str, environ: dict[str, str] | None = None, stderr: IO[str] | None = None
    ) -> Iterator[Forked]:
        """Start the command; a test that fails does not wait for its end."""
        complete = {**_environ(), **(environ or {})}
        with forked("orderdrop", *arguments, folder=self.folder, environ=complete, stderr=stderr) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                print(*process.communicate(), sep="\n")  # pytest shows it with the failure
                raise

    def found(self, pattern: str) -> list[str]:
        """Files below the inbox, the day of the archive written DAY."""
        files = sorted(path for path in self.inbox.rglob(pattern) if path.is_file())
        return [
            "/".join(
                "DAY" if part[:2] == "20" and part.count("-") == 2 else part
                for part in path.relative_to(self.inbox).parts
            )
            for path in files
        ]


def until(true: Callable[[], object], *, seconds: float = 40.0) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def _environ() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("ORDERDROP_", "PYTEST_"))
    }
