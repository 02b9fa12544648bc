"""The process of the console's pages: told when it cannot serve, started again when it ended, while jobs go on."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs
from tests.acceptance.served import is_alive
from tests.console.site import MAPPING, PASSWORD, PATIENCE_SECONDS, SETTINGS, Browser, until

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.access.doors import Doors
from orderdrop.access.people import Role
from orderdrop.access.sql import SqlAccess
from orderdrop.errors import OrderdropError, SetupError, Stopped, TryAgainLater
from orderdrop.ledger.open import open_ledger
from orderdrop.pipeline.batches.imports import begin
from orderdrop.pipeline.drops import keep_local
from orderdrop.pipeline.parts import Parts
from orderdrop.web.address import listening_on
from orderdrop.web.process import COMMAND, LONGEST_PAUSE_SECONDS, growing_pauses, pages_apart

DIES_LATER = """\
import os, pathlib, sys
starts = pathlib.Path({note!r})
starts.write_text(starts.read_text() + "." if starts.exists() else ".")
if len(starts.read_text()) == 2:
    os._exit(7)
os.execv(sys.executable, [sys.executable, "-m", "orderdrop.web", sys.argv[1]])
"""
WAITS = "import os, sys\nwhile os.read(int(sys.argv[1]), 65_536): pass"


@pytest.fixture
def settings(tmp_path: Path) -> setup.Settings:
    (tmp_path / "orderdrop.yaml").write_text(SETTINGS.format(base_url="http://127.0.0.1:9", port=8080))
    (tmp_path / "small.yaml").write_text(MAPPING)
    return setup.load(tmp_path / "orderdrop.yaml", {}, tmp_path)


@pytest.fixture
def parts(settings: setup.Settings) -> Iterator[Parts]:
    made = wiring.build(settings)
    yield made
    made.close()


@contextmanager
def _apart(
    settings: setup.Settings, parts: Parts, command: Sequence[str] = COMMAND
) -> Iterator[tuple[int, str]]:
    """The pid of the process, and where it answers."""
    with (
        listening_on("127.0.0.1", 0) as listening,
        pages_apart(settings, parts, {}, listening, serving=True, command=command) as pid,
    ):
        yield pid, "http://127.0.0.1:{}".format(*listening.getsockname()[1:])


def _healthy(url: str) -> bool:
    return httpx.get(f"{url}/healthz", timeout=PATIENCE_SECONDS).text == "ok\n"


def _ends_by(how: str) -> tuple[str, ...]:
    return (sys.executable, "-c", how)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param(
            _ends_by("import os; os._exit(7)"), r"ended before it answered \(exit code 7\)", id="at-once"
        ),
        pytest.param(
            _ends_by("import os; os.kill(os.getpid(), 9)"),
            r"ended before it answered \(killed by SIGKILL\)",
            id="killed",
        ),
        pytest.param(("no-such-command",), "could not be started: No such file or directory", id="not-there"),
    ],
)
def test_a_process_that_ends_before_it_answers_is_told_and_not_tried_for_ever(
    command: tuple[str, ...], told: str, settings: setup.Settings, parts: Parts
) -> None:
    with pytest.raises(TryAgainLater, match=told), _apart(settings, parts, command):
        pass


def _no_database(settings: setup.Settings, folder: Path) -> setup.Settings:
    (folder / "other.db").write_text("no database" * 100)
    return settings.model_copy(update={"ledger": f"sqlite:///{folder}/other.db"})


def _behind_its_reports(settings: setup.Settings, folder: Path) -> setup.Settings:
    (folder / "var/reports/b-20261122-193000-7k3fq2").mkdir(parents=True)
    open_ledger(older := f"sqlite:///{folder}/older.db").close()
    return settings.model_copy(update={"ledger": older})


@pytest.mark.parametrize(
    ("spoilt", "kind", "told"),
    [
        pytest.param(_no_database, OrderdropError, "other.db", id="a-ledger-that-is-no-database"),
        pytest.param(_behind_its_reports, SetupError, "older than the reports", id="a-ledger-that-is-old"),
    ],
)
def test_what_keeps_the_pages_from_serving_is_told_in_its_own_words(
    spoilt: Callable[[setup.Settings, Path], setup.Settings],
    kind: type[OrderdropError],
    told: str,
    settings: setup.Settings,
    parts: Parts,
    tmp_path: Path,
) -> None:
    with pytest.raises(kind, match=told) as caught, _apart(spoilt(settings, tmp_path), parts):
        pass
    assert caught.value.next_step


def test_a_stop_is_obeyed_before_the_pages_answer(settings: setup.Settings, parts: Parts) -> None:
    parts.stop.set()
    with pytest.raises(Stopped), _apart(settings, parts, _ends_by(WAITS)):
        pass


def test_a_process_that_fails_to_come_back_is_tried_again_after_twice_as_long(
    settings: setup.Settings, parts: Parts, tmp_path: Path
) -> None:
    command = _ends_by(DIES_LATER.format(note=str(tmp_path / "starts")))
    with capture_logs() as logged, _apart(settings, parts, command) as (pid, url):
        assert _healthy(url)
        os.kill(pid, signal.SIGKILL)
        until(lambda: not is_alive(pid))
        assert _healthy(url), "who comes meanwhile waits"
        until(lambda: any(one["event"] == "console_again" for one in logged))
        ended = [(one["why"], one["again_in_seconds"]) for one in logged if one["event"] == "console_ended"]
        (again,) = [one["pid"] for one in logged if one["event"] == "console_again"]
    assert ended[0] == ("killed by SIGKILL", 0.5)
    assert ended[1][0].startswith("The console's process ended before it answered (exit code 7).")
    assert ended[1][1] == 1.0
    assert len(ended) == 2
    assert not is_alive(again)


def test_pauses_grow_to_a_minute_and_no_further() -> None:
    pauses = growing_pauses()
    first = [next(pauses) for _ in range(12)]
    assert first[:4] == [0.5, 1.0, 2.0, 4.0]
    assert first[-3:] == [LONGEST_PAUSE_SECONDS] * 3


def test_who_follows_a_batch_is_let_go_at_a_stop_and_pages_are_answered_until_the_end(
    settings: setup.Settings, parts: Parts, tmp_path: Path
) -> None:
    (tmp_path / "waits.csv").write_text("Order;SKU;Qty\nA;X;1\n")
    drop = keep_local(parts, tmp_path / "waits.csv", name="waits.csv", feed="acme")
    batch, _ = begin(parts, drop, parts.mapping("small"), "local")
    doors = Doors(SqlAccess(wiring.database_of(parts.ledger)), parts.clock)
    doors.accept(doors.invite("ops", Role.OPS, (), "test"), PASSWORD, "127.0.0.1")
    with _apart(settings, parts) as (_, url):
        browser = Browser(url)
        with browser.client:
            browser.post("/login", name="ops", password=PASSWORD)
            with browser.client.stream("GET", f"/batches/{batch.id}/events") as events:
                assert next(lines := events.iter_lines()) == "event: progress"
                parts.stop.set()
                assert "event: done" not in list(lines)
        assert _healthy(url)


def test_neither_settings_nor_secrets_stand_on_the_command_line(
    settings: setup.Settings, parts: Parts
) -> None:
    with _apart(settings, parts) as (pid, _):
        line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    assert [part.decode() for part in line[:-1]] == list(COMMAND)
    assert line[-1].isdigit()


def test_nothing_that_the_pages_start_holds_their_address(settings: setup.Settings, parts: Parts) -> None:
    with _apart(settings, parts) as (pid, url):
        assert _healthy(url)
    assert not is_alive(pid)
    host, _, port = url.removeprefix("http://").partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
