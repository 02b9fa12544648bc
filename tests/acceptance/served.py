"""A site whose `orderdrop serve` has a console: its two processes, people who are logged in, programs with a token."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from tests import loopback
from tests.acceptance.site import HEADINGS, Site, until
from tests.console.site import PASSWORD, Browser
from tests.forked import Forked

from orderdrop import wiring
from orderdrop.access.doors import Doors, LoggedIn
from orderdrop.access.people import Role
from orderdrop.access.sql import SqlAccess
from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.open import open_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """`process` is the first process; `log` is what both say."""

    site: Site
    process: Forked
    log: Path
    ledger: Ledger

    def events(self, name: str) -> list[dict[str, Any]]:
        """What was logged under a name by now."""
        lines = (line for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [event for event in map(json.loads, lines) if event["event"] == name]

    @property
    def address(self) -> tuple[str, int]:
        """Where people reach it."""
        host, _, port = self.events("console")[0]["listen"].rpartition(":")
        return host, int(port)

    @property
    def url(self) -> str:
        """As people's browsers know it."""
        return "http://{}:{}".format(*self.address)

    def pages(self) -> int:
        """The pid of the process that answers."""
        return int([*self.events("console"), *self.events("console_again")][-1]["pid"])

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """Somebody of ops, logged in."""
        self._let_in("ops")
        browser = Browser(self.url)
        with browser.client:
            assert browser.post("/login", name="ops", password=PASSWORD).status_code == 303
            yield browser

    @contextmanager
    def program(self) -> Iterator[httpx.Client]:
        """A program with its token; it waits for a console that is being started again."""
        token = self._doors().make_token(self._let_in("program").user, "test")
        with loopback.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            limits=httpx.Limits(max_keepalive_connections=0),  # each request comes to whoever answers now
        ) as client:
            yield client

    def upload(self, client: httpx.Client, name: str, rows: list[str]) -> str:
        """Send a file; the id of its batch."""
        content = "\n".join([HEADINGS, *rows]) + "\n"
        answer = client.post(f"/api/v1/uploads?feed=night&name={name}", content=content.encode())
        assert answer.status_code == 202, answer.text
        return str(answer.json()["batch"])

    def status(self, batch: str) -> str:
        """How a batch stands."""
        found = self.ledger.batch(batch)
        assert found is not None
        return found.status.value

    def works_on(self, batch: str) -> int | None:
        """The pid of the process that works on a batch."""
        holder = self.ledger.lease_holder(f"batch:{batch}", datetime.now(UTC))
        return None if holder is None else int(holder.split("/")[2])

    def _let_in(self, name: str) -> LoggedIn:
        doors = self._doors()
        found = doors.accept(doors.invite(name, Role.OPS, (), "test"), PASSWORD, "127.0.0.1")
        assert isinstance(found, LoggedIn)
        return found

    def _doors(self) -> Doors:
        return Doors(SqlAccess(wiring.database_of(self.ledger)), lambda: datetime.now(UTC))


def with_console(site: Site, port: int = 0) -> None:
    """Have the settings ask for a console."""
    settings = site.folder / "orderdrop.yaml"
    text = settings.read_text()
    if "console:" not in text:
        settings.write_text(f'{text}console: {{listen: "127.0.0.1:{port}"}}\n')


@contextmanager
def served(site: Site, *arguments: str) -> Iterator[Served]:
    """`orderdrop serve` with a console that answers; whatever still runs on leaving is killed."""
    with_console(site)
    log = site.folder / "log"
    with log.open("w") as stream, site.start("serve", *arguments, stderr=stream) as process:
        until(lambda: '"event": "console"' in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        ledger = open_ledger(f"sqlite:///{site.folder}/var/orderdrop.db")
        found = Served(site=site, process=process, log=log, ledger=ledger)
        try:
            yield found
        finally:
            process.kill()
            process.wait()
            ledger.close()
            until(lambda: not is_alive(found.pages()))


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not asked after does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def parent_of(pid: int) -> int:
    """Who started a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def children_of(pid: int) -> list[int]:
    """Whom a process started."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                if parent_of(int(path.name)) == pid:
                    found.append(int(path.name))
            except OSError:  # it has ended
                continue
    return found


def killed(pid: int, number: int) -> None:
    """Send a signal and wait until the process is gone."""
    os.kill(pid, number)
    until(lambda: not is_alive(pid))
