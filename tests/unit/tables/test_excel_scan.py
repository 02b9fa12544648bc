import zipfile
from pathlib import Path

import pytest

from orderdrop.tables.excel_scan import UNSAVED, column_index, column_letters, suspects

WORKBOOK = (
    '<workbook xmlns:r="x"><sheets><sheet name="A &amp; B" sheetId="1" r:id="rId7"/></sheets></workbook>'
)
RELATIONS = '<Relationships><Relationship Id="rId7" Target="{target}"/></Relationships>'


def scanned(folder: Path, cells: str, target: str = "worksheets/s.xml") -> dict[int, tuple[int, str]] | None:
    path = folder / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(target=target))
        archive.writestr("xl/worksheets/s.xml", f"<sheetData><row>{cells}</row></sheetData>")
    return suspects(str(path), "A & B")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        pytest.param('<c r="B7" t="e"><f>NA()</f><v>#N/A</v></c>', {7: (1, "#N/A")}, id="error"),
        pytest.param('<x:c t="e" r="AA7"><x:v>#REF!</x:v></x:c>', {7: (26, "#REF!")}, id="error-with-prefix"),
        pytest.param("<c r='C2' t='e'><v>#N/A</v></c>", {2: (2, "#N/A")}, id="single-quotes"),
        pytest.param('<c r="B7"><f>1+1</f></c>', {7: (1, UNSAVED)}, id="formula-without-value"),
        pytest.param(
            '<c r="B7" s="3"><f>1+1</f><v></v></c>', {7: (1, UNSAVED)}, id="formula-with-empty-value"
        ),
        pytest.param('<c r="B7"><f t="shared" si="0"/><v/></c>', {7: (1, UNSAVED)}, id="shared-formula"),
        pytest.param('<c r="B7"><f>1+1</f><v>2</v></c>', {}, id="saved-formula"),
        pytest.param('<c r="B7" t="str"><f>A1</f><v></v></c>', {}, id="formula-with-the-empty-text"),
        pytest.param('<c r="B7" s="1"/><c r="C7"><v>1</v></c>', {}, id="blank-cell-before-a-value"),
        pytest.param('<c r="B7" t="inlineStr"><is><t>="e"</t></is></c>', {}, id="text-that-looks-like-it"),
    ],
)
def test_a_value_that_calamine_hides_is_found(
    tmp_path: Path, cell: str, found: dict[int, tuple[int, str]]
) -> None:
    assert scanned(tmp_path, cell) == found


def test_an_absolute_target_is_followed(tmp_path: Path) -> None:
    assert scanned(tmp_path, '<c r="A1" t="e"><v>#N/A</v></c>', "/xl/worksheets/s.xml") == {1: (0, "#N/A")}


def test_a_sheet_whose_part_is_missing_says_so(tmp_path: Path) -> None:
    assert scanned(tmp_path, "", "worksheets/gone.xml") is None


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")]
)
def test_columns_are_lettered_as_a_spreadsheet_does(index: int, letters: str) -> None:
    assert column_letters(index) == letters
    assert column_index(letters) == index
