"""Faults of the values in a file, on the whole way through an import: what is sent, what comes back, what is asked."""

import csv
import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.integration.desk import Desk

from orderdrop.reports.receipt import Receipt
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running
from orderdrop.sandbox.shipup.settings import ShipupSettings

ORDER = {"to": "merchant_id", "required": True}
SKU = {"to": ["line_items.merchant_id", "line_items.sku"]}
TITLE = {"to": "line_items.title"}
WHEN = {"to": "ordered_at", "type": "datetime"}
TOTAL = {"to": "order_details.total_order_price_incl_tax_amount", "type": "decimal"}
_numbers = count(1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxAddress]:
    shipup = ShipupSettings(rate=None, job_delay_seconds=0.0)
    with running(settings=SandboxSettings(shipup=shipup)) as one:
        yield one


@pytest.fixture
def desk(sandbox: SandboxAddress, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(folder=tmp_path, sandbox=sandbox)
    yield made
    made.close()


@pytest.fixture
def load(desk: Desk) -> Callable[..., Receipt]:
    """Import a column of cells beside one of order names; the receipt."""

    def loaded(column: dict[str, Any], *cells: str, **rest: Any) -> Receipt:
        desk.map({"Order": ORDER, "SKU": SKU, "Cell": column}, **rest)
        front = f"F{next(_numbers):04d}"
        rows = [[f"{front}-{at}", f"S{at}", cell] for at, cell in enumerate(cells)]
        return desk.load(_csv(["Order", "SKU", "Cell"], *rows))

    return loaded


def _csv(*rows: list[str]) -> str:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def sent(desk: Desk, receipt: Receipt) -> list[Any]:
    """What was sent for each order that was accepted."""
    orders = desk.orders(receipt)
    return [payload for key, payload in desk.payloads(receipt).items() if orders[key].fate == "accepted"]


def told(receipt: Receipt) -> list[tuple[str, int]]:
    return [(one["code"], one["row"]) for one in receipt["problems"]]


def titles(desk: Desk, receipt: Receipt) -> list[str]:
    return [payload["line_items"][0]["title"] for payload in sent(desk, receipt)]


def nothing_sent(desk: Desk, receipt: Receipt, code: str) -> str:
    """The message of the only problem of a file that was refused whole, before anything of it was sent."""
    assert (receipt["status"], receipt["rows"]["accepted"], desk.orders(receipt)) == ("failed", 0, {})
    (problem,) = [one for one in receipt["problems"] if one["code"] == code]
    assert problem["owner"] == ("ops" if code == "column_unsettled" else "sender")
    return str(problem["message"])


def test_F19_leading_zeros_and_odd_articles_are_kept_and_destroyed_numbers_come_back(desk: Desk) -> None:
    desk.map({"Order": ORDER, "SKU": SKU, "Title": TITLE})
    rows = [
        [f"F19-{at}", sku, "Hat"] for at, sku in enumerate(["00123", "12E5", "1E+05", "1.23E+12", "1,5E+19"])
    ]
    receipt = desk.load(_csv(["Order", "SKU", "Title"], *rows))
    assert [one["line_items"][0]["sku"] for one in sent(desk, receipt)] == ["00123", "12E5", "1E+05"]
    assert [(one["row"], one["severity"]) for one in receipt["problems"] if one["code"] == "damaged"] == [
        (4, "warning"), (5, "error"), (6, "error"),
    ]  # fmt: skip


def test_F19_a_column_that_lost_its_leading_zeros_is_told_once(desk: Desk) -> None:
    desk.map(
        {
            "Order": ORDER,
            "SKU": SKU,
            "Zip": {"to": "shipping_address.zip"},
            "Land": {"to": "shipping_address.country_code"},
        }
    )
    skus = [str(number) for number in range(12_345_678, 99_999_999, 3_456_789)] + ["1234567", "456789"]
    rows = [[f"F19z-{at}", sku, "10115", "DE"] for at, sku in enumerate(skus)]
    receipt = desk.load(_csv(["Order", "SKU", "Zip", "Land"], *rows, ["F19z-x", "99999999", "1067", "DE"]))
    assert receipt["rows"]["accepted"] == len(rows) + 1
    lost = [one for one in receipt["problems"] if one["code"] == "zeros_lost"]
    assert [(one["column"], one["value"]) for one in lost] == [("Zip", "1067"), ("SKU", "1234567")]


def test_F20_long_numbers_stay_exact_beside_a_blank_one(desk: Desk) -> None:
    desk.map({"Order": ORDER, "SKU": SKU})
    rows = [
        ["900719925474099312345", "00340434161094000017"],
        ["", "340434161094000017"],
        ["12345678901234567", ""],
    ]
    receipt = desk.load(_csv(["Order", "SKU"], *rows))
    assert sent(desk, receipt) == [
        {"merchant_id": rows[0][0], "line_items": [{"merchant_id": rows[0][1], "sku": rows[0][1]}]},
        {"merchant_id": rows[2][0]},
    ]
    assert told(receipt) == [("required", 3)]


def test_F21_words_that_others_take_for_missing_are_text(desk: Desk, load: Callable[..., Receipt]) -> None:
    words = ["NA", "N/A", "None", "null", "NULL", "nan", "NaN", "-", "TRUE", "#N/A!", "undefined", "inf"]
    receipt = load(TITLE, *words)
    assert titles(desk, receipt) == words
    assert receipt["problems"] == []


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        pytest.param(
            ["03/04/2026", "05/06/2026"],
            'is 3 April 2026 with `format: "%d/%m/%Y"`, or 4 March 2026 with',
            id="both",
        ),
        pytest.param(["03/04/2026", "25/04/2026"], '"25/04/2026" (row 3) is 25 April 2026 then', id="proven"),
        pytest.param(["13/04/2026", "04/13/2026"], "no single line for the mapping reads", id="mixed-orders"),
        pytest.param(["03/04/26", "05/06/26"], '`format: "%d/%m/%y"`', id="two-digit-years"),
        pytest.param(["03.04.2026 14:30"] * 3, '`format: "%d.%m.%Y %H:%M"`', id="with-times"),
    ],
)
def test_F22_a_column_of_dates_that_nobody_declared_is_a_question_and_nothing_is_sent(
    desk: Desk, load: Callable[..., Receipt], cells: list[str], words: str
) -> None:
    assert words in nothing_sent(desk, load(WHEN, *cells), "column_unsettled")


