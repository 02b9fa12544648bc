"""The mapping as text."""

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.mapping.suggest.small_api import SHAPE, sample, suggested

from orderdrop.mapping import yaml_lines
from orderdrop.mapping.load import parse
from orderdrop.mapping.suggest.suggestion import Line, Suggestion
from orderdrop.mapping.suggest.write import as_yaml, is_untouched

PLAIN = sample(Order_number=["A-1", "A-2"], Quux=["x", "y"], Qty=["1", "2"], SKU=["s-1", "s-2"])


def test_a_suggestion_reads_like_a_mapping_with_its_reasons() -> None:
    assert as_yaml(suggested(PLAIN)).splitlines()[6:18] == [
        "",
        "columns:",
        "  # The order",
        "  Order number: {to: number, required: true}  # 98%: order number; such as A-1; every value is unique",
        "",
        "  # What is in it",
        "  Qty:          {to: items.quantity, type: integer}  # 93%: quantity; every value is a small whole number",
        "  SKU:          {to: items.sku, required: true}      # 97%: article number; such as s-1",
        "",
        "  # Not understood: say where it goes, or leave it",
        "  Quux:         ignore  # ?",
        "",
    ]


def test_a_suggestion_that_nobody_changed_is_known_as_such() -> None:
    text = as_yaml(suggested(PLAIN))
    assert is_untouched(text)
    assert not is_untouched(text.replace("items.quantity", "total"))
    assert not is_untouched(text.rpartition("#")[0])


def test_what_is_missing_is_written_as_comments() -> None:
    assert "# constants:\n#   account:  # the account's number\n" in as_yaml(suggested(PLAIN))


HEADINGS = st.lists(
    st.text(min_size=1, max_size=30).map(str.strip).filter(bool), min_size=1, max_size=6, unique=True
)


@given(headings=HEADINGS, note=st.text(max_size=40))
def test_any_headings_and_remarks_make_yaml_that_says_the_same(headings: list[str], note: str) -> None:
    written = [h for h in headings if not any("\ud800" <= letter <= "\udfff" for letter in h)]
    lines = tuple(
        Line(
            heading=heading,
            places=("extra.x",) if n else ("number",),
            sure=50,
            meaning="order.id",
            why=note,
            question=note or None,
        )
        for n, heading in enumerate(written)
    )
    suggestion = Suggestion(name="drop", destination="api", source=note, lines=lines, hints={"account": note})
    document = yaml_lines.parse(as_yaml(suggestion), "drop.yaml")
    assert isinstance(document, yaml_lines.Document)
    assert list(document.data["columns"]) == written


CELLS = st.lists(st.text(max_size=12), min_size=3, max_size=3)


@given(st.dictionaries(st.text(min_size=1, max_size=20).filter(str.strip), CELLS, min_size=1, max_size=5))
def test_any_file_gets_a_mapping_that_can_be_loaded(columns: dict[str, list[str]]) -> None:
    from dataclasses import replace

    headings = tuple(columns)
    drop = replace(
        PLAIN, headings=headings, columns=tuple(tuple(cells) for cells in columns.values()), rows=3
    )
    loaded = parse(as_yaml(suggested(drop)), "drop.yaml", lambda _: SHAPE, ("api",))
    assert set(loaded.mapping.columns) == set(headings)
