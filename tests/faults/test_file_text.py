"""Faults of plain files and archives: what a preview, which is the pipeline with nothing sent, says of each."""

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.faults.place import Place
from tests.faults.previewing import COLUMNS, previewed

from orderdrop.reports.receipt import Receipt

HEAD = "Order;Email;SKU;Qty\n"
ROWS = tuple(f"A-{at};anna@example.com;S-{at};{at}\n" for at in range(1, 6))
NAMES = {**COLUMNS, "Name": {"to": "first_name"}}


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Receipt]:
    """A preview of a file's content; its books balance."""

    def looked(content: str | bytes, *, name: str = "drop.csv", **options: Any) -> Receipt:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        receipt = previewed(file, **options)
        rows = dict(receipt["rows"])
        assert rows.pop("read") == sum(rows.values()), rows
        return receipt

    return looked


def orders(receipt: Receipt) -> dict[str, int]:
    """The quantity of each order that would be sent."""
    return {one["merchant_id"]: one["line_items"][0]["quantity"] for one in receipt["payloads"]}


GOOD = {f"A-{at}": at for at in range(1, 6)}


def good(*without: int) -> dict[str, int]:
    return {f"A-{at}": at for at in range(1, 6) if at not in without}


def bad_rows(receipt: Receipt) -> dict[int | None, str]:
    """The code of the problem that blocks each row."""
    return {one["row"]: one["code"] for one in receipt["problems"] if one["severity"] == "error"}


def refusal(receipt: Receipt) -> tuple[str, str]:
    """Code and words of the one problem for which a file is refused as a whole."""
    assert (receipt["status"], receipt["rows"]["read"], receipt["payloads"]) == ("failed", 0, [])
    (problem,) = [one for one in receipt["problems"] if one["severity"] == "error"]
    return problem["code"], problem["message"]


def file(*rows: str, head: str = HEAD) -> str:
    return head + "".join(rows or ROWS)


Look = Callable[..., Receipt]


@pytest.mark.parametrize("marks", [1, 2])
def test_F1_a_byte_order_mark_or_two_are_no_part_of_the_first_heading(look: Look, marks: int) -> None:
    assert orders(look("\ufeff" * marks + file())) == GOOD


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_F2_utf_16_is_read_with_and_without_its_mark(look: Look, encoding: str) -> None:
    assert orders(look(file().encode(encoding))) == GOOD


def names(*texts: str) -> str:
    return "Order;Email;SKU;Qty;Name\n" + "".join(
        f"A-{at};anna@example.com;S-{at};{at};{text}\n" for at, text in enumerate(texts, start=1)
    )


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp850", "mac_roman"])
def test_F3_western_text_is_read_in_whatever_encoding_it_is(look: Look, encoding: str) -> None:
    texts = ("Hélène", "Jörg Müller", "François", "Größe")
    receipt = look(names(*texts).encode(encoding), columns=NAMES)
    assert [one["first_name"] for one in receipt["payloads"]] == list(texts)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp1250", "Dvořák Příbram"), ("cp1251", "Москва Иванов"), ("shift_jis", "東京都渋谷区")],
)
def test_F3_other_text_is_a_question_until_the_mapping_says_what_it_is(
    look: Look, encoding: str, text: str
) -> None:
    content = names(text, text[::-1]).encode(encoding)
    code, message = refusal(look(content, columns=NAMES))
    assert (code, "byte 0x" in message, "encoding:" in message) == ("file_encoding", True, True)
    told = look(content, columns=NAMES, encoding=encoding)
    assert [one["first_name"] for one in told["payloads"]] == [text, text[::-1]]


def test_F3_utf_8_that_is_declared_as_something_else_never_becomes_nonsense(look: Look) -> None:
    code, message = refusal(look(names("Hélène", "Zoë").encode(), columns=NAMES, encoding="cp1252"))
    assert (code, "`encoding: utf-8`" in message) == ("file_encoding", True)


def test_F4_a_row_in_another_encoding_and_a_letter_that_is_cut_cost_their_rows(look: Look) -> None:
    content = names("Hélène", "Zoë", "Noël").encode()
    content += "A-4;anna@example.com;S-4;4;René\n".encode("cp1252") + b"A-5;anna@example.com;S-5;5;Ren\xc3"
    receipt = look(content, columns=NAMES)
    assert orders(receipt) == good(4, 5)
    assert bad_rows(receipt) == {5: "row_encoding", 6: "row_encoding"}
    assert "byte 0xE9" in receipt["problems"][0]["message"]


