"""Faults of people: corrections that are half done, orders that change or vanish, alarms, and who must find his way about."""

import json
import re
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from tests.acceptance.site import Site, until
from tests.faults.place import Place
from tests.faults.scripted import Said, answering
from tests.integration.judge import judging

from orderdrop.pipeline.upkeep.auditing import audit


def test_H2_of_a_report_that_was_mended_in_part_the_mended_rows_are_sent_and_the_rest_comes_back_the_same(
    place: Place,
) -> None:
    place.feed["reply"] = True
    place.drop("orders.csv", 1, *(place.row(number, quantity="two") for number in (2, 3, 4)))
    (first,) = place.poll()
    (report,) = place.inbox.glob("archive/*/*.rejects.csv")
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    mended = [line.replace(";two", ";2", 1) for line in lines[:3]] + lines[3:]
    (place.inbox / "mended.csv").write_text("\n".join(mended) + "\n")
    (second,) = place.poll()
    assert (second["orders"]["accepted"], second["rows"]["rejected"]) == (2, 1)
    assert place.posts() == {1: 1, 2: 1, 3: 1}
    (problem,) = second["problems"]
    (before,) = [one for one in first["problems"] if one["order"] == problem["order"]]
    assert {**problem, "row": 0, "cells": []} == {**before, "row": 0, "cells": []}


def test_H5_an_order_that_changed_is_updated_and_its_unchanged_neighbour_is_left_alone(place: Place) -> None:
    place.drop("orders.csv", 1, 2)
    place.poll()
    place.drop("later.csv", place.row(1, email="berta@example.com"), 2)
    (receipt,) = place.poll()
    assert (receipt["orders"]["accepted"], receipt["orders"]["unchanged"]) == (1, 1)
    assert place.posts() == {1: 2, 2: 1}
    held = place.judge.held(place.prefix)
    assert {key: order["email"] for key, order in held.items()} == {
        f"{place.prefix}-1": "berta@example.com",
        f"{place.prefix}-2": "anna@example.com",
    }


def test_H6_an_order_that_is_missing_from_a_later_file_is_not_cancelled(place: Place) -> None:
    place.drop("orders.csv", 1, 2)
    place.poll()
    before = place.judge.last_call()
    place.drop("later.csv", 1, 3)
    place.poll()
    assert place.judge.posts(after=before, prefix=place.prefix) == {f"{place.prefix}-3": 1}
    assert len(place.judge.held(place.prefix)) == 3


def test_D3_H20_what_waits_for_a_person_is_shown_by_health(site: Site) -> None:
    settings = site.folder / "orderdrop.yaml"
    settings.write_text(settings.read_text().replace("age: 0s", "age: 0s, overdue: 1ms"))
    site.drop("orders.csv", site.rows([1, 2], quantity="two"))
    (site.inbox / "late.csv.part").touch()
    for _ in range(2):
        site.run("run", "night")
    (batch,) = site.run("batches", "list", "--json").json
    shown = site.run("health")
    assert shown.code == 4, "nothing serves here"
    assert shown.out.splitlines()[0] == (
        f"Batch {batch['batch']} (orders.csv) is held: see `orderdrop batches show {batch['batch']}`."
    )
    assert "late.csv.part of feed night is incomplete since" in shown.out
    site.run("batches", "discard", batch["batch"], "--reason", "a test")
    assert batch["batch"] not in site.run("health").out


def test_A26_H20_a_batch_that_only_a_person_can_go_on_with_is_shown_by_health(site: Site) -> None:
    settings = site.folder / "orderdrop.yaml"
    with answering(lambda _: Said(status=400, body={"errors": {"email": ["is bad"]}})) as api:
        settings.write_text(settings.read_text().replace(site.judge.base_url, api.base_url))
        site.drop("orders.csv", site.rows(range(60)))
        site.run("run", "night")
        (batch,) = site.run("batches", "list", "--json").json
        assert f"Batch {batch['batch']} (orders.csv) is unfinished" in site.run("health").out
        site.run("rerun", batch["batch"])
    assert batch["batch"] not in site.run("health").out


