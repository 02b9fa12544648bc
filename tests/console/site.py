"""A console on loopback over the real parts: its ledger on disk, the stand-in behind it, users of each role."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.access.doors import LoggedIn
from orderdrop.access.people import Role
from orderdrop.core.progress import Event, Step
from orderdrop.web.address import listening_on
from orderdrop.web.console import Console, open_console
from orderdrop.web.jobs import JobThreads
from orderdrop.web.server import answering

PASSWORD = "a long enough password"
PATIENCE_SECONDS = 60.0
"""How long anything is waited for: the machine may be slow, and other tests share it."""
MAPPING = """\
mapping: small
destination: shipup
file: {delimiter: ";"}
columns:
  Order: {to: merchant_id, required: true}
  SKU: {to: line_items.merchant_id, required: true}
  Qty: {to: line_items.quantity, type: integer, minimum: 1}
"""
TWO_TABLES = """\
mapping: two
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
  Mail: {to: email, type: email}
join:
  lines:
    files: lines_*.csv
    columns:
      Order no: {to: merchant_id, required: true}
      SKU: {to: line_items.merchant_id, required: true}
      Qty: {to: line_items.quantity, type: integer, minimum: 1}
"""
SETTINGS = """\
workdir: var
mappings: .
console: {{listen: "127.0.0.1:{port}", upload_max_mb: 2}}
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}
feeds:
  acme: {{source: acme, files: "*.csv", mapping: small, account: local, settle: {{looks: 1, age: 0s}}}}
  other: {{source: other, files: "*.csv", mapping: small, account: local, settle: {{looks: 1, age: 0s}}}}
"""


@dataclass
class Site:
    """A running console at `url`; `browsers` are logged in, by the name of their role.

    No order leaves while `may_send` is cleared.
    """

    folder: Path
    console: Console
    url: str
    may_send: threading.Event
    browsers: dict[str, "Browser"] = field(default_factory=dict)

    def browser(self, role: Role | str) -> "Browser":
        """Somebody of a role, logged in; a merchant of the feed acme."""
        name = str(role)
        if name not in self.browsers:
            feeds = ("acme",) if role == Role.MERCHANT else ()
            found = self.console.doors.accept(
                self.console.doors.invite(name, Role(name), feeds, "test"), PASSWORD, "127.0.0.1"
            )
            assert isinstance(found, LoggedIn)
            self.browsers[name] = Browser(self.url)
            answer = self.browsers[name].post("/login", name=name, password=PASSWORD)
            assert answer.status_code == 303, answer.text
        return self.browsers[name]


class Browser:
    """A client with cookies that sends the key of its session with every form."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=PATIENCE_SECONDS)
        self.key = ""

    def get(self, path: str) -> httpx.Response:
        answer = self.client.get(path)
        _, found, rest = answer.text.partition('name="form_key" value="')
        self.key = rest.partition('"')[0] if found else self.key
        return answer

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"form_key": self.key, **fields})

    def at_rest(self, batch: str) -> str:
        """The page of a batch once it came to rest."""
        with self.client.stream("GET", f"{batch.partition('?')[0]}/events") as events:
            for line in events.iter_lines():
                if line == "event: done":
                    break
        return self.get(batch).text


def until(true: Callable[[], object]) -> None:
    """Wait for what another thread does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


@contextmanager
def running(folder: Path, base_url: str, more: str = "") -> Iterator[Site]:
    """A console with two feeds over a stand-in at `base_url`; `more` are lines of further ones."""
    listening = listening_on("127.0.0.1", 0)
    port = listening.getsockname()[1]
    (folder / "orderdrop.yaml").write_text(SETTINGS.format(base_url=base_url, port=port) + more)
    (folder / "small.yaml").write_text(MAPPING)
    for feed in ("acme", "other"):
        (folder / feed).mkdir()
    settings = setup.load(folder / "orderdrop.yaml", {}, folder)
    may_send = threading.Event()
    may_send.set()

    def watch(event: Event) -> None:
        if event.step is Step.ATTEMPTS_RECORDED:
            may_send.wait()

    parts = wiring.build(settings, watcher=watch)
    plans = {name: wiring.feed_plan(settings, name) for name in settings.feeds}
    jobs = JobThreads(parts, plans)
    console = open_console(settings, parts, plans, jobs=jobs, answers=parts.answers.so_far, serving=False)
    try:
        with listening, closing(jobs), answering(console, listening):
            site = Site(folder=folder, console=console, url=f"http://127.0.0.1:{port}", may_send=may_send)
            yield site
            for browser in site.browsers.values():
                browser.client.close()
    finally:
        parts.stop.set()
        parts.close()