def test_F5_a_nul_byte_costs_its_row(look: Look) -> None:
    receipt = look(file(*ROWS[:2], "A-3;an\0na@example.com;S-3;3\n", *ROWS[3:]))
    assert (orders(receipt), bad_rows(receipt)) == (good(3), {4: "row_nul"})


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("A-3;anna@example.com;S-3\n", id="short"),
        pytest.param("A-3;anna@example.com;S-3;3;x\n", id="long"),
        pytest.param("A-3;anna;berg@example.com;S-3;\n", id="a-cell-shifted-into-a-blank-one"),
    ],
)
@pytest.mark.parametrize("at", [0, 2], ids=["first", "later"])
def test_F6_a_ragged_row_is_refused_and_never_shifted(look: Look, line: str, at: int) -> None:
    rows = [row for row in ROWS if not row.startswith("A-3")]
    receipt = look(file(*rows[:at], line, *rows[at:]))
    assert (orders(receipt), bad_rows(receipt)) == (good(3), {at + 2: "row_width"})
    (problem,) = receipt["problems"]
    assert "4 headings" in problem["message"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        pytest.param("A-3;anna@example.com;S-9\n", "row_width", id="short"),
        pytest.param("A-3;anna@example.com;S-9; red;3\n", "row_width", id="long"),
        pytest.param('A-3;"anna@example.com;S-9;3\n', "row_quote", id="an-open-quote"),
        pytest.param("A-3;anna\0@example.com;S-9;3\n", "row_nul", id="a-zero-byte"),
    ],
)
@pytest.mark.parametrize("at", [0, 5], ids=["before", "after"])
def test_F6_a_row_that_cannot_be_read_keeps_back_the_rest_of_the_order_it_names(
    look: Look, line: str, code: str, at: int
) -> None:
    receipt = look(file(*ROWS[:at], line, *ROWS[at:]))
    assert (orders(receipt), bad_rows(receipt)) == (good(3), {at + 2: code})
    assert (receipt["rows"]["rejected"], receipt["rows"]["held"], receipt["rows"]["unsent"]) == (1, 1, 4)
    (problem,) = [one for one in receipt["problems"] if one["row"] == at + 2]
    assert problem["order"] == "A-3"


def test_F7_delimiters_at_the_end_of_every_row_are_no_cells(look: Look) -> None:
    assert orders(look(file().replace("\n", ";;\n"))) == GOOD
    assert orders(look(HEAD + "".join(ROWS).replace("\n", ";\n"))) == GOOD


def test_F8_an_open_quote_swallows_no_row(look: Look) -> None:
    receipt = look(file(*ROWS[:2], 'A-3;"anna@example.com;S-3;3\n', *ROWS[3:]))
    assert (orders(receipt), bad_rows(receipt)) == (good(3), {4: "row_quote"})


def test_F8_two_stray_quotes_that_pair_up_merge_no_rows(look: Look) -> None:
    receipt = look(
        file(*ROWS[:1], 'A-2;"anna@example.com;S-2;2\n', *ROWS[2:4], 'A-5;anna@example.com";S-5;5\n')
    )
    assert orders(receipt) == good(2, 5)
    assert bad_rows(receipt) == {3: "row_quote", 6: "not_an_email"}


def test_F8_an_open_quote_is_one_problem_also_where_the_file_is_larger_than_it_is_followed(
    look: Look,
) -> None:
    filler = "x" * 8_000
    rows = "".join(f"B-{at};anna@example.com;S;{at};{filler}\n" for at in range(1, 2_501))  # 20 MB
    receipt = look('Order;Email;SKU;Qty;Filler\nA-1;"anna@example.com;S-1;1;\n' + rows)
    assert bad_rows(receipt) == {2: "row_quote"}
    assert receipt["orders"]["built"] == 2_500


def test_F9_text_behind_a_quote_costs_its_row(look: Look) -> None:
    receipt = look(file(*ROWS[:2], 'A-3;"anna"@example.com;S-3;3\n', *ROWS[3:]))
    assert (orders(receipt), bad_rows(receipt)) == (good(3), {4: "row_quote"})


