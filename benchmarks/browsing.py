"""The console over a ledger of 1,000,000 orders in 5,000 batches, on SQLite and on PostgreSQL: every page, and 20 people at once.

The server is `orderdrop serve` itself, with its two processes; whoever asks has logged in as people do. First each page
is asked for in turn. Then a batch is sent to the stand-in by that same server, in turn with nobody and with people
who turn a page every two to three seconds each.
"""

import random
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select

from benchmarks import drops, full_ledger
from benchmarks.pages import every_page
from benchmarks.postgres import postgres, programs
from benchmarks.preparing import MAPPINGS
from benchmarks.sending import stand_in
from benchmarks.side_by_side import verdict
from orderdrop import wiring
from orderdrop.access.doors import Doors, LoggedIn
from orderdrop.access.people import Role
from orderdrop.access.sql import SqlAccess
from orderdrop.ledger.database import Database
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.tables import BATCHES

BOUND_MS, BOUND_SLOWER = 200.0, 1.10
TIMES, PEOPLE, PAIRS, ROWS = 15, 20, 7, 48_000
THINK_SECONDS = (2.0, 3.0)
LONGEST_SECONDS = 300.0
_HOST, _PASSWORD, _FEED = "127.0.0.1", "a long enough password", full_ledger.FEEDS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running console: somebody who is logged in, a program's token, and its pages by name."""

    url: str
    cookies: Mapping[str, str]
    token: str
    pages: Mapping[str, str]

    def client(self) -> httpx.Client:
        """A browser of its own with the same login; it loads no certificates, for there is no TLS."""
        return httpx.Client(base_url=self.url, cookies=dict(self.cookies), timeout=60, verify=False)

    def program(self) -> httpx.Client:
        """A program with its token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=False)


def run(folder: Path, *, only: str | None = None, size: full_ledger.Size | None = None) -> bool:
    """Print every page's times and what a batch costs beside people; whether all bounds are kept.

    `folder` keeps the filled ledgers for a next run. `only` is one kind of ledger; without PostgreSQL's server there
    is no other than SQLite's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL's server is another user
    size, kept = size or full_ledger.Size(), True
    if only in (None, "sqlite"):
        kept &= _compare("SQLite", f"sqlite:///{folder}/ledger.db", folder / "sqlite", size)
    if only in (None, "postgresql") and programs() is None:
        print("\nNot run: browsing on PostgreSQL. Its server is not installed (Debian: postgresql).")
    elif only in (None, "postgresql"):
        with postgres(folder / "postgres") as url:
            kept &= _compare("PostgreSQL", url, folder / "postgresql", size)
    return kept


def _compare(kind: str, url: str, place: Path, size: full_ledger.Size) -> bool:
    place.mkdir(exist_ok=True)
    opened = open_ledger(url)
    database = wiring.database_of(opened)
    with database.reading() as connection:
        there = connection.execute(select(func.count()).select_from(BATCHES)).scalar() or 0
    if there < size.batches:
        began = time.monotonic()
        full_ledger.fill(database, size, full_ledger.now())
        full_ledger.settle(url)
        print(f"\n{kind}: filled with {size.orders:,} orders in {time.monotonic() - began:.0f} s", flush=True)
    with stand_in() as base_url, _serving(database, url, place, base_url) as site:
        opened.close()
        kept = _pages(kind, site)
        return _beside_people(kind, site, place) and kept


def _pages(kind: str, site: Site) -> bool:
    print(f"\npages on {kind}, {TIMES} times each{'':<22} median      95th     size")
    worst = 0.0
    with site.client() as browser, site.program() as program:
        for name, path in site.pages.items():
            client = program if path.startswith(("/api", "/metrics")) else browser
            client.get(path)
            spent = []
            for _ in range(TIMES):
                began = time.perf_counter()
                answer = client.get(path)
                spent.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
            median = statistics.median(spent)
            worst = max(worst, median)
            slow = "" if median <= BOUND_MS else "  SLOW"
            print(
                f"  {name:<52} {median:7.1f} ms {sorted(spent)[int(TIMES * 0.95)]:7.1f} ms {len(answer.content) / 1000:6.0f} kB{slow}",
                flush=True,
            )
    return verdict("slowest page on the median, ms:", worst, BOUND_MS, at_least=False)