def test_F22_the_question_comes_after_the_last_row_of_a_long_file_and_before_anything_is_sent(
    desk: Desk, load: Callable[..., Receipt]
) -> None:
    cells = [f"{1 + at % 12:02d}/{1 + at % 12:02d}/2026" for at in range(30_000)]
    receipt = load(WHEN, *cells, "25/04/2026")
    assert '"25/04/2026" (row 30002) is 25 April 2026 then' in nothing_sent(desk, receipt, "column_unsettled")
    assert len(receipt["problems"]) == 1


def test_F22_once_the_mapping_says_it_the_same_file_is_sent(desk: Desk, load: Callable[..., Receipt]) -> None:
    receipt = load({**WHEN, "format": "%d/%m/%Y"}, "03/04/2026", "29/02/2024", "13/04/2026")
    assert [one["ordered_at"] for one in sent(desk, receipt)] == [1775174400, 1709164800, 1776038400]


def test_F22_impossible_days_and_numbers_of_spreadsheets_come_back_with_their_row(
    desk: Desk, load: Callable[..., Receipt]
) -> None:
    declared = {**WHEN, "format": "%d/%m/%Y"}
    receipt = load(declared, "03/04/2026", "29/02/2026", "04/13/2026", "46085", "31/12/9999", "2026-04-03")
    assert told(receipt) == [("not_a_date", row) for row in (3, 4, 5, 6, 7)]
    assert "as the number of a spreadsheet it would be 4 March 2026" in receipt["problems"][2]["message"]
    receipt = load(WHEN, "2026-04-03", "9999-12-31", "2026-02-29", "2026-04-05", "03/04/2026")
    assert told(receipt) == [("not_a_date", 3), ("not_a_date", 4), ("date_ambiguous", 6)]
    assert receipt["rows"]["accepted"] == 2


