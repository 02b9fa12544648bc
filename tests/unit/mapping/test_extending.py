"""A mapping on top of another: what is inherited, what is changed, and where every fault stands."""

import shutil
import textwrap
from pathlib import Path

import pytest

from orderdrop.destinations import registry
from orderdrop.errors import MappingError
from orderdrop.mapping import load
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import Column
from orderdrop.wiring import find_shape

BASE = """\
mapping: base
destination: shipup
description: Every shop of the group
file: {delimiter: ";", skip_rows_where: {Type: TOTAL}}
columns:
  Order: {to: merchant_id, required: true}
  Email: {to: email, type: email}
  Qty: {to: line_items.quantity, type: integer, minimum: 1}
  SKU: {to: line_items.merchant_id, required: true}
  Remarks: ignore
on_bad_row: hold_order
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def _load(folder: Path, text: str, name: str = "shop") -> LoadedMapping:
    (folder / f"{name}.yaml").write_text(text)
    return load.load(folder / f"{name}.yaml", find_shape, registry.names())


def _column(loaded: LoadedMapping, heading: str) -> Column:
    return loaded.mapping.mapped()[heading]


def _faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        _load(folder, text)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def test_what_a_file_does_not_say_is_inherited(folder: Path) -> None:
    loaded = _load(folder, "mapping: shop\nextends: base\n")
    assert list(loaded.mapping.columns) == ["Order", "Email", "Qty", "SKU", "Remarks"]
    assert loaded.mapping.file.delimiter == ";"
    assert [Path(base).name for base in loaded.bases] == ["base.yaml"]


def test_a_column_says_only_what_is_different(folder: Path) -> None:
    loaded = _load(folder, "mapping: shop\nextends: base\ncolumns:\n  Qty: {minimum: 0}\n")
    qty = _column(loaded, "Qty")
    assert (qty.minimum, qty.type, qty.to) == (0, "integer", ("line_items.quantity",))


@pytest.mark.parametrize(
    ("change", "headings"),
    [
        pytest.param("Email: ~", ["Order", "Qty", "SKU", "Remarks"], id="null-removes"),
        pytest.param(
            "Phone: {to: phone}",
            ["Order", "Email", "Qty", "SKU", "Remarks", "Phone"],
            id="new-ones-come-after-the-inherited",
        ),
        pytest.param(
            "Remarks: {to: phone}",
            ["Order", "Email", "Qty", "SKU", "Remarks"],
            id="ignored-becomes-mapped",
        ),
    ],
)
def test_columns_are_merged_by_their_headings(folder: Path, change: str, headings: list[str]) -> None:
    loaded = _load(folder, f"mapping: shop\nextends: base\ncolumns:\n  {change}\n")
    assert list(loaded.mapping.columns) == headings


def test_ignore_replaces_a_column(folder: Path) -> None:
    loaded = _load(folder, "mapping: shop\nextends: base\ncolumns:\n  Email: ignore\n")
    assert loaded.mapping.columns["Email"] == "ignore"


def test_tables_are_merged_at_every_depth_and_lists_are_replaced(folder: Path) -> None:
    loaded = _load(
        folder,
        "mapping: shop\nextends: base\nfile: {encoding: cp1252, skip_rows_where: {Kind: [SUM]}}\n"
        "columns:\n  Email: {aliases: [Mail]}\n",
    )
    file = loaded.mapping.file
    assert (file.delimiter, file.encoding) == (";", "cp1252")
    assert file.skip_rows_where == {"Type": ("TOTAL",), "Kind": ("SUM",)}


def test_what_a_file_says_about_itself_is_not_inherited(folder: Path) -> None:
    assert _load(folder, "mapping: shop\nextends: base\n").mapping.description == ""


def test_several_levels_are_put_on_top_of_each_other(folder: Path) -> None:
    (folder / "country.yaml").write_text(
        "mapping: country\nextends: base\nfile: {decimal: ','}\ncolumns:\n  Qty: {minimum: 5, maximum: 9}\n"
    )
    loaded = _load(folder, "mapping: shop\nextends: country\ncolumns:\n  Qty: {minimum: 2}\n")
    qty = _column(loaded, "Qty")
    assert (qty.minimum, qty.maximum, loaded.mapping.file.decimal) == (2, 9, ",")
    assert [Path(base).stem for base in loaded.bases] == ["country", "base"]


def test_a_base_need_not_be_whole_by_itself(folder: Path) -> None:
    (folder / "part.yaml").write_text("mapping: part\ncolumns:\n  Order: {required: true}\n")
    loaded = _load(
        folder,
        "mapping: shop\ndestination: shipup\nextends: part\ncolumns:\n  Order: {to: merchant_id}\n",
    )
    assert _column(loaded, "Order").required


def test_the_digest_covers_the_whole_chain_and_no_comment(folder: Path) -> None:
    text = "mapping: shop\nextends: base\n"
    before = _load(folder, text)
    (folder / "base.yaml").write_text(f"# Of the group.\n{BASE}")
    assert _load(folder, text).digest == before.digest
    (folder / "base.yaml").write_text(BASE.replace("minimum: 1", "minimum: 3"))
    assert _load(folder, text).digest != before.digest


def test_the_text_that_is_kept_says_all_that_was_inherited(folder: Path) -> None:
    loaded = _load(
        folder,
        "mapping: shop\nextends: base\ncolumns:\n  Order: {pattern: '[A-Z]{2}-\\d+\\\"'}\n  'N°: 1, {x}': {to: phone}\n",
    )
    again = load.parse(loaded.text, "pinned", find_shape, registry.names())
    assert again.mapping == loaded.mapping
    assert again.digest == loaded.digest
    assert list(again.mapping.columns) == list(loaded.mapping.columns)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param(
            "mapping: shop\nextends: bsae\n",
            ["shop.yaml:2: there is no mapping `bsae` beside this one; did you mean `base`?"],
            id="missing-base",
        ),
        pytest.param(
            "mapping: shop\nextends: shop\n",
            ["shop.yaml:2: mappings extend each other in a circle: `shop` extends `shop`"],
            id="itself",
        ),
        pytest.param(
            "mapping: shop\nextends: ../base\n",
            [
                "shop.yaml:2: `extends` is '../base'; write the name of one mapping that lies in the same folder"
            ],
            id="a-path",
        ),
        pytest.param(
            "mapping: shop\nextends:\n",
            ["shop.yaml:2: `extends` is empty; write the name of one mapping that lies in the same folder"],
            id="nothing",
        ),
        pytest.param(
            "mapping: shop\nextends: base\ncolumns:\n  Qyt:\n",
            [
                "shop.yaml:4: an empty `Qyt` removes what `base` says of it, which is nothing; did you mean `Qty`?"
            ],
            id="removing-what-is-not-there",
        ),
        pytest.param(
            "mapping: shop\nextends: base\ncolumns:\n  Qty: {minimun: 0}\n",
            ["shop.yaml:4: unknown key `minimun`; did you mean `minimum`?"],
            id="a-fault-of-the-heir",
        ),
        pytest.param(
            "mapping: shop\nextends: base\ncolumns:\n  Qty: {type: text}\n",
            ["shop.yaml:4: `columns.Qty`: minimum and maximum belong to type: integer or type: decimal"],
            id="a-change-that-does-not-go-with-what-is-inherited",
        ),
        pytest.param(
            "mapping: shop\nextends: base\ndestination: shippify\n",
            [
                "base.yaml:6: shippify has no place `merchant_id`; at the top there are",
                "base.yaml:7: shippify has no place `email`",
                "base.yaml:8: shippify has no place `line_items.quantity`",
                "base.yaml:9: shippify has no place `line_items.merchant_id`",
            ],
            id="faults-of-the-base-stand-in-the-base",
        ),
    ],
)
def test_a_fault_is_told_with_the_file_and_the_line_where_it_stands(
    folder: Path, text: str, faults: list[str]
) -> None:
    told = [fault for fault in _faults(folder, text) if "no column goes to" not in fault]
    assert len(told) == len(faults)
    for fault, start in zip(told, faults, strict=True):
        assert fault.startswith(start)


def test_a_circle_of_several_is_told_where_it_closes(folder: Path) -> None:
    (folder / "one.yaml").write_text("mapping: one\nextends: two\n")
    (folder / "two.yaml").write_text("mapping: two\nextends: one\n")
    assert _faults(folder, "mapping: shop\nextends: one\n") == [
        "two.yaml:2: mappings extend each other in a circle: `one` extends `two` extends `one`"
    ]


def test_a_base_that_is_not_yaml_is_told_as_itself(folder: Path) -> None:
    (folder / "base.yaml").write_text("mapping: base\ncolumns: {\n")
    (fault,) = _faults(folder, "mapping: shop\nextends: base\n")
    assert fault.startswith("base.yaml:")


def test_every_line_knows_the_file_that_it_comes_from(folder: Path) -> None:
    loaded = _load(folder, "mapping: shop\nextends: base\ncolumns:\n  Qty: {minimum: 0}\n")

    def where(*at: str) -> tuple[str, int | None]:
        return Path(loaded.document.file_of(at)).name, loaded.document.line(at)

    assert where("columns", "Qty") == ("shop.yaml", 4)
    assert where("columns", "Qty", "type") == ("base.yaml", 8)
    assert where("columns", "Order") == ("base.yaml", 6)
    assert where("mapping") == ("shop.yaml", 1)


def test_the_example_of_the_reference_loads(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs/mapping.md").read_text(encoding="utf-8")
    block = page.partition("    # mappings/acme-belgium.yaml\n")[2].partition("\n\n")[0]
    shutil.copy(root / "mappings/acme-shipments.yaml", tmp_path)
    loaded = _load(tmp_path, textwrap.dedent(block), "acme-belgium")
    assert _column(loaded, "Remarks").to == ("custom_variables.remark",)
    assert "Shop no" not in loaded.mapping.columns
