"""The other commands: help, preview, read, mapping, sandbox, demo; and every exit code once."""

import csv
import json
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.acceptance.site import COMMAND, Result, Site
from tests.integration.judge import judging
from typer.testing import CliRunner

from orderdrop.cli.app import app

COMMANDS = [
    "demo", "serve", "run", "import", "preview", "read", "batches", "batches list", "batches show", "batches release", "batches discard",
    "rejects", "rerun", "reconcile", "purge", "health", "orders", "orders find", "orders fetch", "orders view", "orders link", "orders exclude",
    "mapping", "mapping check", "mapping suggest", "mapping test", "mapping versions", "mapping diff", "mapping schema", "sandbox",
    "feeds", "feeds list", "feeds pause", "feeds resume", "feeds test", "ledger", "ledger check", "ledger restored",
    "notices", "notices list", "notices test",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_ends_in_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"])
    assert shown.exit_code == 0
    last = shown.output.rstrip().splitlines()[-1]
    assert re.fullmatch(rf" +Example: orderdrop (--config \S+ )?{command}\b.*", last), shown.output


def test_help_names_every_command_and_the_exit_codes(site: Site) -> None:
    shown = site.run("--help")
    assert shown.code == 0
    assert all(re.search(rf"^  {command.split()[0]} ", shown.out, re.MULTILINE) for command in COMMANDS)
    assert "4 could not finish (safe to run again)" in " ".join(shown.out.split())


@pytest.mark.parametrize("account", [(), ("--account", "local")], ids=["without-account", "with-account"])
def test_preview_predicts_the_run_and_sends_nothing(account: tuple[str, ...], site: Site) -> None:
    site.set_up(endpoint="batch")
    site.file("orders.csv", [*site.rows([1, 2, 3]), ";;;;", *site.rows([4], quantity="two")])
    before = site.judge.last_call()
    preview = site.run("preview", "orders.csv", "--mapping", "small", *account, "--json")
    assert site.judge.last_call() == before
    assert site.run("batches", "list", "--json").json == []

    run = site.run("import", "orders.csv", "--mapping", "small", "--account", "local", "--json")
    assert preview.code == run.code == 1
    assert preview.json["orders"]["built"] == run.json["orders"]["built"] == 3
    assert preview.json["problems"] == run.json["problems"]
    assert preview.json["rows"] == run.json["rows"] | {"accepted": 0, "unsent": run.json["rows"]["accepted"]}
    assert preview.json["payloads"] == posted_in_batches(site)


def posted_in_batches(site: Site) -> list[Any]:
    """The orders of every batch as the API got them: its jobs show the request."""
    orders = []
    for job in range(1, 20):
        answer = httpx.get(f"{site.judge.base_url}/v2/jobs/{job}", headers={"Authorization": "any"})
        if answer.status_code == 404:
            break
        orders += answer.json()["payload"]["body"]["orders"]
    return [order for order in orders if order["merchant_id"].startswith(site.prefix)]


def test_preview_with_an_account_knows_what_was_accepted_before(site: Site) -> None:
    site.file("first.csv", site.rows([1]))
    assert site.run("import", "first.csv", "--mapping", "small", "--account", "local").code == 0
    site.file("second.csv", site.rows([1, 2]))
    shown = site.run("preview", "second.csv", "--mapping", "small", "--account", "local", "--json").json
    assert (shown["orders"]["unchanged"], shown["orders"]["unsent"]) == (1, 1)


def test_preview_for_people_shows_the_first_orders_as_trees(site: Site) -> None:
    site.file("orders.csv", site.rows([1]))
    shown = site.run("preview", "orders.csv", "--mapping", "small")
    assert shown.code == 0
    assert "nothing was sent" in shown.out
    assert f"order {site.key(1)}" in shown.out
    assert "quantity: 1" in shown.out
    assert "  orders   1 built: 1 to send\n" in shown.out


def test_read_prints_plain_csv_on_stdout_and_the_verdict_on_stderr(site: Site) -> None:
    path = site.folder / "odd.txt"
    path.write_bytes('Order;Name\r\n007;"Jos\xe9; Ana"\r\n'.encode("cp1252"))
    shown = site.run("read", "odd.txt")
    assert shown.code == 0
    assert list(csv.reader(shown.out.splitlines())) == [["Order", "Name"], ["007", "José; Ana"]]
    assert "encoding: cp1252\ndelimiter: semicolon\n" in shown.err


def test_mapping_check_says_in_words_what_a_mapping_does(site: Site) -> None:
    shown = site.run("mapping", "check", "small")
    assert shown.code == 0
    assert "merchant_id" in shown.out
    assert "Qty" in shown.out


def test_mapping_schema_prints_a_json_schema(site: Site) -> None:
    schema = site.run("mapping", "schema").json
    assert schema["type"] == "object"
    assert {"mapping", "destination", "columns"} <= set(schema["properties"])


def test_sandbox_prints_one_ready_line_and_answers(site: Site) -> None:
    with site.start("sandbox", "--port", "0", "--key", "k") as process:
        word, url, *prefixes = process.stdout.readline().split()
        answer = httpx.get(f"{url}/shipup/v2/orders", headers={"Authorization": "k"}, timeout=30)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    assert (word, answer.status_code, rest) == ("ready", 200, "")
    assert f"shipup={url}/shipup" in prefixes


def test_demo_shows_the_whole_job_in_time_and_leaves_a_folder(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "demo", "--folder", "show"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert time.monotonic() - begun < 60
    assert done.returncode == 0, done.stderr
    assert "accepted  Every good row" in done.stdout
    for words in ("our check", "the API says", "reject report", "The parcel is out for delivery"):
        assert words in done.stdout
    assert "sending orders" in done.stderr
    home = tmp_path / "show"
    assert list(home.glob("sftp/acme/archive/*/*.rejects.xlsx"))
    assert list(home.glob("var/reports/*/*.receipt.html"))
    site = Site(folder=home, prefix="", judge=None)  # type: ignore[arg-type]  # only its folder is used
    found = site.run("orders", "find", "AC-10441", "--json")
    assert found.json[0]["order"] == "AC-10441"
    refused = site.run("demo", "--folder", "..")
    assert refused.code == 2
    assert home.is_dir()


def stopped(site: Site) -> Result:
    with site.start("serve") as process:
        assert json.loads(process.stderr.readline())["event"] == "serving"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    return Result(code=process.wait(), out=out, err=err)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5])
