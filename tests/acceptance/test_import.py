"""`orderdrop import` and what can be asked afterwards: batches, rejects, orders."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from tests.acceptance.conftest import NewSite
from tests.acceptance.site import Result, Site

TOP = {
    "batch", "status", "drop", "mapping", "destination", "account", "rows", "orders", "problems", "reports", "seconds",
}  # fmt: skip
ROWS = {"read", "ignored", "rejected", "held", "unchanged", "accepted", "refused", "pending", "unsent"}
ORDERS = {"built", "held", "unchanged", "accepted", "refused", "pending", "unsent"}
PROBLEM = {"code", "message", "row", "column", "value", "order", "path", "raised_by", "owner"}


@pytest.fixture(scope="module")
def done(new_site: NewSite, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Result]:
    """A site in which a file with three good orders, a bad row, a refusal and a blank row was imported."""
    site = new_site(tmp_path_factory.mktemp("imported"))
    site.judge.seed({"merchant_id": site.key(4), "line_items": [{"merchant_id": "A", "quantity": 1}]})
    site.file(
        "orders.csv", [*site.rows([1, 2, 3]), ";;;;", *site.rows([4], quantity="2"), *site.rows([5], quantity="two")]
    )  # fmt: skip
    result = site.run("import", "orders.csv", "--mapping", "small", "--account", "local", "--json")
    return site, result


def test_the_receipt_has_the_public_keys_and_its_books_balance(done: tuple[Site, Result]) -> None:
    site, result = done
    receipt = result.json
    assert result.code == 1
    assert set(receipt) >= TOP
    assert set(receipt["drop"]) >= {"name", "sha256", "size", "feed"}
    assert set(receipt["mapping"]) >= {"name", "digest"}
    assert set(receipt["rows"]) == ROWS
    assert set(receipt["orders"]) == ORDERS
    assert all(set(problem) >= PROBLEM for problem in receipt["problems"])
    assert receipt["rows"] == dict.fromkeys(ROWS, 0) | {
        "read": 6, "ignored": 1, "accepted": 3, "refused": 1, "rejected": 1,
    }  # fmt: skip
    assert receipt["status"] == "rejects"
    assert (receipt["drop"]["name"], receipt["drop"]["feed"]) == ("orders.csv", None)
    assert site.judge.posts(prefix=site.prefix) == {
        site.key(1): 1,
        site.key(2): 1,
        site.key(3): 1,
        site.key(4): 2,
    }


def test_with_json_stdout_is_one_value_and_nothing_else_is_said(done: tuple[Site, Result]) -> None:
    assert done[1].err == ""


def test_both_problems_name_their_cell_and_who_raised_them(done: tuple[Site, Result]) -> None:
    ours, theirs = sorted(done[1].json["problems"], key=lambda problem: -problem["row"])
    assert (ours["row"], ours["column"], ours["value"], ours["raised_by"]) == (7, "Qty", "two", "check")
    assert (theirs["row"], theirs["column"], theirs["raised_by"], theirs["order"]) == (
        6, "Qty", "api", done[0].key(4),
    )  # fmt: skip


def test_the_reports_lie_where_the_receipt_says(done: tuple[Site, Result]) -> None:
    site, result = done
    reports = result.json["reports"]
    assert {"rejects_csv", "rejects_xlsx", "receipt"} <= set(reports)
    assert all((site.folder / path).is_file() for path in reports.values() if path)
    assert json.loads((site.folder / reports["receipt"]).read_text()) == result.json


def test_the_same_file_again_is_answered_with_the_first_receipt_and_no_request(
    done: tuple[Site, Result],
) -> None:
    site, first = done
    before = site.judge.last_call()
    again = site.run("import", "orders.csv", "--mapping", "small", "--account", "local", "--json")
    assert again.json == first.json
    assert again.code == first.code
    assert f"receipt of batch {first.json['batch']}" in again.err
    assert site.judge.last_call() == before


def test_force_works_on_it_again_and_sends_only_what_was_not_accepted(
    new_site: NewSite, tmp_path: Path
) -> None:
    site = new_site(tmp_path)
    site.judge.seed({"merchant_id": site.key(2), "line_items": [{"merchant_id": "A", "quantity": 1}]})
    site.file("orders.csv", [*site.rows([1]), *site.rows([2], quantity="2")])
    arguments = ("import", "orders.csv", "--mapping", "small", "--account", "local")
    first = site.run(*arguments, "--json").json
    before = site.judge.last_call()
    forced = site.run(*arguments, "--force", "--json").json
    assert forced["batch"] != first["batch"]
    assert (forced["orders"]["unchanged"], forced["orders"]["refused"]) == (1, 1)
    assert site.judge.posts(after=before, prefix=site.prefix) == {site.key(2): 1}


def test_for_people_it_prints_a_table_of_every_fate_and_talks_on_stderr(site: Site) -> None:
    site.file("orders.csv", site.rows([1, 2]))
    result = site.run("import", "orders.csv", "--mapping", "small", "--account", "local")
    assert result.code == 0
    assert "orders.csv  accepted  Every good row is with the destination." in result.out
    headings = next(line for line in result.out.splitlines() if "ignored" in line)
    assert headings.split() == [
        "all", "ignored", "rejected", "held", "unchanged", "accepted", "refused", "pending", "unsent",
    ]  # fmt: skip
    assert next(line.split() for line in result.out.splitlines() if line.startswith(" rows")) == [
        "rows", "2", "0", "0", "0", "0", "2", "0", "0", "0",
    ]  # fmt: skip
    assert "orders.csv: sending orders" in result.err
    assert "sending" not in result.out


def test_batches_lists_and_shows_what_was_imported(done: tuple[Site, Result]) -> None:
    site, first = done
    listed = site.run("batches", "list", "--json")
    assert [entry["batch"] for entry in listed.json] == [first.json["batch"]]
    assert {key: value for key, value in first.json.items() if key != "problems"} == listed.json[0]
    table = site.run("batches")
    assert table.code == 0
    assert first.json["batch"] in table.out
    shown = site.run("batches", "show", first.json["batch"], "--json")
    assert shown.json == first.json


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_rejects_writes_the_rows_that_came_back(done: tuple[Site, Result], ending: str) -> None:
    site, first = done
    result = site.run("rejects", first.json["batch"], "-o", f"mine.{ending}")
    assert (result.code, result.out) == (0, "")
    assert result.err == f"Wrote mine.{ending}.\n"
    file = site.folder / f"mine.{ending}"
    keys = {site.key(4), site.key(5)}
    if ending == "csv":
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        assert {row["Order"] for row in rows} == keys
        assert {row["_row"] for row in rows} == {"6", "7"}
    elif ending == "xlsx":
        sheet = openpyxl.load_workbook(file).worksheets[0]
        assert keys <= {str(cell.value) for row in sheet.iter_rows() for cell in row}
    else:
        assert all(key in file.read_text() for key in keys)
        json.loads(file.read_text())


def test_orders_find_tells_rows_attempts_and_answers(done: tuple[Site, Result]) -> None:
    site, first = done
    found = site.run("orders", "find", site.key(4), "--json")
    (order,) = found.json
    assert (found.code, order["fate"], order["rows"], order["batch"]) == (
        0, "refused", [6], first.json["batch"],
    )  # fmt: skip
    assert [(one["outcome"], one["http_status"]) for one in order["attempts"]] == [("refused", 400)]
    for_people = site.run("orders", "find", site.key(4))
    assert f"{site.key(4)}  refused  rows 6 of orders.csv" in for_people.out
    nothing = site.run("orders", "find", "no-such-order")
    assert (nothing.code, nothing.out) == (1, "")


def test_orders_find_tells_what_is_wrong_with_an_order_that_our_checks_rejected(
    done: tuple[Site, Result],
) -> None:
    site, first = done
    found = site.run("orders", "find", site.key(5), "--json")
    (order,) = found.json
    assert found.code == 0
    assert (order["order"], order["fate"], order["batch"], order["rows"]) == (
        site.key(5), "rejected", first.json["batch"], [7],
    )  # fmt: skip
    assert (order["payload"], order["attempts"], order["problem_count"]) == (None, [], 1)
    assert (order["problems"][0]["column"], order["problems"][0]["value"]) == ("Qty", "two")
    for_people = site.run("orders", "find", site.key(5)).out
    assert f"{site.key(5)}  rejected  orders.csv  batch {first.json['batch']}" in for_people
    assert "row 7, column Qty (our check)" in for_people
    assert "never became an order to send" in for_people


def test_a_held_batch_waits_until_it_is_released(site: Site) -> None:
    site.file("orders.csv", [*site.rows([1]), *(";x;;;two" for _ in range(9))])
    held = site.run("import", "orders.csv", "--mapping", "small", "--account", "local", "--json")
    assert (held.code, held.json["status"]) == (1, "held")
    assert site.judge.posts(prefix=site.prefix) == {}
    batch = held.json["batch"]
    assert f"orderdrop batches release {batch}" in held.json["remarks"]
    released = site.run("batches", "release", batch, "--json")
    assert (released.code, released.json["status"]) == (1, "rejects")
    assert "batches release" not in released.json["remarks"]
    assert "Nothing was sent" not in released.json["remarks"]
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1}
    again = site.run("batches", "release", batch)
    assert again.code == 2
    assert f"Batch {batch} is rejects, not held." in again.err