def test_F22_two_digit_years_are_read_where_they_are_declared(
    desk: Desk, load: Callable[..., Receipt]
) -> None:
    receipt = load({**WHEN, "format": "%d/%m/%y"}, "03/04/26", "31/12/68")
    assert [one["ordered_at"] for one in sent(desk, receipt)] == [1775174400, 3124137600]


def test_F23_a_time_that_came_twice_is_the_first_and_one_that_never_was_comes_back(
    desk: Desk, load: Callable[..., Receipt]
) -> None:
    paris = {**WHEN, "timezone": "Europe/Paris"}
    receipt = load(
        paris, "2026-10-25T02:30", "2026-03-29T02:30", "2026-03-29T03:30", "2026-10-25T02:30+01:00"
    )
    assert [one["ordered_at"] for one in sent(desk, receipt)] == [1792888200, 1774747800, 1792891800]
    (problem,) = receipt["problems"]
    assert (problem["row"], "no such time in Europe/Paris" in problem["message"]) == (3, True)


def test_F24_amounts_are_read_in_the_forms_that_are_declared(
    desk: Desk, load: Callable[..., Receipt]
) -> None:
    receipt = load(
        {**TOTAL, "decimal": ".", "unit": ["$", "USD"]},
        "$1,234.50",
        "(12.00)",
        "1'234.50",
        "1 234.50",
        "12.00-",
        "USD 7",
    )
    assert [one["order_details"]["total_order_price_incl_tax_amount"] for one in sent(desk, receipt)] == [
        "1234.50", "-12.00", "1234.50", "1234.50", "-12.00", "7",
    ]  # fmt: skip
    receipt = load(
        {**TOTAL, "decimal": ",", "unit": "€"},
        "1.234,50 €",
        "1 234,50",
        "1\u00a0234,50\u00a0€",
        "1.5",
        "12,00 $",
    )
    assert [one["order_details"]["total_order_price_incl_tax_amount"] for one in sent(desk, receipt)] == [
        "1234.50"
    ] * 3
    assert told(receipt) == [("not_a_decimal", 5), ("not_a_decimal", 6)]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        pytest.param(
            ["1,234", "5,678"],
            '"1,234" (row 2) is 1234 with `decimal: "."`, or 1.234 with `decimal: ","`',
            id="both",
        ),
        pytest.param(
            ["1.234", "2.345,60"], 'fit `decimal: ","`: "2.345,60" (row 3) is 2345.60 then', id="proven"
        ),
        pytest.param(["$1,234.50", "$7"], 'fit `decimal: ".", unit: "$"`', id="unit"),
    ],
)
def test_F24_a_column_of_amounts_that_nobody_declared_is_a_question_and_nothing_is_sent(
    desk: Desk, load: Callable[..., Receipt], cells: list[str], words: str
) -> None:
    assert words in nothing_sent(desk, load(TOTAL, *cells), "column_unsettled")


def test_F24_what_is_no_number_never_reaches_json(desk: Desk, load: Callable[..., Receipt]) -> None:
    receipt = load(TOTAL, "12.50", "NaN", "Infinity", "-inf", "1e308", "１２")
    assert told(receipt) == [("not_a_decimal", row) for row in (3, 4, 5, 6, 7)]
    made = Desk(folder=desk.folder, sandbox=desk.sandbox, destination="parcellab")
    made.map(
        {
            "Order": {"to": "order_number", "required": True},
            "Item": {"to": "articles_order.line_item_id"},
            "Kg": {"to": "articles_order.weight"},
        },
        constants={"account": 1617, "destination_country_iso3": "FRA", "recipient_email": "a@b.co"},
    )
    receipt = made.load(
        _csv(
            ["Order", "Item", "Kg"],
            ["F24-1", "1", "19.99"],
            ["F24-2", "1", "NaN"],
            ["F24-3", "1", "1.15"],
            ["F24-4", "1", "3"],
        )
    )
    assert told(receipt) == [("not_a_decimal", 3)]
    bodies = [order.payload for order in made.orders(receipt).values() if order.payload]
    assert [body[body.index(b'"weight"') :].split(b"}")[0] for body in bodies] == [
        b'"weight":19.99',
        b'"weight":1.15',
        b'"weight":3.0',
    ]
    made.close()


