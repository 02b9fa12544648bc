"""Every reader: never raises, and its fast way says what its plain function says."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdrop.checks import places
from orderdrop.checks.arrow import pa, trimmed
from orderdrop.checks.booleans import booleans
from orderdrop.checks.contacts import emails, urls
from orderdrop.checks.dates import dates, datetimes
from orderdrop.checks.numbers import decimals, integers
from orderdrop.checks.phones import phones
from orderdrop.checks.reading import Flaw, Reader, identity, listed, lookup, read

PARIS, NEW_YORK, LORD_HOWE = (
    ZoneInfo("Europe/Paris"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
)
READERS = {
    "text": identity(),
    "integer": integers(None),
    "integer with comma": integers(","),
    "integer with units": integers(".", ("pcs", "Stück")),
    "decimal": decimals(None, spreadsheet=False),
    "decimal with comma": decimals(",", spreadsheet=False),
    "decimal with point": decimals(".", spreadsheet=False),
    "decimal with units": decimals(".", spreadsheet=False, units=("$", "E", "EUR")),
    "decimal with comma and unit": decimals(",", spreadsheet=False, units=("€",)),
    "decimal with a unit and no mark": decimals(None, spreadsheet=False, units=("kg",)),
    "decimal with a unit of a workbook": decimals(",", spreadsheet=True, units=("€",)),
    "decimal of a workbook": decimals(None, spreadsheet=True),
    "decimal with comma of a workbook": decimals(",", spreadsheet=True),
    "boolean": booleans(),
    "date": dates((), PARIS, spreadsheet=False),
    "two-digit years nobody declared": dates((), PARIS, spreadsheet=True),
    "date as declared": dates(("%d/%m/%Y",), PARIS, spreadsheet=False),
    "date in two ways": dates(("%d/%m/%Y", "%m/%d/%Y"), PARIS, spreadsheet=False),
    "date of a workbook": dates(("%Y-%d-%m",), PARIS, spreadsheet=True),
    "datetime": datetimes((), PARIS, spreadsheet=False),
    "datetime as declared": datetimes(("%d/%m/%Y %H:%M",), NEW_YORK, spreadsheet=False),
    "date with two-digit years": dates(("%d/%m/%y", "%y.%m.%d"), PARIS, spreadsheet=False),
    "datetime of a workbook": datetimes(("%d.%m.%y",), LORD_HOWE, spreadsheet=True),
    "email": emails(),
    "url": urls(),
    "phone": phones(None),
    "phone of france": phones("FR"),
    "country": places.countries(),
    "language": places.languages(),
    "currency": places.currencies(),
    "translated": lookup({"La Poste": "colissimo", "UPS": "ups"}, pa.string()),
}
LIKELY = st.one_of(
    st.from_regex(r"[+-]?[0-9]{1,20}([.,' ][0-9]{1,4}){0,3}", fullmatch=True),
    st.from_regex(
        r"(\$|EUR|E|€|kg)? ?[(-]?[0-9]{1,3}([.,' \u00a0][0-9]{2,3}){0,3}[)-]? ?(\$|EUR|E|€|kg|pcs)?",
        fullmatch=True,
    ),
    st.from_regex(r"[0-9]{1,2}[/.][0-9]{1,2}[/.](20)?[0-9]{2}( [0-9]{1,2}:[0-9]{2})?", fullmatch=True),
    st.from_regex(
        r"[012][09][0-9]{2}-[01]?[0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(Z|[+-]0[0-9]:?00)?)?",
        fullmatch=True,
    ),
    st.datetimes().map(str),
    st.dates().map(lambda day: f"{day:%d/%m/%Y}"),
    st.emails(),
    st.sampled_from(
        ["oui", "NEIN", "FR", "Allemagne", "fr-FR", "EUR", "€", "https://a.b/c", "+33 6 12 34 56 78", "ups"]
    ),
    st.text(max_size=20),
)


@pytest.mark.parametrize("reader", READERS.values(), ids=list(READERS))
@given(texts=st.lists(LIKELY, max_size=12))
@settings(max_examples=50, deadline=None)
def test_a_column_reads_as_its_cells_read_one_by_one(reader: Reader, texts: list[str]) -> None:
    column = trimmed(pa.array(texts, pa.string()))
    found = read(column, reader)
    assert found.values.type == reader.type
    for at, text in enumerate(column.to_pylist()):
        wanted = None if text is None else reader.parse(text)
        value = found.values[at].as_py()
        codes = {code for code, mask in found.flawed.items() if mask[at]}
        if isinstance(wanted, Flaw):
            assert (value, codes) == (None, {wanted.code})
            assert wanted.expected
        else:
            assert (value, codes) == (wanted, set())


OPEN = st.one_of(
    st.dates().map(lambda day: f"{day:%d/%m/%Y}"),
    st.dates().map(lambda day: f"{day:%m/%d/%Y}"),
    st.datetimes().map(lambda moment: f"{moment:%d.%m.%y %H:%M}"),
    st.datetimes().map(lambda moment: f"{moment:%Y-%m-%dT%H:%M}"),
    st.sampled_from(
        [
            "2026-03-29T02:30",
            "2026-03-29T03:30",
            "soon",
            "04/04/2026",
            "31/02/2026",
            "31/12/2199",
            "01/01/1900",
        ]
    ),
)


@pytest.mark.parametrize("reader", [READERS["date"], READERS["datetime"]], ids=["date", "datetime"])
@given(texts=st.lists(OPEN, min_size=1, max_size=15), first=OPEN)
@settings(max_examples=60, deadline=None)
def test_a_long_column_in_a_layout_that_nobody_declared_reads_as_its_cells_do(
    reader: Reader, texts: list[str], first: str
) -> None:
    cells = [first, *texts * (1_500 // len(texts))]
    column = pa.array(cells)
    together, alone = read(column, reader), read(column, replace(reader, alike=None))
    assert together.values.equals(alone.values)
    assert {code: mask.tolist() for code, mask in together.flawed.items()} == {
        code: mask.tolist() for code, mask in alone.flawed.items()
    }
    assert {one.lines[0][0]: one for one in together.unsettled if len(one.lines) == 1} == {
        one.lines[0][0]: one for one in alone.unsettled if len(one.lines) == 1
    }
    assert sorted(one.cells for one in together.unsettled) == sorted(one.cells for one in alone.unsettled)


@given(text=st.text(max_size=5), count=st.integers(1, 30), cut=st.integers(0, 30))
@settings(deadline=None)
def test_a_slice_of_a_column_reads_like_the_column(text: str, count: int, cut: int) -> None:
    column = pa.array([f"{day:02d}/01/2026" for day in range(1, count + 1)] + [text])
    reader = READERS["date as declared"]
    whole = read(trimmed(column), reader).values.to_pylist()
    assert read(trimmed(column).slice(cut), reader).values.to_pylist() == whole[cut:]


def test_a_translation_knows_capitals_only_where_two_entries_need_them() -> None:
    reader = lookup({"A": "1", "a": "2", "Ups": "ups"}, pa.string())
    assert [reader.parse(text) for text in ("A", "a", "UPS", "Ups")] == ["1", "2", "ups", "ups"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b"), "a and b"),
        (("a", "b", "c"), "a, b and c"),
        (("a", ""), "a and (blank)"),
    ],
)
def test_names_in_a_sentence(names: tuple[str, ...], sentence: str) -> None:
    assert listed(names) == sentence


def test_a_long_list_of_names_is_cut_and_counted() -> None:
    assert listed(tuple("abcdef"), most=3) == "a, b, c and 3 more"
