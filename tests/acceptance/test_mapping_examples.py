"""`orderdrop mapping test`: a mapping's own examples, run, compared and accepted."""

import json
from pathlib import Path

import pytest
from tests.acceptance.site import MAPPING, Site

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tested(site: Site) -> Site:
    """A site whose mapping has one example: two good orders and a bad row."""
    site.file("night.csv", [*site.rows([1, 2]), *site.rows([3], quantity="two")])
    begun = site.run("mapping", "test", "small", "--accept", "--drop", "night.csv")
    assert begun.code == 0, begun.err
    return site


def test_the_first_example_is_made_of_a_senders_file(tested: Site) -> None:
    folder = tested.folder / "small.examples/night"
    assert sorted(path.name for path in folder.iterdir()) == ["night.csv", "orders.json", "rejects.csv"]
    assert [order["merchant_id"] for order in json.loads((folder / "orders.json").read_text())] == [
        tested.key(1),
        tested.key(2),
    ]
    passed = tested.run("mapping", "test", "small")
    assert (passed.code, passed.out.splitlines()[-1]) == (0, "As expected.")


def test_a_mapping_without_examples_says_how_to_make_the_first(site: Site) -> None:
    shown = site.run("mapping", "test", "small")
    assert shown.code == 2
    assert "orderdrop mapping test small --accept --drop FILE" in shown.err
    site.file("night.csv", site.rows([1]))
    unaccepted = site.run("mapping", "test", "small", "--drop", "night.csv")
    assert unaccepted.code == 2
    assert "orderdrop mapping test small --accept --drop night.csv" in unaccepted.err


def test_what_is_not_as_expected_is_told_by_order_and_field_and_by_row_and_cell(tested: Site) -> None:
    changed = MAPPING.replace("{to: line_items.name}", "{to: line_items.name, values: {Tea: Green tea}}")
    (tested.folder / "small.yaml").write_text(changed)
    shown = tested.run("mapping", "test", "small")
    assert shown.code == 1
    assert f"    order {tested.key(1)}\n" in shown.out
    assert '      line_items[A].name: "Tea" -> "Green tea"\n' in shown.out
    assert shown.out.splitlines()[-1] == (
        "1 of 1 not as expected. If it is meant: orderdrop mapping test small --accept"
    )
    told = tested.run("mapping", "test", "small", "--json").json
    assert (told["passed"], told["examples"][0]["passed"]) == (False, False)
    assert told["examples"][0]["differences"][0] == {
        "kind": "order",
        "name": tested.key(1),
        "place": "line_items[A].name",
        "expected": "Tea",
        "became": "Green tea",
    }


def test_rows_that_go_back_now_are_told_with_the_reason(tested: Site) -> None:
    (tested.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 2"))
    shown = tested.run("mapping", "test", "small")
    assert f"    orders {tested.key(1)}, {tested.key(2)}  are not made any more\n" in shown.out
    assert (
        '    rows 2, 3  are sent back and were not expected: Qty is "1": 2 or more is expected.\n'
        in shown.out
    )


def test_accepting_writes_what_came_out_and_says_which_files(tested: Site) -> None:
    (tested.folder / "small.yaml").write_text(
        MAPPING.replace("{to: line_items.name}", "{to: line_items.name, values: {Tea: Green tea}}")
    )
    accepted = tested.run("mapping", "test", "small", "--accept")
    assert accepted.code == 0
    assert '"Tea" -> "Green tea"' in accepted.out, "what changed is shown before it is gone"
    assert "    written: small.examples/night/orders.json\n" in accepted.out
    assert "rejects.csv" not in accepted.out
    assert tested.run("mapping", "test", "small").code == 0
    again = tested.run("mapping", "test", "small", "--accept")
    assert again.out.splitlines()[-1] == "Nothing changed."


def test_a_file_that_is_refused_as_a_whole_can_be_an_example(site: Site) -> None:
    (site.folder / "empty.csv").write_text("")
    assert site.run("mapping", "test", "small", "--accept", "--drop", "empty.csv").code == 0
    refused = site.folder / "small.examples/empty/refused.txt"
    assert refused.read_text().startswith("The file is empty.")
    refused.unlink()
    shown = site.run("mapping", "test", "small")
    assert shown.code == 1
    assert "    file  is refused and was not expected: The file is empty." in shown.out


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(
            lambda folder: (folder / "orders.json").write_text("[{"), "orders.json:1: is not JSON", id="json"
        ),
        pytest.param(
            lambda folder: (folder / "second.csv").write_text("x"),
            "holds several drops (night.csv, second.csv); keep one to a folder",
            id="two-drops",
        ),
        pytest.param(lambda folder: (folder / "night.csv").unlink(), "holds no drop", id="no-drop"),
    ],
)
def test_an_example_that_cannot_be_run_is_told_with_its_folder(
    tested: Site, spoil: object, told: str
) -> None:
    assert callable(spoil)
    spoil(tested.folder / "small.examples/night")
    shown = tested.run("mapping", "test", "small")
    assert shown.code == 3
    assert "small.examples/night" in shown.err
    assert told in shown.err


def test_an_example_is_run_as_a_preview_and_leaves_nothing_behind(tested: Site) -> None:
    before = tested.judge.last_call()
    assert tested.run("mapping", "test", "small").code == 0
    assert tested.judge.last_call() == before
    assert not (tested.folder / "var").exists()


def test_an_example_is_never_overwritten_by_another_drop(tested: Site) -> None:
    shown = tested.run("mapping", "test", "small", "--accept", "--drop", "night.csv")
    assert shown.code == 2
    assert "There is an example" in shown.err


@pytest.mark.parametrize("mapping", sorted((ROOT / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_mappings_that_come_along_pass_their_examples(mapping: Path, site: Site) -> None:
    shown = site.run("mapping", "test", str(mapping))
    assert shown.code == 0, shown.out
