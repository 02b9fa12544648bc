"""A mapping on somebody's desk: suggested, changed, tried and saved."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.errors import FileRefused, UsageError
from orderdrop.mapping.suggest.choose import choice_of
from orderdrop.pipeline.mappings.checking import check, try_on_file
from orderdrop.pipeline.mappings.mapping_drafts import MappingDraft, MappingDrafts
from orderdrop.pipeline.mappings.mapping_folder import MappingFolder, Saved
from orderdrop.pipeline.parts import Parts

SHEET = "Order no;SKU;Pieces;Ordered\nA-1;S-1;2;03/04/2026\nA-1;S-2;1;03/04/2026\nA-2;S-1;x;05/06/2026\n"


@dataclass
class Desk:
    """Somebody's desk over a folder of mappings."""

    parts: Parts
    folder: MappingFolder
    drafts: MappingDrafts

    def suggested(self, content: str = SHEET, name: str = "spring orders.csv") -> MappingDraft:
        draft_id, place = self.drafts.place()
        place.write_text(content)
        return self.drafts.suggest(draft_id, "ada", source=name, destination="shipup")

    def again(self, draft: MappingDraft) -> MappingDraft:
        found = self.drafts.find(draft.id)
        assert found is not None
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "mappings").mkdir()
    settings = setup.load(None, {}, tmp_path)
    parts = wiring.build(settings, ledger=wiring.scratch_ledger(), random=Random(7))
    folder = wiring.mapping_folder(settings)
    yield Desk(parts=parts, folder=folder, drafts=MappingDrafts(parts, folder, tmp_path / "desk"))
    parts.close()


def test_a_suggestion_is_kept_with_its_samples_and_what_it_asks(desk: Desk) -> None:
    draft = desk.again(desk.suggested())
    assert draft.suggestion is not None
    assert draft.suggestion.name == "spring-orders"
    lines = {line.heading: line for line in draft.suggestion.lines}
    assert lines["Pieces"].samples == ("2", "1", "x")
    assert lines["Ordered"].asked is not None
    assert "mapping: spring-orders" in draft.text


def test_a_corrected_column_and_an_answered_question_stand_in_the_text(desk: Desk) -> None:
    draft = desk.suggested()
    assert draft.suggestion is not None
    lines = {line.heading: line for line in draft.suggestion.lines}
    choices = {
        "SKU": replace(choice_of(lines["SKU"]), places=("line_items.sku", "line_items.merchant_id")),
        "Ordered": replace(choice_of(lines["Ordered"]), reading=0),
    }  # fmt: skip
    chosen = desk.again(desk.drafts.choose(draft, choices))
    loaded = check(desk.folder, chosen.text, None).loaded
    assert loaded is not None
    columns = loaded.mapping.mapped()
    assert columns["SKU"].to == ("line_items.sku", "line_items.merchant_id")
    assert columns["SKU"].required
    assert columns["Ordered"].format == ("%d/%m/%Y",)
    assert not chosen.by_hand


def test_a_mapping_that_was_corrected_and_saved_teaches_the_next_suggestion(desk: Desk) -> None:
    draft = desk.suggested(SHEET.replace("Pieces", "Zzz"))
    assert draft.suggestion is not None
    line = next(one for one in draft.suggestion.lines if one.heading == "Zzz")
    chosen = desk.drafts.choose(
        draft, {"Zzz": replace(choice_of(line), places=("line_items.quantity",), type="integer")}
    )
    saved = desk.drafts.save(chosen)
    assert isinstance(saved, Saved)
    assert desk.drafts.find(chosen.id) is None
    again = desk.suggested(SHEET.replace("Pieces", "Zzz"))
    assert again.suggestion is not None
    assert again.suggestion.name == "spring-orders-2"
    learned = next(one for one in again.suggestion.lines if one.heading == "Zzz")
    assert learned.why == "as in spring-orders"
    assert learned.places == ("line_items.quantity",)


def test_what_was_begun_is_gone_on_with_and_what_was_not_changed_begins_anew(desk: Desk) -> None:
    desk.drafts.save(desk.suggested())
    one = desk.drafts.edit("spring-orders", "ada")
    assert desk.drafts.edit("spring-orders", "ada").id != one.id
    two = desk.drafts.write(desk.drafts.of("ada")[0], f"{one.text}# mine")
    assert desk.drafts.edit("spring-orders", "ada") == two
    assert desk.drafts.edit("spring-orders", "bob").text == one.text
    assert [draft.id for draft in desk.drafts.of("ada")] == [two.id]


def test_an_older_version_is_taken_onto_the_desk_again(desk: Desk) -> None:
    saved = desk.drafts.save(desk.suggested())
    assert isinstance(saved, Saved)
    older = desk.parts.ledger.mapping_text(saved.digest)
    draft = desk.drafts.edit("spring-orders", "ada", text=f"{older}# older")
    assert draft.changed
    with pytest.raises(UsageError, match="no mapping nothing"):
        desk.drafts.edit("nothing", "ada")


def test_line_ends_of_a_browser_are_not_those_of_the_file(desk: Desk) -> None:
    draft = desk.drafts.write(desk.suggested(), "mapping: a\r\ndestination: shipup")
    assert draft.text == "mapping: a\ndestination: shipup\n"


def test_a_file_shows_its_bad_cells_its_orders_and_what_it_says_against_the_mapping(desk: Desk) -> None:
    draft = desk.suggested()
    text = draft.text.replace("  Ordered:", "  Orderd:")
    loaded = check(desk.folder, text, None).loaded
    assert loaded is not None
    tried = try_on_file(desk.parts, loaded, desk.drafts.file(draft), "spring.csv", cells_shown=4)
    assert [(row.number, list(row.by_cell)) for row in tried.seen.rows] == [(4, ["Pieces"])]
    assert len(tried.seen.orders) == 1
    assert any("Did you mean `Ordered`?" in one.message for one in tried.warnings)
    assert not list((desk.parts.workdir / "drops").iterdir())


def test_a_draft_that_nobody_touched_for_weeks_goes(desk: Desk, tmp_path: Path) -> None:
    draft = desk.suggested()
    later = replace(desk.parts, clock=lambda: draft.created_at + timedelta(days=15))
    assert MappingDrafts(later, desk.folder, tmp_path / "desk").of("ada") == []
    assert desk.drafts.find(draft.id) is None


@pytest.mark.parametrize("draft_id", ["..", "../x", "", ".", "a/b"])
def test_no_id_leads_out_of_the_folder_of_drafts(draft_id: str, desk: Desk) -> None:
    assert desk.drafts.find(draft_id) is None


def test_a_file_that_is_no_table_is_refused(desk: Desk) -> None:
    with pytest.raises(FileRefused):
        desk.suggested("<?php echo 1;")