def test_F9_backslashes_are_escapes_where_they_mend_rows_and_letters_elsewhere(look: Look) -> None:
    escaped = names('"say \\"hi\\"; then go"', '"plain"')
    assert [one["first_name"] for one in look(escaped, columns=NAMES)["payloads"]] == [
        'say "hi"; then go',
        "plain",
    ]
    letters = names("C:\\new\\table", '"D:\\"')
    assert [one["first_name"] for one in look(letters, columns=NAMES)["payloads"]] == [
        "C:\\new\\table",
        "D:\\",
    ]
    told = look(escaped, columns=NAMES, escape="none")
    assert bad_rows(told) == {2: "row_quote"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_F10_a_line_end_inside_a_cell_stays_there_and_rows_keep_their_place(look: Look, end: str) -> None:
    content = names('"Anna\nBerg"', "Bob").replace("\n", end)
    content += f"A-3;anna@example.com;S-3;zero;Carl{end}"
    receipt = look(content, columns=NAMES)
    assert receipt["payloads"][0]["first_name"] == f"Anna{end}Berg"
    assert bad_rows(receipt) == {4: "not_an_integer"}


def test_F11_a_file_whose_rows_are_one_cell_each_is_refused_and_says_why(look: Look) -> None:
    code, message = refusal(look("".join(f'"{line}"\n' for line in file().splitlines())))
    assert code == "file_unreadable"
    assert "one single cell" in message


def test_F12_a_heading_that_stands_twice_is_refused(look: Look) -> None:
    code, message = refusal(look(file(head="Order;Email;SKU;SKU\n")))
    assert (code, '"SKU"' in message) == ("heading_duplicated", True)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("ORDER; e-mail;Sku ;QTY\n".replace("e-mail", "email"), id="case-and-blanks"),
        pytest.param("\u200bOrder;Email\u00ad;SKU;Qty\n", id="invisible"),
        pytest.param("Order;E\uff4dail;SKU;Qty\n", id="full-width"),
    ],
)
def test_F12_a_heading_is_known_in_whatever_guise(look: Look, head: str) -> None:
    assert orders(look(file(head=head))) == GOOD


def test_F12_a_heading_whose_accent_is_apart_is_the_same(look: Look) -> None:
    columns = {**COLUMNS, "Prénom": {"to": "first_name"}}
    content = "Order;Email;SKU;Qty;Pre\u0301nom\nA-1;a@example.com;S;1;Zoë\n"
    assert look(content, columns=columns)["payloads"][0]["first_name"] == "Zoë"


def test_F12_a_blank_heading_is_told_by_its_place(look: Look) -> None:
    receipt = look("Order;Email;;SKU;Qty\nA-1;anna@example.com;x;S-1;1\n")
    assert orders(receipt) == {"A-1": 1}
    assert ["Column 3, which has no heading" in one["message"] for one in receipt["problems"]] == [True]


def test_F13_a_column_that_is_missing_is_one_message(look: Look) -> None:
    code, message = refusal(look("Order;Email;Article;Qty\nA-1;anna@example.com;S-1;1\n"))
    assert (code, '"SKU"' in message) == ("heading_missing", True)


def test_F14_columns_go_by_their_names_and_others_are_told(look: Look) -> None:
    receipt = look(
        "Qty;Colour;SKU;Order;Email\n" + "".join(f"{at};red;S;A-{at};a@example.com\n" for at in range(1, 6))
    )
    assert orders(receipt) == GOOD
    assert [(one["code"], one["severity"], one["value"]) for one in receipt["problems"]] == [
        ("heading_unknown", "warning", "Colour")
    ]


def test_F15_a_file_without_headings_is_refused_until_the_mapping_gives_positions(look: Look) -> None:
    code, message = refusal(look("".join(ROWS)))
    assert (code, "header: false" in message) == ("heading_missing", True)
    columns = {name: {**column, "position": at} for at, (name, column) in enumerate(COLUMNS.items(), start=1)}
    receipt = look("".join(ROWS), columns=columns, header=False)
    assert (orders(receipt), receipt["rows"]["read"]) == (GOOD, 5)


def test_F15_headings_that_come_again_are_passed_over_and_counted(look: Look) -> None:
    receipt = look(file(*ROWS[:2], HEAD, *ROWS[2:4], HEAD, ROWS[4]))
    assert (orders(receipt), receipt["rows"]["ignored"]) == (GOOD, 2)
    assert "2 rows (4, 7) repeat the headings" in receipt["remarks"]


