"""The demo: the whole job on local stand-ins, through the same settings, scheduler and pick-up as in earnest."""

import shutil
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

import orderdrop
from orderdrop import logs, schedule, wiring
from orderdrop import settings as setup
from orderdrop.cli import render, render_orders
from orderdrop.cli.outputs import writing
from orderdrop.cli.progress import progress
from orderdrop.destinations.readback import OrderView
from orderdrop.errors import DestinationUnavailable, OrderdropError, UsageError
from orderdrop.pipeline.batches.batch import Finished
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.reading import view
from orderdrop.sandbox.server import SandboxAddress, SandboxStartError, running
from orderdrop.sandbox.sftp import SftpAddress, sftp_server

_MARKER = ".orderdrop-demo"
_PASSWORD = "demo-" + "warehouse"  # the stand-in's, on loopback, for as long as the demo runs
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One sample that is dropped: which feed it belongs to and what there is to see."""

    sample: str
    feed: str
    story: str


ACTS = (
    Act(
        sample="acme-shipments",
        feed="acme",
        story="a semicolon CSV in cp1252 with decimal commas and a totals line",
    ),
    Act(
        sample="nordlicht-workbook",
        feed="nordlicht",
        story="an Excel workbook with real dates and a second sheet",
    ),
    Act(sample="acme-bad-rows", feed="acme", story="a CSV with bad rows: our checks send them back"),
    Act(
        sample="acme-refused",
        feed="acme",
        story="a CSV that passes our checks, and the API refuses one cell of it",
    ),
    Act(
        sample="parcellab-outbound",
        feed="hafen",
        story="an outbound list for parcelLab, one row for each article in a parcel",
    ),
    Act(
        sample="shippify-merchant",
        feed="jardins",
        story="a Portuguese spreadsheet for Shippify, and the tracking links of what it took",
    ),
)

FEEDS = {
    "acme": ("shipments_*.csv", "acme-shipments", "shipup-demo"),
    "nordlicht": ("*.xlsx", "nordlicht-orders", "shipup-demo"),
    "hafen": ("outbound_*.csv", "hafen-outbound", "parcellab-demo"),
    "jardins": ("entregas_*.xlsx", "jardins-entregas", "shippify-demo"),
}
MOVED = {  # what the carrier reports of one parcel once it is on its way
    "merchant_id": "AC-10441",
    "tracking_number": "00340434161094042557",
    "events": [
        {
            "event_type_code": "origin_scan",
            "message": "The parcel is with the carrier",
            "address": {"city": "Lyon"},
        },
        {
            "event_type_code": "out_for_delivery",
            "message": "The parcel is out for delivery",
            "address": {"city": "Paris"},
        },
    ],
    "expected_delivery_at": "2026-11-24T11:00:00Z",
    "tracking_link": "https://carrier.example/follow/00340434161094042557",
}

_SETTINGS = """\
# Written by `orderdrop demo`. The servers it speaks of ran on loopback while the demo ran.
ledger: sqlite:///var/orderdrop.db
workdir: var
mappings: mappings
accounts:
  shipup-demo: {{destination: shipup, base_url: "{api.shipup}", key: demo-key}}
  parcellab-demo: {{destination: parcellab, base_url: "{api.parcellab}", key: "1617:demo-token"}}
  shippify-demo: {{destination: shippify, base_url: "{api.shippify}", key: "demo-id:demo-secret", links: true}}
feeds:
"""
_FEED = """\
  {name}:
    source: sftp://warehouse@{sftp.host}:{sftp.port}/{name}
    password: "${{DEMO_SFTP_PASSWORD}}"
    known_hosts: known_hosts
    files: "{files}"
    mapping: {mapping}
    account: {account}
    every: 1s
    settle: {{looks: 2, age: 0s, pause: 200ms}}
    reply: true
