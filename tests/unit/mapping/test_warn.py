"""What will hurt in a mapping: told with its line, by itself and as files show it; and nothing else."""

from pathlib import Path

import pytest

from orderdrop.destinations import registry
from orderdrop.mapping import load
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.warn import warnings
from orderdrop.pipeline.mappings.evidence import gather
from orderdrop.wiring import find_shape

SMALL = "mapping: small\ndestination: shipup\ncolumns:\n"
ORDER = "  Order: {to: merchant_id, required: true}\n"


def _parsed(text: str) -> LoadedMapping:
    return load.parse(text, "small.yaml", find_shape, registry.names())


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        pytest.param(
            "  A: {to: merchant_id}\n  D: {to: ordered_at, type: date, format: '%d.%m.%Y'}\n",
            "small.yaml:4: `A` names the order; say `required: true` so that readers see it.",
            id="order-key-not-required",
        ),
        pytest.param(
            "  A: {to: merchant_id, required: true}\n  D: {to: ordered_at, type: date}\n",
            "small.yaml:5: `D` has no `format:`; only dates such as 2026-11-22 are taken.",
            id="date-without-a-format",
        ),
        pytest.param(
            "  A: {to: merchant_id, required: true}\n  D: {to: ordered_at, type: datetime, format: '%d.%m.%Y'}\n",
            "small.yaml:5: `D` has no `timezone:`; times without an offset are read as UTC.",
            id="time-without-a-zone",
        ),
        pytest.param(
            "  A: {to: merchant_id, required: true}\n  First: {to: first_name}\nderived: {last_name: '{Frist} x'}\n",
            "small.yaml:6: `last_name` uses `Frist`, which is not among the columns. Did you mean `First`?",
            id="template-with-a-misspelt-heading",
        ),
    ],
)
def test_a_mapping_is_warned_of_by_itself(text: str, warning: str) -> None:
    assert [str(one) for one in warnings(_parsed(SMALL + text))] == [warning]


def test_a_place_that_the_destination_requires_and_nothing_fills_is_told() -> None:
    text = (
        "mapping: small\ndestination: shippify\ncolumns:\n  A: {to: referenceId, required: true}\n"
        "  B: {to: packages.id}\n  C: {to: [packages.name, packages.size]}\n"
    )
    assert [str(one) for one in warnings(_parsed(text))] == [
        "small.yaml:3: shippify requires `packages.qty`, and nothing fills it."
    ]


def _seen(columns: str, heading: str, cells: list[str], tmp_path: Path, more: str = "") -> list[str]:
    """The warnings of a mapping with one more column, by a file that has it."""
    loaded = _parsed(f"{SMALL}{ORDER}{columns}{more}")
    rows = [f"AC-{number};{cell}" for number, cell in enumerate(cells)]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join([f"Order;{heading}", *rows]) + "\n")
    return [str(one).removeprefix("small.yaml:") for one in warnings(loaded, gather(loaded, [[file]]))]


