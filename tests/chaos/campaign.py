"""Kills, starts again, kills: until there were enough, then one calm run, then the verdict."""

import contextlib
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random

import asyncssh
from tests.chaos.site import Site, Source
from tests.chaos.verdict import Verdict, answered, judge
from tests.forked import ROOT, forked
from tests.integration.sshd import PROGRAM, running_sshd

from orderdrop.core.progress import Step
from orderdrop.sandbox.parcellab.settings import ParcellabSettings
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running
from orderdrop.sandbox.sftp import sftp_server
from orderdrop.sandbox.shippify.settings import ShippifySettings
from orderdrop.sandbox.shipup.settings import ShipupSettings

AT_ONCE = 6  # sites at work, which mostly wait
STEPS = [
    step.value
    for step in Step
    if step not in (Step.WAITING, Step.PUT_OFF, Step.ACCOUNT_STOPPED, Step.ACCOUNT_WORKS)
]
LONGEST_LIFE_SECONDS = 0.7  # of a process that is killed at a random time; most are done with a drop by then
LOST_ANSWERS = ("drop-after-commit", "drop-before", "500", "truncated")
STOPS = ("401", "403")  # the account stops; the next process asks whether it works again
RIVALS = 0.15  # how often another process polls the same feed meanwhile
CALM_RUNS = 5  # until nothing waits for the account: what was planned to go wrong may still come
_ANSWER_SECONDS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended."""

    exit: int
    words: str

    @property
    def killed(self) -> bool:
        return self.exit == -signal.SIGKILL


@dataclass(slots=True, kw_only=True)
class Result:
    """What a campaign did and what came of it."""

    seed: int
    sites: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)


def work(settings: Path, *, die_at: tuple[str, int] | None = None, die_after: float | None = None) -> Ended:
    """Have a process poll, to be killed at a step or after some seconds, or left to its end."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ORDERDROP_")}
    with forked(
        "tests.chaos.worker", str(settings), json.dumps(die_at), folder=ROOT, environ=environ
    ) as process:
        if die_after is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(die_after)
            process.kill()
        _, words = process.communicate(_ANSWER_SECONDS)
        return Ended(exit=process.wait(), words=words)


def run(
    *,
    kills: int,
    seed: int,
    folder: Path,
    sites: int | None = None,
    new_ledger: Callable[[], str] = lambda: "",
    tell: Callable[[str], None] = print,
) -> Result:
    """Kill so many processes at the sites, as evenly as can be; `sites` None takes every kind there is.

    `new_ledger` gives the URL of an empty ledger for each site, or nothing for a file of its own.
    """
    random, result = Random(seed), Result(seed=seed)
    with ExitStack() as stack:
        sandbox = stack.enter_context(running(settings=_unlimited()))
        workers = stack.enter_context(ThreadPoolExecutor(2 * AT_ONCE))
        sources = [Source(kind="folder"), stack.enter_context(_sftp(folder / "server", folder / "sites"))]
        made = list(_sites(folder / "sites", sandbox, sources, random))[:sites]
        for site in made:
            site.ledger_url = new_ledger()
        result.sites = len(made)
        quotas = [kills // len(made) + (at < kills % len(made)) for at in range(len(made))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for site, (counted, verdict) in zip(
                made, pool.map(lambda site, quota: _trouble(site, quota, workers), made, quotas), strict=True
            ):
                result.kills += counted
                result.verdict.add(verdict)
                tell(f"{site.name}: {counted.total()} kills, {'well' if verdict.clean else 'NOT WELL'}")
    return result


def _trouble(site: Site, kills: int, workers: ThreadPoolExecutor) -> tuple[Counter[str], Verdict]:
    """Everything that happens to one site, and the verdict on it."""
    random, counted = site.random, Counter[str]()
    needless: list[str] = []
    wrong: list[str] = []
    site.set_up()
    while counted.total() < kills:
        if not site.waiting() or random.random() < 0.3:
            site.drop(random.choice([3, 8, 25]))
        if random.random() < 0.2:
            site.plan(random.choice([*LOST_ANSWERS, *STOPS]))
        known, before = answered(site), site.last_call()
        at_step = random.random() < 0.6
        first = workers.submit(
            work,
            site.settings,
            die_at=(random.choice(STEPS), random.choice([1, 1, 2, 3])) if at_step else None,
            die_after=None if at_step else random.uniform(0.0, LONGEST_LIFE_SECONDS),
        )
        rivals = [workers.submit(work, site.settings)] if random.random() < RIVALS else []
        for ended in [one.result() for one in (first, *rivals)]:
            counted["at a step" if at_step else "at a random time"] += ended.killed
            wrong += [f"{site.name}: {ended.words}"] * (not ended.killed and ended.exit != 0)
        needless += _posted_again(site, known, before)
    for _ in range(CALM_RUNS):
        known, before = answered(site), site.last_call()
        calm = work(site.settings)
        wrong += [f"{site.name}: {calm.words}"] * (calm.exit != 0)
        needless += _posted_again(site, known, before)
        if not site.waits():
            break
    verdict = judge(site)
    verdict.needless += needless
    verdict.wrong += wrong
    return counted, verdict


def _posted_again(site: Site, known: set[str], before: int) -> list[str]:
    again = {key for call in site.calls(before) for key in call["orders"]} & known
    return [f"{key}: posted again although its answer was on record" for key in sorted(again)]


def _sites(folder: Path, sandbox: SandboxAddress, sources: list[Source], random: Random) -> Iterator[Site]:
    kinds = product((False, True), sources, ("shipup", "shippify", "parcellab"))
    for number, (excel, source, destination) in enumerate(kinds):
        yield Site(
            home=folder / f"{number:02d}",
            prefix=f"C{number:02d}",
            destination=destination,
            source=source,
            excel=excel,
            endpoint=random.choice(["auto", "single"]) if destination == "shipup" else "auto",
            sandbox=sandbox,
            random=Random(random.getrandbits(64)),
        )


@contextmanager
def _sftp(home: Path, folder: Path) -> Iterator[Source]:
    """OpenSSH where it is installed, else a server in this process."""
    home.mkdir(parents=True)
    if PROGRAM is not None:
        with running_sshd(home) as server:
            yield Source(
                kind="openssh",
                url=lambda inbox: f"sftp://{server.user}@{server.host}:{server.port}{inbox}",
                login={"private_key": str(server.client_key), "known_hosts": str(server.known_hosts)},
            )
        return
    key, known_hosts = asyncssh.generate_private_key("ssh-ed25519"), home / "known_hosts"
    key.write_private_key(str(home / "client_key"))
    (home / "client_key").chmod(0o600)
    folder.mkdir(parents=True, exist_ok=True)
    with sftp_server(
        folder, user="acme", authorized_keys=[key.export_public_key("openssh").decode()]
    ) as address:
        known_hosts.write_text(f"{address.known_hosts_line}\n")
        yield Source(
            kind="asyncssh",
            url=lambda inbox: f"sftp://acme@{address.host}:{address.port}/{inbox.relative_to(folder)}",
            login={"private_key": str(home / "client_key"), "known_hosts": str(known_hosts)},
        )


def _unlimited() -> SandboxSettings:
    return SandboxSettings(
        shipup=ShipupSettings(rate=None, job_delay_seconds=0.01),
        parcellab=ParcellabSettings(rate=None),
        shippify=ShippifySettings(requests_per_minute=None),
    )