"""


def run_demo(folder: Path) -> None:
    """Run the demo in a folder that is made anew. Raises UsageError for a folder that is not a demo's."""
    logs.configure(json_lines=False, level=30)
    with writing(folder):
        _fresh(folder)
    render.talk(
        f"Working in {folder}/: an SFTP server and stand-ins of Shipup, parcelLab and Shippify run on loopback."
    )
    with ExitStack() as stack:
        try:
            api = stack.enter_context(running())
            sftp = stack.enter_context(sftp_server(folder / "sftp", user="warehouse", password=_PASSWORD))
        except SandboxStartError as error:
            raise DestinationUnavailable(
                str(error), next_step="See what else runs on this machine, then begin the demo again."
            ) from None
        settings = _set_up(folder, api, sftp)
        for act in ACTS:
            render.talk(f"Dropping {_drop(folder, act)}: {act.story}.")
        finished = _poll_until(settings, len(ACTS))
        seen = _where_is_it(settings, api)
    order = {_sample_file(act.sample).name: index for index, act in enumerate(ACTS)}
    for one in sorted(finished, key=lambda done: order[done.batch.drop.name]):
        render.receipt(one.receipt)
    render.talk(
        f"\nThe parcel of order {MOVED['merchant_id']} moves along, and its customer asks where it is:\n"
    )
    render_orders.view(seen)
    render.demo_ended(
        folder,
        [str(path.relative_to(folder)) for path in sorted((folder / "sftp").rglob("*")) if path.is_file()],
    )


def _where_is_it(settings: setup.Settings, api: SandboxAddress) -> OrderView:
    """Have a parcel move along and read its order back."""
    httpx.post(f"{api.shipup}/_control/move", json=MOVED).raise_for_status()
    parts = wiring.build(settings)
    try:
        return view(parts, str(MOVED["merchant_id"]), "shipup-demo", {})
    finally:
        parts.close()


def _poll_until(settings: setup.Settings, drops: int) -> list[Finished]:
    finished: list[Finished] = []
    enough = threading.Event()
    with progress(sys.stderr) as watcher:
        parts = wiring.build(settings, watcher=watcher)
        plans = {name: wiring.feed_plan(settings, name) for name in settings.feeds}

        def poll_feed(name: str) -> None:
            try:
                finished.extend(poll(parts, plans[name]))
            except OrderdropError as error:
                render.complain(f"{name}: {error}")
            if len(finished) >= drops:
                enough.set()

        scheduler = schedule.start(settings.feeds, poll_feed, datetime.now(UTC))
        came = enough.wait(_PATIENCE_SECONDS)
        scheduler.shutdown(wait=True)
        parts.close()
    if not came:
        raise DestinationUnavailable(
            f"Only {len(finished)} of {drops} drops came to rest within {_PATIENCE_SECONDS:.0f} seconds.",
            next_step="Begin the demo again when this machine has less to do.",
        )
    return finished


def _fresh(folder: Path) -> None:
    if folder.exists():
        if not folder.is_dir() or (any(folder.iterdir()) and not (folder / _MARKER).exists()):
            raise UsageError(
                f"{folder} is there and is not a demo's.",
                next_step="Name another one: orderdrop demo --folder NAME",
            )
        shutil.rmtree(folder)
    for feed in FEEDS:
        (folder / "sftp" / feed).mkdir(parents=True)
    (folder / _MARKER).touch()
    for name in ("mappings", "samples"):  # `orderdrop mapping test` runs the samples
        shutil.copytree(_repository_folder(name), folder / name)


def _set_up(folder: Path, api: SandboxAddress, sftp: SftpAddress) -> setup.Settings:
    (folder / "known_hosts").write_text(sftp.known_hosts_line.rstrip("\n") + "\n")
    file = folder / "orderdrop.yaml"
    feeds = (
        _FEED.format(name=name, files=files, mapping=mapping, account=account, sftp=sftp)
        for name, (files, mapping, account) in FEEDS.items()
    )
    file.write_text(_SETTINGS.format(api=api) + "".join(feeds))
    return setup.load(file, {"DEMO_SFTP_PASSWORD": _PASSWORD}, Path.cwd())


def _drop(folder: Path, act: Act) -> str:
    source = _sample_file(act.sample)
    target = folder / "sftp" / act.feed / source.name
    partial = target.with_name(f"{target.name}.filepart")  # as careful senders do
    shutil.copyfile(source, partial)
    partial.replace(target)
    return source.name


def _sample_file(sample: str) -> Path:
    folder = _repository_folder("samples") / sample
    return next(
        path
        for path in sorted(folder.iterdir())
        if path.name.startswith(("shipments_", "Bestellungen", "outbound_", "entregas_"))
    )


def _repository_folder(name: str) -> Path:
    """A folder that is packed into the wheel, or lies at the root of a checkout."""
    package = Path(str(orderdrop.__file__)).parent
    packed = package / "packed" / name
    return packed if packed.is_dir() else package.parents[1] / name