@pytest.mark.parametrize(
    "above",
    [
        pytest.param("Shipments of 1 November\n\n", id="a-title"),
        pytest.param("Warehouse;North\nPrinted;2026-11-01 08:00\nOrders;5\n", id="pairs"),
        pytest.param("Order list;;;\n;;;\n", id="padded"),
        pytest.param("# made by the night job\n", id="comment"),
    ],
)
def test_F15_titles_above_the_headings_are_no_rows(look: Look, above: str) -> None:
    receipt = look(above + file())
    assert (orders(receipt), receipt["rows"]["read"]) == (GOOD, 5)


def test_F15_headings_in_two_lines_are_joined_where_the_mapping_s_own_are_found_so(look: Look) -> None:
    head = "Order;Email;Article;Ordered\n;;number;qty\n"
    columns = {
        "Order": COLUMNS["Order"],
        "Email": COLUMNS["Email"],
        "Article number": COLUMNS["SKU"],
        "Ordered qty": COLUMNS["Qty"],
    }
    assert orders(look(file(head=head), columns=columns)) == GOOD
    assert orders(look(file(head=head), columns=columns, header_rows=2)) == GOOD


def test_F15_a_row_of_totals_is_refused_until_the_mapping_speaks_of_it(look: Look) -> None:
    content = file(*ROWS, "Total;;;15\n")
    receipt = look(content)
    assert (orders(receipt), bad_rows(receipt)) == (GOOD, {7: "row_total"})
    for told in ({"footer_rows": 1}, {"skip_rows_where": {"Order": "Total"}}):
        receipt = look(content, **told)
        assert (orders(receipt), bad_rows(receipt), receipt["rows"]["ignored"]) == (GOOD, {}, 1)


def test_F15_lines_of_comment_are_passed_over_where_that_is_declared(look: Look) -> None:
    content = file(*ROWS[:2], "# checked; until; here;\n", *ROWS[2:])
    receipt = look(content, comment="#")
    assert (orders(receipt), receipt["rows"]["ignored"]) == (GOOD, 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "^", "~", "\x01", "\x1f"])
def test_F16_the_delimiter_is_found(look: Look, delimiter: str) -> None:
    assert orders(look(file().replace(";", delimiter))) == GOOD


def test_F16_a_first_line_that_names_the_delimiter_is_no_row(look: Look) -> None:
    assert orders(look("sep=;\n" + file())) == GOOD


def test_F16_decimal_commas_are_no_delimiters_and_never_points(look: Look) -> None:
    columns = {
        **COLUMNS,
        "Total": {"to": "order_details.total_order_price_incl_tax_amount", "type": "decimal", "decimal": ","},
    }
    content = "Order;Email;SKU;Qty;Total\n" + "".join(
        f"A-{at};a@example.com;S;{at};1{at},50\n" for at in range(1, 6)
    )
    receipt = look(content, columns=columns)
    assert [one["order_details"]["total_order_price_incl_tax_amount"] for one in receipt["payloads"]] == [
        f"1{at}.50" for at in range(1, 6)
    ]  # fmt: skip


def test_F16_a_file_that_can_be_read_in_two_ways_is_a_question_without_the_mapping_s_headings(
    look: Look,
) -> None:
    columns = {"a,b": COLUMNS["Order"], "c,d": {"to": "first_name"}}
    assert [one["merchant_id"] for one in look("a,b;c,d\n1,2;3,4\n", columns=columns)["payloads"]] == ["1,2"]


@pytest.mark.parametrize("end", ["\r", "\r\r\n", "\r\n"])
def test_F17_line_ends_of_any_kind_are_line_ends(look: Look, end: str) -> None:
    assert orders(look(file().replace("\n", end))) == GOOD


def test_F17_mixed_line_ends_and_a_ctrl_z(look: Look) -> None:
    ends = ("\n", "\r\n", "\r", "\r\r\n", "\r\n", "\n")
    lines = file().splitlines()
    assert orders(look("".join(line + end for line, end in zip(lines, ends, strict=True)) + "\x1a")) == GOOD