def test_every_exit_code_says_what_it_should(code: int, site: Site) -> None:
    good, bad = site.rows([1]), site.rows([2], quantity="two")
    site.file("orders.csv", good + bad if code == 1 else good)
    arguments = {
        0: ("import", "orders.csv", "--mapping", "small", "--account", "local"),
        1: ("import", "orders.csv", "--mapping", "small", "--account", "local"),
        2: ("run",),
        3: ("import", "orders.csv", "--mapping", "smal", "--account", "local"),
        4: ("run", "night"),
    }
    if code == 4:
        site.inbox.rmdir()
    result = stopped(site) if code == 5 else site.run(*arguments[code])
    assert result.code == code, result.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("run", "night", "--all"), "Name a feed, or say --all.", id="a-feed-and-all"),
        pytest.param(("import",), "Missing argument", id="no-file"),
        pytest.param(("imprt", "x"), "No such command", id="a-misspelt-command"),
        pytest.param(("batches", "show", "b-none"), "There is no batch b-none.", id="an-unknown-batch"),
        pytest.param(("rejects", "b-none", "-o", "x.pdf"), ".xlsx, .csv or .json", id="an-unknown-ending"),
        pytest.param(("read", "none.csv"), "There is no file none.csv.", id="a-missing-file"),
    ],
)
def test_a_wrong_call_is_code_2_and_says_what_would_be_right(
    arguments: tuple[str, ...], says: str, site: Site
) -> None:
    result = site.run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err


@pytest.mark.parametrize("place", ["no/such/folder/rejects.csv", "folder.csv"])
def test_a_report_that_cannot_be_written_where_it_was_asked_for_is_said(place: str, site: Site) -> None:
    site.file("orders.csv", site.rows([1], quantity="two"))
    batch = site.run("import", "orders.csv", "--mapping", "small", "--account", "local", "--json").json[
        "batch"
    ]
    (site.folder / "folder.csv").mkdir()
    result = site.run("rejects", batch, "-o", place)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"{place} cannot be written: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("mapping", "suggest", "orders.csv", "--destination", "shipup", "-o", "orders.csv/mapping.yaml"),
        ("demo", "--folder", "orders.csv"),
        ("demo", "--folder", "orders.csv/show"),
    ],
    ids=["a-mapping-below-a-file", "a-demo-in-a-file", "a-demo-below-a-file"],
)
def test_a_place_below_a_file_is_refused_in_words(arguments: tuple[str, ...], site: Site) -> None:
    site.file("orders.csv", site.rows([1]))
    result = site.run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "orders.csv" in result.err
    assert "a fault in orderdrop" not in result.err


def test_a_reader_that_has_seen_enough_is_no_error(site: Site) -> None:
    site.file("orders.csv", site.rows(range(1, 400)))
    with site.start("preview", "orders.csv", "--mapping", "small", "--json") as process:
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=30) == 0
    assert "BrokenPipe" not in err


def test_the_environment_names_the_settings_too(tmp_path: Path) -> None:
    with judging() as judge:
        site = Site(folder=tmp_path, prefix="E", judge=judge)
        site.set_up()
        elsewhere = Site(folder=tmp_path / "elsewhere", prefix="E", judge=judge)
        elsewhere.folder.mkdir()
        elsewhere.file("orders.csv", site.rows([1]))
        result = elsewhere.run(
            "import", "orders.csv", "--mapping", "small", "--account", "local",
            environ={"ORDERDROP_CONFIG": str(site.folder / "orderdrop.yaml")},
        )  # fmt: skip
        assert result.code == 0
        assert set(judge.held()) == {site.key(1)}
    assert (site.folder / "var" / "orderdrop.db").is_file()