def test_F25_amounts_keep_every_digit_on_their_way(desk: Desk, load: Callable[..., Receipt]) -> None:
    amounts = ["1.15", "19.99", "0.10", "1234567890123.45", "0.1234567890123456789"]
    receipt = load({**TOTAL, "decimal": "."}, *amounts)
    assert [
        one["order_details"]["total_order_price_incl_tax_amount"] for one in sent(desk, receipt)
    ] == amounts


FORMULAS = [
    "=SUM(A1:A9)",
    "+49 123",
    "-2+3",
    "@cmd",
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    '=HYPERLINK("http://x")',
]


def test_F26_formulas_reach_the_api_as_text_and_come_home_harmless_and_whole(desk: Desk) -> None:
    desk.map(
        {"Order": ORDER, "SKU": SKU, "Title": TITLE, "Qty": {"to": "line_items.quantity", "type": "integer"}}
    )
    head = ["Order", "SKU", "Title", "Qty"]
    receipt = desk.load(_csv(head, *([f"F26-{at}", "S", text, "1"] for at, text in enumerate(FORMULAS))))
    assert titles(desk, receipt) == [text.strip() for text in FORMULAS]
    receipt = desk.load(_csv(head, *([f"F26b-{at}", "S", text, "many"] for at, text in enumerate(FORMULAS))))
    report = Path(str(receipt["reports"]["rejects_csv"])).read_text(encoding="utf-8-sig")
    cells = [row[head.index("Title")] for row in csv.reader(report.splitlines())][1:]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    receipt = desk.load(report.replace("many", "2"), "corrected.csv")
    assert titles(desk, receipt) == [text.strip() for text in FORMULAS]


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}", "${jndi:ldap://x}", "'; DROP TABLE orders;--", "{% debug %}",
    "\x1b[31mred\x1b[0m", "\u202etxt.exe", "%s%s%n", "javascript:alert(1)",
]  # fmt: skip


def test_F27_hostile_values_reach_the_api_as_they_are_and_are_harmless_where_they_are_shown(
    desk: Desk,
) -> None:
    desk.map(
        {"Order": ORDER, "SKU": SKU, "Title": TITLE, "Qty": {"to": "line_items.quantity", "type": "integer"}}
    )
    head = ["Order", "SKU", "Title", "Qty"]
    receipt = desk.load(_csv(head, *([f"F27-{at}", "S", text, "1"] for at, text in enumerate(HOSTILE))))
    assert titles(desk, receipt) == HOSTILE
    receipt = desk.load(
        _csv(head, *([f"F27b-{at}", "S", "Hat", f"{text}\nERROR forged"] for at, text in enumerate(HOSTILE)))
    )
    assert told(receipt) == [("not_an_integer", row) for row in (one["row"] for one in receipt["problems"])]
    assert len(receipt["problems"]) == len(HOSTILE)
    assert all(one["message"].isprintable() for one in receipt["problems"])
    page = Path(str(receipt["reports"]["receipt_html"])).read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    text = Path(str(receipt["reports"]["receipt_text"])).read_text(encoding="utf-8")
    assert all(line.isprintable() for line in text.splitlines())


def test_F28_a_cell_of_200_kB_is_sent_or_refused_in_words_never_cut(
    desk: Desk, load: Callable[..., Receipt]
) -> None:
    long = "x" * 200_000
    receipt = load(TITLE, long, "Hat")
    assert titles(desk, receipt) == [long, "Hat"]
    receipt = load({**TITLE, "max_length": 100}, long, "Hat")
    (problem,) = receipt["problems"]
    assert (problem["code"], problem["row"], len(problem["message"]) < 200) == ("too_long", 2, True)