@pytest.mark.parametrize(
    ("column", "heading", "cells", "told"),
    [
        pytest.param(
            "{to: email}", "Mial", ["a@b.de"] * 3,
            ["3: `Mial` stands in the file and not in the mapping, so it is not sent. Map it, or write `ignore`.",
             "5: There is no column `Mail`. Did you mean `Mial`?"],
            id="a-heading-that-the-file-lacks",
        ),
        pytest.param("{to: email}", "Mail", [""] * 3, ["5: `Mail` is blank in every row, so nothing is sent of it."], id="always-blank"),
        pytest.param(
            "{to: email, required: true}", "Mail", [""] * 3,
            ["5: `Mail` is blank in every row and must be filled: every row is rejected."], id="required-and-always-blank",
        ),
        pytest.param(
            "{to: email, required: true}", "Mail", ["", "a@b.de", "a@b.de", "a@b.de"],
            ["5: `Mail` must be filled and is blank in 1 of 4 rows."], id="required-and-often-blank",
        ),
        pytest.param(
            "{to: phone, default: '1'}", "Mail", ["", "", "2"],
            ["5: `Mail` is blank in 2 of 3 rows: its default '1' may hide that something is missing."], id="a-default-that-hides-blanks",
        ),
        pytest.param(
            "{to: phone, pattern: '[A-Z]+'}", "Mail", ["1", "2", "3"],
            ['5: None of 3 values of `Mail` fits, such as: Mail is "1": text of the form [A-Z]+ is expected.'], id="a-pattern-that-nothing-meets",
        ),
        pytest.param(
            "{to: email, type: email}", "Mail", ["a@b.de", "x", "y"],
            ['5: 2 of 3 values of `Mail` do not fit, such as: Mail is "x": an e-mail address such as name@example.com is expected.'],
            id="a-type-that-most-values-fail",
        ),
        pytest.param(
            "{to: phone, values: {UPS: '1', DHL: '2', GLS: '3'}}", "Mail", ["UPS", "ups"] * 15,
            ["5: `Mail` never has `DHL` and `GLS` among 30 values."], id="translations-that-are-never-used",
        ),
        pytest.param("{to: email, type: email}", "Mail", ["a@b.de"] * 30 + ["x", ""], [], id="a-few-slips-are-for-the-preview"),
        pytest.param("{to: phone, values: {UPS: '1', DHL: '2'}}", "Mail", ["UPS"], [], id="too-few-values-to-miss-one"),
        pytest.param("{to: ordered_at, type: date}", "Mail", ["2026-11-22", ""], [], id="dates-that-need-no-format"),
        pytest.param(
            "{to: ordered_at, type: date}", "Mail", ["2026-11-22"] * 3 + ["22 Nov"],
            ["5: `Mail` has no `format:`; only dates such as 2026-11-22 are taken."], id="dates-of-which-one-needs-a-format",
        ),
    ],
)  # fmt: skip
def test_what_a_file_says_against_a_mapping_is_told_with_its_line(
    column: str, heading: str, cells: list[str], told: list[str], tmp_path: Path
) -> None:
    found = _seen(f"  Mail: {column}\n", heading, cells, tmp_path)
    assert found == told


def test_many_empty_columns_are_one_warning(tmp_path: Path) -> None:
    columns = "  A: {to: phone}\n  B: {to: email}\n  C: {to: first_name}\n"
    assert _seen(columns, "A;B;C", [";;", ";;"], tmp_path) == [
        "5: `A`, `B` and `C` are blank in every row, so nothing is sent of them."
    ]


def test_a_filter_that_meets_no_row_is_told(tmp_path: Path) -> None:
    more = "file: {skip_rows_where: {Mail: [TOTAL, SUM]}}\n"
    cells = ["a@b.de", "x@b.de"]
    assert _seen("  Mail: {to: email}\n", "Mail", cells, tmp_path, more) == [
        "6: No row has 'TOTAL' or 'SUM' in `Mail`."
    ]
    assert _seen("  Mail: {to: email}\n", "Mail", [*cells, " SUM "], tmp_path, more) == []


def test_a_file_that_is_refused_is_evidence_too(tmp_path: Path) -> None:
    loaded = _parsed(SMALL + ORDER)
    (tmp_path / "empty.csv").write_text("")
    (told,) = warnings(loaded, gather(loaded, [[tmp_path / "empty.csv"]]))
    assert told.message.startswith("empty.csv is refused as a whole: The file is empty.")


def test_rows_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    told = "of 3 rows cannot be read"
    why = "Row 3 has 3 cells where the file has 2 headings. If a cell contains a ;, put the cell in quotes."
    mail = "  Mail: {to: email}\n"
    assert _seen(mail, "Mail", ["a@b.de", "x;y", "c@b.de"], tmp_path) == [f" 1 {told}: {why}"]
    assert _seen(mail, "Mail", ["a@b.de", "x;y", '"c'], tmp_path) == [f" 2 {told}, such as: {why}"]


def test_several_files_are_taken_together(tmp_path: Path) -> None:
    loaded = _parsed(f"{SMALL}{ORDER}  Mail: {{to: email}}\n")
    (tmp_path / "one.csv").write_text("Order;Mail\nA;\n")
    (tmp_path / "two.csv").write_text("Order;Mail\nB;x@y.de\n")
    assert len(warnings(loaded, gather(loaded, [[tmp_path / "one.csv"]]))) == 1
    assert warnings(loaded, gather(loaded, [[tmp_path / "one.csv"], [tmp_path / "two.csv"]])) == []
