"""The parts that the pipeline works with, put together from the settings."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom

from orderdrop import settings as setup
from orderdrop.core.progress import Watcher, nobody
from orderdrop.core.shape import Shape
from orderdrop.destinations import registry
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping import load as mappings
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.mappings.mapping_folder import MappingFolder
from orderdrop.pipeline.parts import Parts
from orderdrop.processes import has_died, this_process
from orderdrop.trial import breaks
from orderdrop.wiring.ledgers import open_settled_ledger
from orderdrop.wiring.lines import Lines, account_of


def build(
    settings: setup.Settings,
    *,
    ledger: Ledger | None = None,
    watcher: Watcher = nobody,
    stop: threading.Event | None = None,
    clock: Callable[[], datetime] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    random: Random | None = None,
    patience_seconds: float = 0.0,
    insists: bool = False,
) -> Parts:
    """Put the parts together. Opens the ledger, nothing else: accounts and feeds are reached when they are needed.

    `patience_seconds`: how long to wait for what another orderdrop holds. `insists`: an account that was stopped is
    tried at once, for a person asks for it.
    """
    stop, me, clock = stop or threading.Event(), this_process(), clock or (lambda: datetime.now(UTC))
    ledger, random = ledger or open_settled_ledger(settings), random or SystemRandom()
    lines = Lines(
        settings,
        ledger,
        clock=clock,
        monotonic=monotonic,
        random=random,
        insists=insists,
        watcher=watcher,
        me=me,
    )
    return Parts(
        ledger=ledger,
        workdir=settings.workdir,
        owner=str(me),
        mapping=lambda name: load_mapping(settings, name),
        mapping_from_text=lambda text, file: mappings.parse(text, file, find_shape, registry.names()),
        destination=registry.find,
        destination_of=lambda name: account_of(settings, name).destination,
        line=lines.line,
        clock=clock,
        monotonic=monotonic,
        sleep=stop.wait,
        random=random,
        has_died=lambda name: has_died(name, me),
        patience_seconds=patience_seconds,
        watcher=watcher,
        stop=stop,
        hang_up=lines.close,
        reader=lines.reader,
        breaks=_trial(settings, ledger),
        answers=lines.answers,
    )


def _trial(settings: setup.Settings, ledger: Ledger) -> Callable[[Path, Batch], str | None]:
    def trial(file: Path, batch: Batch) -> str | None:
        text = ledger.mapping_text(batch.mapping_digest) or ""
        return breaks(file, batch.mapping, text, folder=settings.workdir / "spill", environ=os.environ)

    return trial


def find_shape(destination: str) -> Shape | None:
    """A destination's payload shape by name, None where there is no such destination."""
    return registry.find(destination).shape if destination in registry.names() else None


def load_mapping(settings: setup.Settings, name: str) -> LoadedMapping:
    """A mapping by name or path. Raises MappingError."""
    return mappings.load(mappings.find(name, settings.mappings), find_shape, registry.names())


def mapping_folder(settings: setup.Settings) -> MappingFolder:
    """The folder of the mappings, for whoever writes them."""

    def parse(text: str, file: str, name: str | None, folder: Path) -> LoadedMapping:
        return mappings.parse(text, file, find_shape, registry.names(), folder=folder, expected_name=name)

    return MappingFolder(folder=settings.mappings, parse=parse)