def test_F28_as_many_columns_as_a_spreadsheet_has_are_read_and_one_more_is_refused_in_words(
    desk: Desk,
) -> None:
    desk.map({"Order": ORDER, "SKU": SKU})
    more = [f"C{at}" for at in range(16_384 - 2)]
    wide = ",".join(["Order", "SKU", *more]) + "\n" + ",".join(["F28-1", "S", *["x"] * len(more)]) + "\n"
    receipt = desk.load(wide)
    assert receipt["rows"]["accepted"] == 1
    receipt = desk.load(wide.replace("SKU,", "SKU,D,").replace("S,", "S,y,", 1))
    assert receipt["status"] == "failed"
    assert "columns" in receipt["problems"][0]["message"]


def test_F29_a_repeated_line_comes_back_a_conflict_names_both_rows_and_a_split_order_is_one(
    desk: Desk,
) -> None:
    desk.map({"Order": ORDER, "Mail": {"to": "email"}, "SKU": SKU})
    head = ["Order", "Mail", "SKU"]
    rows = [
        ["F29-A", "a@b.co", "1"], ["F29-B", "b@b.co", "1"], ["F29-C", "c@b.co", "1"], ["F29-A", "a@b.co", "2"],
        ["F29-B", "other@b.co", "2"], ["F29-D", "d@b.co", "1"], ["F29-D", "d@b.co", "1"],
    ]  # fmt: skip
    receipt = desk.load(_csv(head, *rows))
    assert told(receipt) == [("duplicate_row", 8), ("rows_disagree", 3)]
    assert receipt["problems"][1]["message"].startswith(
        "Rows 3 and 6 have the same Order F29-B but differ in Mail"
    )
    assert {key: order.fate.value for key, order in desk.orders(receipt).items()} == {
        "F29-A": "accepted", "F29-C": "accepted", "F29-D": "held",
    }  # fmt: skip
    assert [item["sku"] for item in desk.payloads(receipt)["F29-A"]["line_items"]] == ["1", "2"]


def test_F30_one_bad_line_holds_its_whole_order_and_no_other(desk: Desk) -> None:
    desk.map(
        {"Order": ORDER, "SKU": SKU, "Qty": {"to": "line_items.quantity", "type": "integer", "minimum": 1}}
    )
    rows = [["F30-A", "1", "1"], ["F30-A", "2", "0"], ["F30-A", "3", "1"], ["F30-B", "1", "1"]]
    receipt = desk.load(_csv(["Order", "SKU", "Qty"], *rows))
    assert told(receipt) == [("too_small", 3)]
    assert (receipt["rows"]["rejected"], receipt["rows"]["held"], receipt["rows"]["accepted"]) == (1, 2, 1)
    assert [one["merchant_id"] for one in sent(desk, receipt)] == ["F30-B"]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(["Bestellung", "Artikel", "Menge"], id="another-mapping"),
        pytest.param(["Ord", "S", "Title"], id="another-partner"),
        pytest.param(["Order", "Kunde", "Ort", "Menge"], id="one-heading-agrees"),
    ],
)
def test_F45_the_file_of_another_mapping_is_refused_with_both_headings_and_nothing_is_sent(
    desk: Desk, head: list[str]
) -> None:
    desk.map({"Order": ORDER, "SKU": SKU, "Title": TITLE})
    before = desk.sent()
    receipt = desk.load(_csv(head, ["F45-1", "S", "1"]))
    assert receipt["status"] == "failed"
    (problem,) = [one for one in receipt["problems"] if one["severity"] == "error"][:1]
    assert problem["code"] == "heading_missing"
    assert f'"{head[0]}"' in problem["message"]
    assert "Order" in problem["message"]
    assert desk.sent() == before


def test_F45_two_files_that_were_swapped_are_both_refused(desk: Desk) -> None:
    ours, theirs = {"Order": ORDER, "SKU": SKU}, {"Commande": ORDER, "Réf": SKU}
    files = [_csv(["Order", "SKU"], ["F45-2", "S"]), _csv(["Commande", "Réf"], ["F45-3", "S"])]
    before = desk.sent()
    for columns, file in zip((ours, theirs), reversed(files), strict=True):
        desk.map(columns)
        assert desk.load(file)["status"] == "failed"
    assert desk.sent() == before
    assert json.loads((desk.folder / "desk.yaml").read_text())["columns"] == theirs
