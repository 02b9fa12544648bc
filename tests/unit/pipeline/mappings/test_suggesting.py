"""Mappings suggested for real layouts: what they get right, that they load, and that a preview runs with them.

The exports and their keys are in tests/data/exports; `python -m benchmarks suggest` prints the scores by layout.
"""

from pathlib import Path
from random import Random
from typing import cast

import pytest
from benchmarks import suggesting

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.shape import Leaf, Shape, Wire
from orderdrop.destinations import registry
from orderdrop.destinations.base import Destination
from orderdrop.mapping import load
from orderdrop.mapping.model import FileOptions
from orderdrop.mapping.suggest.guide import named
from orderdrop.mapping.suggest.meanings import meanings
from orderdrop.mapping.suggest.suggestion import HIGH, Suggestion
from orderdrop.mapping.suggest.write import as_yaml
from orderdrop.pipeline.mappings.suggesting import (
    BLOCK_ROWS,
    FIRST_ROWS,
    earlier_mappings,
    guide_of,
    suggest_mapping,
)
from orderdrop.pipeline.preview import preview

PAIRS = [(layout, destination) for layout in suggesting.layouts() for destination in suggesting.DESTINATIONS]


def suggested(
    file: Path, destination: str = "shipup", name: str = "drop", folder: Path | None = None
) -> Suggestion:
    earlier = earlier_mappings(
        folder or Path("nowhere"),
        lambda path: load.load(path, wiring.find_shape, registry.names()),
        registry.find,
    )
    encoding = suggesting.ENCODINGS.get(file.stem)
    return suggest_mapping(file, registry.find(destination), earlier, name, FileOptions(encoding=encoding))


def test_at_least_95_percent_of_the_columns_that_a_person_maps_are_mapped_right() -> None:
    scores = [suggesting.scored(layout, destination) for layout, destination in PAIRS]
    assert len(suggesting.layouts()) >= 12
    for one in scores:
        assert one.right >= 0.9 * one.wanted, one
        assert not one.wrong_at_high, one
    assert sum(one.right for one in scores) >= 0.95 * sum(one.wanted for one in scores)


@pytest.mark.parametrize("layout", suggesting.layouts())
def test_every_heading_of_a_key_is_in_its_export(layout: str) -> None:
    found = suggested(suggesting.export(layout))
    for destination in suggesting.DESTINATIONS:
        assert set(suggesting.answers(layout, destination)) <= {line.heading for line in found.lines}


