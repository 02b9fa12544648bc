"""Faults of people: corrections that are half done, orders that change or vanish, alarms, and who must find his way about."""

import json
import signal
import time
from collections import Counter
from pathlib import Path

from tests.acceptance.site import Site, until
from tests.faults.place import Place
from tests.integration.judge import judging


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