EDITS = {
    "another payload": (
        "UPDATE orders SET payload = replace(payload, 'anna', 'bert') WHERE order_key LIKE '%-1'",
        r"Order \S+-1 of batch \S+ has another payload",
    ),
    "an order that was never sent": (
        "UPDATE orders SET fate = 'accepted' WHERE order_key LIKE '%-3'",
        r"Order \S+-3 of batch \S+ is accepted, but no attempt to send it ended so",
    ),
    "a refusal that never was": (
        "UPDATE orders SET fate = 'refused' WHERE order_key LIKE '%-1'",
        r"Order \S+-1 of batch \S+ is refused, but no attempt to send it ended so",
    ),
    "an order that is gone": (
        "DELETE FROM orders WHERE order_key LIKE '%-2'",
        r"\(orders.csv\): 5 rows were read, but their fates add up to another number",
    ),
    "a number of rows": ("UPDATE batches SET rows_read = 4", r"4 rows were read, but their fates add up to"),
    "the fate of a row": ("DELETE FROM row_fates", r"5 rows were read, but their fates add up to"),
    "a status": (
        "UPDATE batches SET status = 'accepted'",
        r"\(orders.csv\) is accepted, but its books say rejects",
    ),
    "what was accepted": (
        "UPDATE accepted SET digest = 'x' WHERE order_key LIKE '%-2'",
        r"account local is said to have accepted of order \S+-2 is not what any batch sent",
    ),
    "the books that were kept": (
        "UPDATE books SET rows = rows + 1",
        r"\(orders.csv\): the books that were kept are not what its orders and rows come to",
    ),
    "a drop that is gone": ("DELETE FROM drops", r"names a row of table drops that is not there"),
    "an attempt that is gone": ("DELETE FROM attempts", r"no attempt to send it ended so"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_H14_whoever_edits_the_ledger_by_hand_is_found_out(edit: str, place: Place) -> None:
    place.edited = True
    place.drop("orders.csv", 1, 2, place.row(3, quantity="two"), place.row(3), ";;;")
    place.poll()
    parts = place.parts()
    try:
        assert list(audit(parts.ledger)) == []
        statement, says = EDITS[edit]
        with closing(sqlite3.connect(place.folder / "var" / "orderdrop.db")) as by_hand, by_hand:
            assert by_hand.execute(statement).rowcount > 0
        found = list(audit(parts.ledger))
    finally:
        parts.close()
    assert any(re.search(says, wrong) for wrong in found), found


def test_H14_a_ledger_in_order_and_one_that_was_edited_are_told_apart_by_a_command(site: Site) -> None:
    site.drop("orders.csv", site.rows([1, 2]))
    site.run("run", "night")
    assert site.run("ledger", "check").code == 0
    with closing(sqlite3.connect(site.folder / "var" / "orderdrop.db")) as by_hand, by_hand:
        by_hand.execute("UPDATE orders SET fate = 'held' WHERE sequence = 1")
    checked = site.run("ledger", "check")
    assert checked.code == 1
    assert "is accepted, but its books say rejects" in checked.out
    assert "restore the backup" in checked.err


def test_H19_an_outage_is_told_once_and_its_end_once(site: Site) -> None:
    settings = site.folder / "orderdrop.yaml"
    settings.write_text(settings.read_text().replace("every: 1s", "every: 50ms"))
    away = site.inbox.rename(site.folder / "away")
    log = site.folder / "log"
    with log.open("w") as stream, site.start("serve", stderr=stream) as process:
        until(lambda: "poll_failed" in log.read_text())
        time.sleep(1.5)  # some thirty polls more
        away.rename(site.inbox)
        site.drop("orders.csv", site.rows([1]))
        until(lambda: site.found("*.receipt.json"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    told = Counter(json.loads(line)["event"] for line in log.read_text().splitlines())
    assert (told["poll_failed"], told["feed_recovered"], told["finished"]) == (1, 1, 1)


def test_H20_whoever_looks_first_finds_the_file_the_cause_and_the_next_step(tmp_path: Path) -> None:
    with judging(key="right") as judge:
        site = Site(folder=tmp_path, prefix="H", judge=judge)
        site.set_up()
        site.drop("orders.csv", site.rows([1, 2]))
        assert site.run("run", "night").code == 4
    (batch,) = site.run("batches", "list", "--json").json
    shown = " ".join(site.run("batches", "show", batch["batch"]).out.split())
    assert "orders.csv unfinished" in shown
    assert "shipup does not accept the key of account local." in shown
    assert "Correct the account's key in the settings" in shown