def test_F18_a_row_that_is_cut_is_refused(look: Look) -> None:
    receipt = look(file()[:-6])
    assert (orders(receipt), bad_rows(receipt)) == (good(5), {6: "row_width"})


def test_F18_a_last_row_that_is_whole_needs_no_line_end(look: Look) -> None:
    assert orders(look(file().rstrip("\n"))) == GOOD


NOT_TABLES = [
    pytest.param(b"%PDF-1.7\n1 0 obj\n", "a PDF document", id="pdf"),
    pytest.param(b"<!doctype html><html><body><table></table></body></html>", "a web page", id="html"),
    pytest.param(b'[{"Order": "A-1", "SKU": "S"}]', "a JSON document", id="json"),
    pytest.param(b'<?xml version="1.0"?><orders><order id="1"/></orders>', "an XML document", id="xml"),
    pytest.param(bytes(range(256)) * 20, "binary data", id="noise"),
    pytest.param(b"7z\xbc\xaf\x27\x1c" + bytes(50), "a 7-Zip archive", id="7z"),
    pytest.param(b"BZh91AY&SY" + bytes(50), "a bzip2 archive", id="bzip2"),
    pytest.param(b"a.csv".ljust(257, b"\0") + b"ustar\0" + bytes(500), "a tar archive", id="tar"),
]


@pytest.mark.parametrize(("content", "name"), NOT_TABLES)
def test_F31_what_is_no_table_is_refused_by_its_real_name(look: Look, content: bytes, name: str) -> None:
    code, message = refusal(look(content))
    assert (code, name in message) == ("file_not_a_table", True)


def packed(**members: str | bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_csv", ".csv").replace("_zip", ".zip"), content)
    return held.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(gzip.compress(file().encode()), id="gzip"),
        pytest.param(packed(orders_csv=file()), id="zip"),
        pytest.param(packed(**{"__MACOSX/._orders.csv": "\0\x05", "orders_csv": file()}), id="zip-of-a-mac"),
        pytest.param(packed(**{"../../../etc/orders.csv": file()}), id="zip-slip"),
    ],
)
def test_F31_F40_an_archive_is_read_whatever_its_name_and_names_in_it_lead_nowhere(
    look: Look, content: bytes, tmp_path: Path
) -> None:
    assert orders(look(content)) == GOOD
    assert not (tmp_path.parent / "etc").exists()


def test_F31_files_of_one_archive_are_read_one_after_the_other(look: Look) -> None:
    receipt = look(
        packed(a_csv=file(*ROWS[:2]), b_csv=file(*ROWS[2:4], "A-9;no email;S;1\n"), c_csv=file(ROWS[4]))
    )
    assert orders(receipt) == GOOD
    assert bad_rows(receipt) == {7: "not_an_email"}
    assert 'Rows 1 to 3 are "a.csv"; 4 to 7 are "b.csv"; 8 to 9 are "c.csv".' in receipt["remarks"]


def test_F31_files_that_do_not_belong_together_are_a_question(look: Look) -> None:
    content = packed(orders_csv=file(), stock_csv="SKU;Stock\nS-1;5\n")
    code, message = refusal(look(content))
    assert (code, '"orders.csv", "stock.csv"' in message, "`member:`" in message) == (
        "file_ambiguous",
        True,
        True,
    )
    assert orders(look(content, member="orders*.csv")) == GOOD
    code, message = refusal(look(content, member="returns*.csv"))
    assert (code, '"orders.csv", "stock.csv"' in message) == ("file_not_a_table", True)


def encrypted() -> bytes:
    """A zip archive whose file is marked as encrypted."""
    content = bytearray(packed(orders_csv=file()))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return bytes(content)


