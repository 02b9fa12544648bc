"""`orderdrop purge` and `retention:`: after it nobody finds a person's data below the workdir, and the books still stand."""

import json
import signal
import sqlite3
from pathlib import Path

from tests.acceptance.site import Site, until

PERSON = "anna@example.com"
IMPORT = ("--mapping", "small", "--account", "local", "--json")


def _aged(site: Site, days: int) -> None:
    """As if every batch had been finished so many days earlier."""
    with sqlite3.connect(site.folder / "var/orderdrop.db") as ledger:
        ledger.execute("UPDATE batches SET finished_at = datetime(finished_at, ?)", (f"-{days} days",))
    ledger.close()


def _holding(folder: Path, text: str) -> list[str]:
    """Files below a folder, the ledger's bytes included, that hold a text."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and text.encode() in path.read_bytes()
    ]


def _imported(site: Site) -> str:
    site.file("orders.csv", [*site.rows([1, 2]), *site.rows([3], quantity="two")])
    result = site.run("import", "orders.csv", *IMPORT)
    assert result.code == 1, result.err
    return str(result.json["batch"])


def test_a_purge_removes_what_is_old_and_the_books_stay(site: Site) -> None:
    batch = _imported(site)
    before = site.run("batches", "show", batch, "--json").json
    assert "purged_at" not in before
    assert len(_holding(site.folder / "var", PERSON)) >= 3, "kept drop, reports, ledger"
    _aged(site, 91)
    rehearsed = site.run("purge", "--older-than", "90d", "--dry-run")
    assert (rehearsed.code, rehearsed.out, rehearsed.err) == (0, f"{batch}\n", "1 batch would be purged.\n")
    assert _holding(site.folder / "var", PERSON)
    done = site.run("purge", "--older-than", "90d")
    assert (done.code, done.out, done.err) == (0, f"{batch}\n", "Purged 1 batch.\n")
    assert _holding(site.folder / "var", PERSON) == []

    after = site.run("batches", "show", batch, "--json").json
    assert (after["rows"], after["orders"], after["status"]) == (
        before["rows"],
        before["orders"],
        before["status"],
    )
    assert after["purged_at"]
    assert "personal data of this batch were removed" in site.run("batches", "show", batch).out
    (found,) = site.run("orders", "find", site.key(1), "--json").json
    assert found["payload"] is None
    assert site.run("orders", "find", PERSON).code == 1
    assert site.run("purge", "--older-than", "90d").err == "Purged 0 batches.\n"


def test_a_ledger_that_is_lost_after_a_purge_is_not_begun_anew(site: Site) -> None:
    _imported(site)
    _aged(site, 91)
    site.run("purge", "--older-than", "90d")
    for file in (site.folder / "var").glob("orderdrop.db*"):
        file.unlink()
    result = site.run("batches", "list")
    assert result.code == 4
    assert "is missing, although there were batches before" in result.err


def test_what_was_accepted_is_still_unchanged_after_a_purge(site: Site) -> None:
    _imported(site)
    _aged(site, 2)
    assert site.run("purge", "--older-than", "1d").err == "Purged 1 batch.\n"
    sent = site.judge.posts(prefix=site.prefix)
    site.file("later.csv", site.rows([1, 2]))
    again = site.run("import", "later.csv", *IMPORT).json
    assert (again["status"], again["orders"]["unchanged"]) == ("accepted", 2)
    assert site.judge.posts(prefix=site.prefix) == sent


def test_whatever_needs_the_data_of_a_purged_batch_is_refused_in_words(site: Site) -> None:
    batch = _imported(site)
    _aged(site, 91)
    site.run("purge", "--older-than", "90d")
    for command in (
        ("rerun", batch),
        ("rejects", batch, "-o", "rejects.csv"),
        ("orders", "exclude", site.key(3), "--batch", batch, "--reason", "cancelled"),
        ("reconcile", batch),
    ):
        result = site.run(*command)
        assert (result.code, result.out) == (2, ""), command
        assert "only its books are left. Import the sender's file again." in " ".join(result.err.split())


def test_what_is_young_stays_and_so_does_what_a_young_rerun_continues(site: Site) -> None:
    batch = _imported(site)
    _aged(site, 91)
    assert site.run("rerun", batch).code == 1
    result = site.run("purge", "--older-than", "90d")
    assert (result.out, result.err) == ("", "Purged 0 batches.\n")
    assert _holding(site.folder / "var/drops", PERSON)


def test_a_purge_that_is_not_told_how_old_is_a_usage_error(site: Site) -> None:
    untold = site.run("purge")
    assert untold.code == 2
    assert "--older-than 90d" in untold.err
    nonsense = site.run("purge", "--older-than", "soon")
    assert nonsense.code == 2
    assert "'soon' is no number of days" in nonsense.err


def test_serve_purges_by_itself_where_the_settings_say_so(site: Site) -> None:
    batch = _imported(site)
    _aged(site, 31)
    settings = site.folder / "orderdrop.yaml"
    settings.write_text(f"retention: 30d\n{settings.read_text()}")
    with site.start("serve") as process:
        until(lambda: "purged_at" in site.run("batches", "show", batch, "--json").json)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    events = [json.loads(line) for line in err.splitlines()]
    assert [event["batch"] for event in events if event["event"] == "purged"] == [batch]
    assert _holding(site.folder / "var", PERSON) == []
