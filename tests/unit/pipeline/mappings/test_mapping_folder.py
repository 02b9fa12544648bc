"""Saving a mapping: whole or not at all, over what one started from only, and with the replaced version kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.errors import MappingError, UsageError
from orderdrop.pipeline.mappings.mapping_folder import (
    CannotWrite,
    ChangedMeanwhile,
    MappingFolder,
    Saved,
    save,
)
from orderdrop.pipeline.parts import Parts

BASE = """\
# the sheet that Ada set up
mapping: small
destination: shipup
columns:
  Order: {to: merchant_id, required: true}  # never changes
  SKU: {to: line_items.merchant_id, required: true}
"""
WITH_QUANTITY = f"{BASE}  Qty: {{to: line_items.quantity, type: integer}}\n"
HEIR = "mapping: heir\nextends: small\ncolumns:\n  SKU:\n  Article: {to: line_items.merchant_id}\n"


@dataclass
class Office:
    """A folder of mappings and a ledger."""

    parts: Parts
    folder: MappingFolder

    def save(
        self, text: str, name: str | None = "small", based_on: str | None = BASE
    ) -> Saved | ChangedMeanwhile | CannotWrite:
        return save(self.parts, self.folder, text, name=name, based_on=based_on)

    def there(self, name: str = "small") -> str:
        return (self.folder.folder / f"{name}.yaml").read_text(encoding="utf-8")

    def put(self, text: str, name: str = "small") -> None:
        (self.folder.folder / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "mappings").mkdir()
    settings = setup.load(None, {}, tmp_path)
    parts = wiring.build(settings, ledger=wiring.scratch_ledger(), random=Random(7))
    one = Office(parts=parts, folder=wiring.mapping_folder(settings))
    one.put(BASE)
    yield one
    parts.close()


def test_a_new_version_stands_in_the_folder_as_it_was_written_comments_and_all(office: Office) -> None:
    saved = office.save(WITH_QUANTITY)
    assert isinstance(saved, Saved)
    assert office.there() == WITH_QUANTITY
    assert [path.name for path in office.folder.folder.iterdir()] == ["small.yaml"]
    assert saved.digest == office.parts.mapping("small").digest


def test_the_replaced_version_and_the_new_one_are_in_the_ledger(office: Office) -> None:
    saved = office.save(WITH_QUANTITY)
    assert isinstance(saved, Saved)
    assert saved.before is not None
    assert office.parts.ledger.mapping_text(saved.before) == BASE
    assert office.parts.ledger.mapping_text(saved.digest) == WITH_QUANTITY


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_but_shown(office: Office) -> None:
    office.put(WITH_QUANTITY)
    mine = BASE.replace("columns:", "on_bad_row: send_rest\ncolumns:")
    found = office.save(mine)
    assert isinstance(found, ChangedMeanwhile)
    assert [change.words for change in found.changes] == [
        "column `Qty` added to line_items.quantity (type: integer)"
    ]
    assert office.there() == WITH_QUANTITY
    assert isinstance(office.save(mine, based_on=found.text), Saved)


def test_a_mapping_that_was_removed_meanwhile_is_told_and_can_be_written_anew(office: Office) -> None:
    (office.folder.folder / "small.yaml").unlink()
    found = office.save(WITH_QUANTITY)
    assert isinstance(found, ChangedMeanwhile)
    assert found.text is None
    assert isinstance(office.save(WITH_QUANTITY, name="small", based_on=None), Saved)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(BASE.replace("merchant_id", "merchant_ido", 1), "did you mean `merchant_id`", id="no-such-place"),
        pytest.param(BASE.replace("mapping: small", "mapping: large"), "make them equal", id="another-name"),
        pytest.param("mapping: [", "is not YAML here", id="no-yaml"),
        pytest.param("", "holds no keys", id="nothing"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_used_changes_nothing(text: str, said: str, office: Office) -> None:
    with pytest.raises(MappingError, match=said):
        office.save(text)
    assert office.there() == BASE


@pytest.mark.parametrize(
    "name",
    ["../outside", "a/b", "/etc/x", "..", "Aä", ".hidden", "x.yaml", ""],
)
def test_no_name_leads_out_of_the_folder(name: str, office: Office) -> None:
    with pytest.raises(MappingError):
        office.save(BASE.replace("mapping: small", f'mapping: "{name}"'), name=None, based_on=None)
    assert office.folder.text(name) is None
    assert office.folder.place("small").parent == office.folder.folder


def test_a_new_mapping_does_not_take_the_name_of_another(office: Office) -> None:
    with pytest.raises(UsageError, match=r"There is a file small\.yaml already"):
        office.save(WITH_QUANTITY, name=None, based_on=None)
    new = BASE.replace("mapping: small", "mapping: large")
    assert office.save(new, name=None, based_on=None) == Saved(
        name="large", digest=office.parts.mapping("large").digest, before=None
    )
    assert office.there("large") == new


def test_what_is_no_mapping_is_neither_shown_nor_overwritten(office: Office) -> None:
    office.put("ledger: postgresql://me:secret@db/orders\nmappings: .\n", "orderdrop")
    assert office.folder.names() == ["small"]
    assert office.folder.text("orderdrop") is None
    with pytest.raises(UsageError, match=r"There is a file orderdrop\.yaml already"):
        office.save(BASE.replace("mapping: small", "mapping: orderdrop"), name=None, based_on=None)
    assert office.there("orderdrop").startswith("ledger:")


def test_a_folder_that_takes_no_files_is_told_and_nothing_is_left_behind(office: Office) -> None:
    gone = office.folder.folder.rename(office.folder.folder.with_name("elsewhere"))
    office.folder.folder.write_text("a file where the folder was")
    found = office.save(BASE, name=None, based_on=None)
    assert isinstance(found, CannotWrite)
    assert found.why == "Not a directory"
    assert [path.name for path in gone.iterdir()] == ["small.yaml"]


def test_a_version_that_breaks_a_mapping_which_extends_it_is_not_saved(office: Office) -> None:
    office.put(HEIR, "heir")
    assert isinstance(office.save(WITH_QUANTITY), Saved)
    with pytest.raises(MappingError, match="`heir`, which extends this mapping, could not be used any more"):
        office.save(WITH_QUANTITY.replace("  SKU:", "  Art:"), based_on=WITH_QUANTITY)
    assert office.there() == WITH_QUANTITY


def test_a_mapping_with_faults_can_be_mended(office: Office) -> None:
    broken = BASE.replace("required", "requird")
    office.put(broken)
    saved = office.save(BASE, based_on=broken)
    assert isinstance(saved, Saved)
    assert office.parts.ledger.mapping_text(saved.before or "") == broken


def test_a_link_stays_a_link_and_a_file_keeps_its_rights(office: Office, tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    real.write_text(BASE)
    real.chmod(0o640)
    (office.folder.folder / "small.yaml").unlink()
    (office.folder.folder / "small.yaml").symlink_to(real)
    assert isinstance(office.save(WITH_QUANTITY), Saved)
    assert (office.folder.folder / "small.yaml").is_symlink()
    assert real.read_text() == WITH_QUANTITY
    assert real.stat().st_mode & 0o777 == 0o640