def _beside_people(kind: str, site: Site, place: Path) -> bool:
    """Send batches in pairs, alone and beside people; the ratio of each pair is free of what else the machine does."""
    print(f"\na batch of {ROWS:,} rows on {kind}, alone and beside {PEOPLE} people")
    ratios = []
    for turn in range(PAIRS):
        spent, pages = {}, 0
        for people in (0, PEOPLE) if turn % 2 == 0 else (PEOPLE, 0):
            with _people(site, people) as turned:
                spent[people] = _send(site, place)
            pages += len(turned)
        ratios.append(spent[PEOPLE] / spent[0])
        print(
            f"  alone {spent[0]:6.2f} s, beside people {spent[PEOPLE]:6.2f} s: {ratios[-1]:.2f} ({pages} pages)"
        )
    return verdict(
        f"times the time on {kind} (median)", statistics.median(ratios), BOUND_SLOWER, at_least=False
    )


def _send(site: Site, place: Path) -> float:
    """Upload a drop that nobody has seen and wait for its end; the seconds that its receipt says."""
    stamp = secrets.randbelow(10**9)
    drop = drops.csv_drop(place / "drop.csv", ROWS)
    content = drop.read_bytes().replace(b";AC-", f";ZZ-{stamp}".encode())
    with site.program() as program:
        answer = program.post(f"/api/v1/uploads?feed={_FEED}&name=drop-{stamp}.csv", content=content)
        assert answer.status_code == 202, answer.text
        batch = answer.json()["batch"]
        until = time.monotonic() + LONGEST_SECONDS
        while (receipt := program.get(f"/api/v1/batches/{batch}").json())["finished_at"] is None:
            assert time.monotonic() < until, f"not sent after {LONGEST_SECONDS} s: see {place / 'log'}"
            time.sleep(0.25)
    assert receipt["status"] == "accepted", receipt
    return float(receipt["seconds"])


@contextmanager
def _people(site: Site, count: int) -> Iterator[list[str]]:
    """People who look at pages while the block runs; which they saw. Their browsers are there before it begins."""
    ends, seen = threading.Event(), list[str]()
    paths = [path for path in site.pages.values() if not path.startswith(("/api", "/metrics"))]

    def look(number: int, client: httpx.Client) -> None:
        chance = random.Random(number)
        with client as browser:
            while not ends.wait(chance.uniform(*THINK_SECONDS)):
                seen.append(path := chance.choice(paths))
                assert browser.get(path).status_code == 200

    browsers = [site.client() for _ in range(count)]
    with ThreadPoolExecutor(count or 1) as pool:
        looking = [pool.submit(look, number, browser) for number, browser in enumerate(browsers)]
        try:
            yield seen
        finally:
            ends.set()
    for one in looking:
        one.result()  # somebody who met an error has looked at nothing since: then nothing was compared


@contextmanager
def _serving(database: Database, ledger: str, place: Path, base_url: str) -> Iterator[Site]:
    """`orderdrop serve --no-scheduler` over a ledger, and somebody who logged in."""
    with socket.socket() as taken:
        taken.bind((_HOST, 0))
        url = f"http://{_HOST}:{taken.getsockname()[1]}"
    settings = place / "orderdrop.yaml"
    settings.write_text(_settings(ledger, url, base_url))
    doors = Doors(SqlAccess(database), full_ledger.now)
    let_in = doors.accept(doors.invite("bench", Role.ADMIN, (), "benchmark"), _PASSWORD, _HOST)
    assert isinstance(let_in, LoggedIn)
    token = doors.make_token(let_in.user, "bench")
    pages = every_page(database)
    with (place / "log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "orderdrop", "--config", str(settings), "serve", "--no-scheduler"],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield Site(url=url, cookies=_logged_in(url), token=token, pages=pages)
    finally:
        server.terminate()
        server.wait(30)


def _settings(ledger: str, url: str, base_url: str) -> str:
    account = f'{{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}'
    lines = [
        f'ledger: "{ledger}"', "workdir: var", f"mappings: {MAPPINGS}", f'console: {{listen: "{url[7:]}"}}',
        "accounts:", *(f"  {name}: {account}" for name in full_ledger.ACCOUNTS),
        "feeds:", *(
            f'  {name}: {{source: {name}, files: "*.csv", mapping: acme-shipments, account: shop-eu}}'
            for name in full_ledger.FEEDS
        ),
    ]  # fmt: skip
    return "\n".join([*lines, ""])


def _logged_in(url: str) -> Mapping[str, str]:
    with httpx.Client(base_url=url, timeout=30) as client:
        page = _first_answer(client)
        key = page.text.partition('name="form_key" value="')[2].partition('"')[0]
        answer = client.post("/login", data={"name": "bench", "password": _PASSWORD, "form_key": key})
        assert answer.status_code == 303, answer.text
        return dict(client.cookies)


def _first_answer(client: httpx.Client) -> httpx.Response:
    """The page to log in on, waited for until the server is up."""
    for _ in range(200):
        try:
            return client.get("/login")
        except httpx.ConnectError:
            time.sleep(0.1)
    raise SystemExit("the console did not come up: see `log` in its folder")
