import zipfile
from pathlib import Path

import pytest

from orderdrop.tables.excel_marks import Kind, Marks, column_index, column_letters
from orderdrop.tables.excel_scan import scan

WORKBOOK = (
    '<workbook xmlns:r="x"><sheets><sheet name="A &amp; B" sheetId="1" r:id="rId7"/></sheets></workbook>'
)
RELATIONS = '<Relationships><Relationship Id="rId7" Target="{target}"/></Relationships>'
STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;A-&quot;000"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="164"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"><alignment/></xf></cellXfs></styleSheet>'
)


def scanned(folder: Path, sheet: str, target: str = "worksheets/s.xml") -> Marks | None:
    path = folder / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(target=target))
        archive.writestr("xl/styles.xml", STYLES)
        archive.writestr("xl/worksheets/s.xml", sheet)
    return scan(str(path), "A & B")


def of_cells(folder: Path, cells: str) -> Marks:
    marks = scanned(folder, f"<sheetData><row>{cells}</row></sheetData>")
    assert marks is not None
    return marks


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        pytest.param(
            '<c r="B7" t="e"><f>NA()</f><v>#N/A</v></c>', {7: {1: (Kind.ERROR, "#N/A")}}, id="error"
        ),
        pytest.param(
            '<x:c t="e" r="AA7"><x:v>#REF!</x:v></x:c>',
            {7: {26: (Kind.ERROR, "#REF!")}},
            id="error-with-prefix",
        ),
        pytest.param("<c r='C2' t='e'><v>#N/A</v></c>", {2: {2: (Kind.ERROR, "#N/A")}}, id="single-quotes"),
        pytest.param('<c r="B7"><f>1+1</f></c>', {7: {1: (Kind.FORMULA, "")}}, id="formula-without-value"),
        pytest.param(
            '<c r="B7" s="3"><f>1+1</f><v></v></c>',
            {7: {1: (Kind.FORMULA, "")}},
            id="formula-with-empty-value",
        ),
        pytest.param(
            '<c r="B7"><f t="shared" si="0"/><v/></c>', {7: {1: (Kind.FORMULA, "")}}, id="shared-formula"
        ),
        pytest.param(
            '<c r="A7" t="e"><v>#N/A</v></c><c r="B7" t="e"><v>#REF!</v></c>',
            {7: {0: (Kind.ERROR, "#N/A"), 1: (Kind.ERROR, "#REF!")}},
            id="two-in-a-row",
        ),
        pytest.param('<c r="B7"><f>1+1</f><v>2</v></c>', {}, id="saved-formula"),
        pytest.param('<c r="B7" t="str"><f>A1</f><v></v></c>', {}, id="formula-with-the-empty-text"),
        pytest.param('<c r="B7" s="1"/><c r="C7"><v>1</v></c>', {}, id="blank-cell-before-a-value"),
        pytest.param('<c r="B7" t="inlineStr"><is><t>="e"</t></is></c>', {}, id="text-that-looks-like-it"),
    ],
)
def test_a_value_that_calamine_hides_is_found(
    tmp_path: Path, cell: str, found: dict[int, dict[int, tuple[Kind, str]]]
) -> None:
    assert of_cells(tmp_path, cell).suspects == found


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param('<c t="e"><v>#N/A</v></c>', id="error"),
        pytest.param("<c><f>1+1</f></c>", id="formula-without-value"),
    ],
)
def test_what_has_no_place_is_counted(tmp_path: Path, cell: str) -> None:
    marks = of_cells(tmp_path, cell)
    assert (marks.unplaced, marks.suspects) == (1, {})


def test_numbers_with_a_form_of_their_own_are_found_by_their_style(tmp_path: Path) -> None:
    marks = of_cells(
        tmp_path, '<c r="A7" s="1"><v>5</v></c><c r="B7" s="0"><v>5</v></c><c r="C7"><v>5</v></c>'
    )
    assert marks.shown == {0: {7: (("", "A-\0\0\0"),)}}


def test_hidden_rows_and_columns_are_found(tmp_path: Path) -> None:
    marks = scanned(
        tmp_path,
        '<cols><col min="2" max="3" hidden="1" width="0"/><col min="5" max="5" width="9"/></cols><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><v>2</v></c></row>'
        '<row r="3" hidden="0"><c r="A3"><v>3</v></c></row></sheetData>',
    )
    assert marks is not None
    assert (marks.hidden_rows, marks.hidden_columns) == ({2}, {1, 2})


def test_an_absolute_target_is_followed(tmp_path: Path) -> None:
    marks = scanned(tmp_path, '<c r="A1" t="e"><v>#N/A</v></c>', "/xl/worksheets/s.xml")
    assert marks is not None
    assert marks.suspects == {1: {0: (Kind.ERROR, "#N/A")}}


def test_a_sheet_whose_part_is_missing_says_so(tmp_path: Path) -> None:
    assert scanned(tmp_path, "", "worksheets/gone.xml") is None


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")]
)
def test_columns_are_lettered_as_a_spreadsheet_does(index: int, letters: str) -> None:
    assert column_letters(index) == letters
    assert column_index(letters) == index


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param('<c r="A7" s="1"><v>5</v></c>', id="usual"),
        pytest.param('<c r="A7" s="1" t="n"><v>5</v></c>', id="with-a-type"),
        pytest.param('<c s="1" r="A7"><v>5</v></c>', id="style-first"),
        pytest.param("<c r='A7' s='1'><v>5</v></c>", id="single-quotes"),
        pytest.param('<x:c r="A7" s="1"><x:v>5</x:v></x:c>', id="with-prefix"),
        pytest.param('<c r="A7"  s="1"><v>5</v></c><c r="B7" s="1"/>', id="two-spaces-and-a-blank-cell"),
    ],
)
def test_a_styled_cell_is_found_however_it_is_written(tmp_path: Path, cell: str) -> None:
    marks = of_cells(tmp_path, cell)
    assert marks.shown == {0: {7: (("", "A-\0\0\0"),)}}
    assert marks.blind_to == frozenset()


def test_a_styled_cell_without_a_place_is_told(tmp_path: Path) -> None:
    marks = of_cells(tmp_path, '<c s="1"><v>5</v></c>')
    assert marks.shown == {}
    assert marks.blind_to == {"how its numbers are shown"}