@pytest.mark.parametrize(("layout", "destination"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_a_suggestion_is_a_mapping_that_loads_and_names_every_column(layout: str, destination: str) -> None:
    found = suggested(suggesting.export(layout), destination, layout)
    loaded = load.parse(as_yaml(found), f"{layout}.yaml", wiring.find_shape, registry.names())
    assert set(loaded.mapping.columns) == {line.heading for line in found.lines}


@pytest.mark.parametrize(
    ("layout", "destination", "orders", "constants"),
    [
        pytest.param("shopify-orders", "shipup", 8, "", id="shopify-to-shipup"),
        pytest.param("prestashop-commandes", "shipup", 7, "", id="prestashop-to-shipup"),
        pytest.param("sap-deliveries", "shipup", 7, "", id="sap-to-shipup"),
        pytest.param("spedizioni", "shipup", 7, "", id="italian-list-to-shipup"),
        pytest.param("jtl-auftraege", "parcellab", 8, "{account: 1617}", id="jtl-to-parcellab"),
        pytest.param("magazijn-verzendlijst", "parcellab", 8, "{account: 1617}", id="dutch-list-to-parcellab"),
        pytest.param(
            "shippify-entregas", "shippify", 7,
            '{pickup.location.warehouse: 7, pickup.contact.name: Loja, pickup.contact.phonenumber: "+551130000000"}',
            id="deliveries-to-shippify",
        ),
    ],
)  # fmt: skip
def test_a_preview_with_the_suggestion_builds_every_order(
    layout: str, destination: str, orders: int, constants: str, tmp_path: Path
) -> None:
    text = as_yaml(suggested(suggesting.export(layout), destination, "drop"))
    if constants:
        text = text.replace("on_bad_row:", f"constants: {constants}\non_bad_row:")
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "drop.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "orderdrop.yaml").write_text("accounts: {}\n")
    parts = wiring.build(setup.load(None, {}, tmp_path), ledger=wiring.scratch_ledger(), random=Random(7))
    shown = preview(parts, suggesting.export(layout), "drop", accepted_by=None)
    assert shown["orders"]["built"] == orders
    assert shown["rows"]["rejected"] == 0
    assert len(shown["payloads"]) == orders


def test_a_corrected_mapping_teaches_the_next_suggestion_and_an_unchanged_one_does_not(
    tmp_path: Path,
) -> None:
    drop = tmp_path / "drop.csv"
    drop.write_text("Order number,Bay,SKU,Qty\nA-1,Lyon,x-1,1\nA-1,Lyon,y-2,2\nA-2,Nice,x-1,1\n")
    first = as_yaml(suggested(drop))
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "drop.yaml").write_text(first)
    assert as_yaml(suggested(drop, folder=folder)) == first

    corrected = first.replace("ignore  # ?", "{to: shipping_address.city}", 1)
    assert corrected != first
    (folder / "drop.yaml").write_text(corrected)
    again = {line.heading: line for line in suggested(drop, folder=folder).lines}
    assert again["Bay"].places == ("shipping_address.city",)
    assert again["Bay"].why == "as in drop"

    (folder / "drop.yaml").write_text("mapping: drop\ncolumns: [\n")
    assert as_yaml(suggested(drop, folder=folder)) == first


def test_a_long_file_is_looked_at_in_parts(tmp_path: Path) -> None:
    drop = tmp_path / "drop.csv"
    rows = [f"A-{n // 2},x-{n % 7},{1 + n % 4}" for n in range(45_000)]
    drop.write_text("\n".join(["Order number,SKU,Quantity", *rows, ""]))
    found = suggested(drop)
    assert found.looked_at == (
        f"{FIRST_ROWS + 2 * BLOCK_ROWS:,} rows, the first ones and some from all over the file"
    )
    assert next(line.places for line in found.lines) == ("merchant_id", "order_number")
    assert all((line.sure or 0) >= HIGH for line in found.lines)


def test_a_file_without_headings_is_asked_about_column_by_column(tmp_path: Path) -> None:
    drop = tmp_path / "drop.csv"
    drop.write_text("A-1,ann@example.com,Lyon,3\nA-2,bob@example.com,Nice,4\nA-3,cy@example.com,Lille,5\n")
    found = suggest_mapping(drop, registry.find("shipup"), (), "drop", FileOptions(header=False))
    loaded = load.parse(as_yaml(found), "drop.yaml", wiring.find_shape, registry.names())
    assert loaded.mapping.file.header is False
    assert next(line for line in found.lines if line.places == ("email",)).heading == "2"


class Vans:
    """A destination that a package brings; it knows nothing of suggestions."""

    name = "vans"
    shape = Shape(
        destination="vans",
        key="job",
        leaves={
            place: Leaf(place=place, wire=Wire.TEXT)
            for place in ("job", "recipient.email", "recipient.postcode", "recipient.city")
        },
    )


def test_a_destination_without_a_guide_gets_a_suggestion_from_its_names(tmp_path: Path) -> None:
    drop = tmp_path / "drop.csv"
    drop.write_text("Auftrag;E-Mail;PLZ;Ort\nA-1;a@example.com;50674;Köln\nA-2;b@example.com;04109;Leipzig\n")
    found = suggest_mapping(drop, cast("Destination", Vans()), (), "drop")
    assert {line.heading: line.places for line in found.lines} == {
        "Auftrag": ("job",),
        "E-Mail": ("recipient.email",),
        "PLZ": ("recipient.postcode",),
        "Ort": ("recipient.city",),
    }


@pytest.mark.parametrize("destination", suggesting.DESTINATIONS)
def test_a_guide_speaks_of_places_and_meanings_that_there_are(destination: str) -> None:
    found = registry.find(destination)
    guide = guide_of(found)
    for place, entries in guide.fills.items():
        assert found.shape.leaf(place) is not None, place
        for entry in entries:
            assert {*named(entry), *([entry[1:]] if entry.startswith("!") else [])} <= set(meanings()), entry
    for place in (*guide.needs, *guide.blanks, *guide.codes, *guide.instead):
        assert found.shape.leaf(place) is not None, place