BOMB = gzip.compress(bytes(200_000_000), 9)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        pytest.param(BOMB, "file_too_large", "more than is read", id="gzip-bomb"),
        pytest.param(packed(orders_csv=bytes(200_000_000)), "file_too_large", "would unpack to", id="zip-bomb"),
        pytest.param(packed(**{f"{at}_csv": "x" for at in range(300)}), "file_too_large", "300 files", id="many-files"),
        pytest.param(gzip.compress(gzip.compress(file().encode())), "file_not_a_table", "inside a gzip", id="nested"),
        pytest.param(packed(a_zip=packed(b_csv=file())), "file_not_a_table", "zip archive inside", id="zip-in-zip"),
        pytest.param(gzip.compress(file().encode())[:-9], "file_unreadable", "cut short", id="cut-gzip"),
        pytest.param(packed(orders_csv=file())[:-30], "file_unreadable", "cut short", id="cut-zip"),
        pytest.param(encrypted(), "file_password", "protected with a password", id="encrypted"),
        pytest.param(packed(orders_csv=b"%PDF-1.7"), "file_not_a_table", "a PDF document", id="pdf-in-a-zip"),
        pytest.param(packed(**{"empty/": b""}), "file_empty", "no files", id="empty-zip"),
    ],
)  # fmt: skip
def test_F40_an_archive_that_is_a_bomb_nested_cut_or_locked_is_refused(
    look: Look, content: bytes, code: str, words: str
) -> None:
    found, message = refusal(look(content))
    assert (found, words in message) == (code, True), message


def test_F42_a_file_with_bytes_changed_at_random_gives_one_verdict(look: Look) -> None:
    draw = random.Random(42)
    whole = file(*ROWS * 4).encode()
    for _ in range(40):
        content = bytearray(whole)
        for _ in range(draw.randrange(1, 8)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        receipt = look(bytes(content))
        assert receipt["status"] == "failed" or receipt["rows"]["read"] > 0
        assert all(one["message"] for one in receipt["problems"])


@pytest.mark.parametrize("content", [HEAD, HEAD.strip(), HEAD + "\n;;;\n"])
def test_F43_headings_without_rows_are_said_to_be_so(look: Look, content: str) -> None:
    assert refusal(look(content))[0] == "file_no_rows"


TRAILER = {"trailer": {"where": {1: "TRL"}, "rows": 2}}


@pytest.mark.parametrize("said", ["5", "00005", "5 rows"])
def test_F44_a_control_total_that_is_right_is_passed_over(look: Look, said: str) -> None:
    receipt = look(file(*ROWS, f"TRL;{said}\n"), **TRAILER)
    assert (orders(receipt), receipt["rows"]["ignored"]) == (GOOD, 1)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param((*ROWS[:4], "TRL;5\n"), "counts 5 rows, but the file has 4", id="a-row-is-missing"),
        pytest.param((*ROWS, ROWS[4], "TRL;5\n"), "counts 5 rows, but the file has 6", id="a-row-too-many"),
        pytest.param(ROWS, "no trailer row", id="cut-before-the-trailer"),
        pytest.param((*ROWS, "TRL;many\n"), 'says "many"', id="no-number"),
    ],
)
def test_F44_a_control_total_that_is_wrong_or_missing_refuses_the_file(
    look: Look, rows: tuple[str, ...], words: str
) -> None:
    code, message = refusal(look(file(*rows), **TRAILER))
    assert (code, words in message) == ("file_incomplete", True), message


def test_F18_a_last_row_that_has_no_line_end_where_the_feed_s_files_have_one_is_told(place: Place) -> None:
    """Cut in the middle of its last cell it looks whole: nobody can tell 1 from the front of 12."""
    place.drop("monday.csv", 1, 2)
    place.poll()
    (place.inbox / "tuesday.csv").write_text(place.text(3, place.row(4, quantity="12"))[:-2])
    (receipt,) = place.poll()
    (told,) = [one for one in receipt["problems"] if one["code"] == "file_changed"]
    assert "the last row had a line end and has none, so it may be cut" in told["message"]


def test_F16_a_feed_whose_files_are_written_otherwise_overnight_is_reported(place: Place) -> None:
    """The mapping of the place declares its delimiter; what is detected may change."""
    place.drop("monday.csv", 1, 2)
    (first,) = place.poll()
    text = place.text(3, 4).replace("anna@", "ann\u00e9@").replace("ann\u00e9@", "anna@")
    (place.inbox / "tuesday.csv").write_bytes(("Night export\n" + text).encode("utf-16"))
    (second,) = place.poll()
    assert [one["code"] for one in first["problems"]] == []
    (told,) = [one for one in second["problems"] if one["code"] == "file_changed"]
    assert told["severity"] == "warning"
    assert "the encoding was UTF-8 and is UTF-16; the row of the headings was 1 and is 2" in told["message"]
    assert "monday.csv" in told["message"]
    assert second["orders"]["accepted"] == 2
    assert "changed" in [event.step.value for event in place.told]
