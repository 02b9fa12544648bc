"""The judge: typed values by place, every problem of every row, the same however a file is cut."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.checks.small import NAME, QUANTITY, judge_of, judged, small_mapping, text_frame

from orderdrop.core.problems import Cell, Code, Owner, Problem, Severity
from orderdrop.errors import MappingError
from orderdrop.frames import TextFrame, TypedFrame

REF = {"to": "merchant_id"}
SKU = "fulfillments.trackers.line_items.sku"
TRACKING = "fulfillments.trackers.tracking_number"


def values(frame: TypedFrame, place: str) -> list[object]:
    found: list[object] = frame.values.column(place).to_pylist()
    return found


def messages(frame: TypedFrame) -> list[str]:
    return [problem.message for problem in frame.problems]


def test_values_stand_under_their_places_in_the_places_types() -> None:
    frame = judged(
        {
            "Ref": REF,
            "Ordered": {"to": "ordered_at", "type": "datetime", "timezone": "Europe/Paris"},
            "Day": {"to": "ship_on", "type": "date"},
            "Qty": {"to": QUANTITY, "type": "integer"},
            "Price": {"to": "price", "type": "decimal", "decimal": ","},
            "Gift": {"to": "gift", "type": "boolean"},
            "Land": {"to": "country", "type": "country"},
        },
        {
            "Ref": [" 00501 "], "Ordered": ["2026-11-22T19:30"], "Day": ["2026-11-23"], "Qty": ["2"],
            "Price": ["1.234,50"], "Gift": ["oui"], "Land": ["Allemagne"],
        },
    )  # fmt: skip
    assert frame.problems == ()
    assert frame.values.to_pylist() == [
        {
            "merchant_id": "00501",
            "ordered_at": datetime(2026, 11, 22, 18, 30, tzinfo=UTC),
            "ship_on": date(2026, 11, 23),
            QUANTITY: 2,
            "price": "1234.50",
            "gift": True,
            "country": "DE",
        }
    ]
    assert [str(field.type) for field in frame.values.schema] == [
        "string", "timestamp[s, tz=UTC]", "date32[day]", "int64", "string", "bool", "string",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["00012345678901234567", "1E+05", "NA", "null", "None", "nan", "=SUM(A1)", "TRUE", "1.0", "0x1F"]
)
def test_text_is_never_anything_else(text: str) -> None:
    assert values(judged({"Ref": REF}, {"Ref": [text]}), "merchant_id") == [text]


@pytest.mark.parametrize(
    ("place", "text", "value"),
    [
        pytest.param(QUANTITY, "7", 7, id="integer"),
        pytest.param("price", "12.50", "12.50", id="amount"),
        pytest.param("weight", "0.5", "0.5", id="number"),
        pytest.param("gift", "yes", True, id="boolean"),
        pytest.param("ordered_at", "2026-11-22", datetime(2026, 11, 22, tzinfo=UTC), id="moment"),
        pytest.param("ship_on", "2026-11-22", date(2026, 11, 22), id="day"),
        pytest.param("country", "Italy", "IT", id="country"),
        pytest.param("language", "fr-FR", "fr", id="language"),
        pytest.param("currency", "eur", "EUR", id="currency"),
    ],
)
def test_a_column_of_plain_text_becomes_what_its_place_takes(place: str, text: str, value: object) -> None:
    assert values(judged({"Ref": REF, "X": {"to": place}}, {"Ref": ["1"], "X": [text]}), place) == [value]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        pytest.param("integer", "+007", "7", id="integer"),
        pytest.param("decimal", "+7.50", "7.50", id="decimal"),
        pytest.param("boolean", "Oui", "true", id="boolean"),
        pytest.param("date", "2026-11-22", "2026-11-22", id="date"),
        pytest.param("datetime", "2026-11-22 19:30", "2026-11-22T19:30:00Z", id="datetime"),
        pytest.param("country", "Italy", "IT", id="country"),
    ],
)
def test_a_typed_column_on_its_way_to_text_is_canonical_text(kind: str, text: str, value: str) -> None:
    frame = judged({"Ref": REF, "X": {"to": "note", "type": kind}}, {"Ref": ["1"], "X": [text]})
    assert values(frame, "note") == [value]


def test_a_text_that_its_place_cannot_take_is_told() -> None:
    frame = judged({"Ref": REF, "Qty": {"to": QUANTITY}}, {"Ref": ["1"], "Qty": ["2,5"]})
    assert frame.problems == (
        Problem(
            code=Code.NOT_AN_INTEGER,
            message='Qty is "2,5": a whole number is expected.',
            cells=(Cell(row=2, column="Qty"),),
            value="2,5",
            path=QUANTITY,
        ),
    )
    assert frame.bad.tolist() == [True]
    assert values(frame, QUANTITY) == [None]


def test_one_column_fills_several_places_each_in_its_own_type() -> None:
    frame = judged({"Ref": {"to": ["merchant_id", QUANTITY, "note"]}}, {"Ref": ["007"]})
    assert frame.values.to_pylist() == [{"merchant_id": "007", QUANTITY: 7, "note": "007"}]


def test_blank_cells_are_null_and_a_default_fills_them() -> None:
    frame = judged(
        {
            "Ref": REF,
            "A": {"to": "note"},
            "B": {"to": QUANTITY, "default": 1},
            "C": {"to": "gift", "default": False},
        },
        {"Ref": ["1", "2"], "A": ["  ", "x"], "B": ["", "5"], "C": ["\u00a0", "yes"]},
    )
    assert [values(frame, place) for place in ("note", QUANTITY, "gift")] == [
        [None, "x"],
        [1, 5],
        [False, True],
    ]
    assert frame.problems == ()


def test_a_default_does_not_cover_up_a_wrong_cell() -> None:
    frame = judged({"Ref": REF, "B": {"to": QUANTITY, "default": 1}}, {"Ref": ["1"], "B": ["x"]})
    assert values(frame, QUANTITY) == [None]
    assert frame.bad.tolist() == [True]


def test_a_column_that_the_file_lacks_gives_its_default_or_nothing() -> None:
    frame = judged({"Ref": REF, "A": {"to": "note"}, "B": {"to": QUANTITY, "default": 3}}, {"Ref": ["1"]})
    assert frame.values.to_pylist() == [{"merchant_id": "1", "note": None, QUANTITY: 3}]


def test_translated_texts_become_values_of_the_columns_type() -> None:
    frame = judged(
        {
            "Ref": REF,
            "Carrier": {"to": "note", "values": {"La Poste": "colissimo", "UPS": "ups"}},
            "Gift": {"to": "gift", "values": {"X": True, "": False}},
            "Price": {"to": "price", "values": {"low": 1.5}, "decimal": ","},
        },
        {"Ref": ["1", "2"], "Carrier": ["la poste ", ""], "Gift": ["x", ""], "Price": ["low", ""]},
    )
    assert frame.problems == ()
    assert frame.values.drop_columns(["merchant_id"]).to_pylist() == [
        {"note": "colissimo", "gift": True, "price": "1.5"},
        {"note": None, "gift": False, "price": None},
    ]


def test_a_text_without_a_translation_is_told_with_the_known_ones_and_the_nearest() -> None:
    columns = {"Ref": REF, "Carrier": {"to": "note", "values": {"La Poste": "colissimo", "UPS": "ups"}}}
    frame = judged(columns, {"Ref": ["1"], "Carrier": ["La Pste"]})
    assert messages(frame) == [
        'Carrier is "La Pste": the mapping translates only La Poste and UPS; did you mean "La Poste"?'
    ]
    assert frame.problems[0].code is Code.NOT_TRANSLATED


RULES = [
    pytest.param({"to": "note", "required": True}, "  ", Code.REQUIRED, "X is blank: a value is needed in every row.", id="required"),
    pytest.param({"to": "note", "pattern": "[A-Z]+"}, "ab", Code.PATTERN, 'X is "ab": text of the form [A-Z]+ is expected.', id="pattern"),
    pytest.param({"to": "note", "one_of": ["red", "blue"]}, "blu", Code.NOT_ALLOWED, 'X is "blu": allowed are red and blue; did you mean "blue"?', id="one-of"),
    pytest.param({"to": QUANTITY, "one_of": [1, 2]}, "3", Code.NOT_ALLOWED, 'X is "3": allowed are 1 and 2.', id="one-of-numbers"),
    pytest.param({"to": "price", "type": "decimal", "one_of": [1.5, 2]}, "3", Code.NOT_ALLOWED, 'X is "3": allowed are 1.5 and 2.', id="one-of-amounts"),
    pytest.param({"to": "ship_on", "type": "date", "one_of": ["2026-01-01"]}, "2026-01-02", Code.NOT_ALLOWED, 'X is "2026-01-02": allowed are 2026-01-01.', id="one-of-days"),
    pytest.param({"to": "ordered_at", "type": "datetime", "one_of": ["2026-01-01"]}, "2026-01-02", Code.NOT_ALLOWED, 'X is "2026-01-02": allowed are 2026-01-01.', id="one-of-moments"),
    pytest.param({"to": QUANTITY, "type": "integer", "minimum": 1}, "0", Code.TOO_SMALL, 'X is "0": 1 or more is expected.', id="minimum"),
    pytest.param({"to": "price", "type": "decimal", "maximum": 99.5}, "99.51", Code.TOO_LARGE, 'X is "99.51": 99.5 or less is expected.', id="maximum"),
    pytest.param({"to": "note", "max_length": 3}, "abcd", Code.TOO_LONG, 'X is "abcd": at most 3 characters are allowed.', id="max-length"),
    pytest.param({"to": QUANTITY, "max_length": 1}, "12", Code.TOO_LONG, 'X is "12": at most 1 characters are allowed.', id="max-length-of-a-number"),
    pytest.param({"to": "state"}, "Shiped", Code.NOT_ALLOWED, 'X is "Shiped": allowed are shipped and canceled; did you mean "shipped"?', id="the-destinations-list"),
    pytest.param({"to": "short"}, "abcdef", Code.TOO_LONG, 'X is "abcdef": at most 5 characters are allowed.', id="the-destinations-length"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "text", "code", "message"), RULES)
def test_a_broken_rule_is_told_in_a_sentence(
    column: Mapping[str, object], text: str, code: Code, message: str
) -> None:
    frame = judged({"Ref": REF, "X": column}, {"Ref": ["1"], "X": [text]})
    assert [(problem.code, problem.message, problem.cells) for problem in frame.problems] == [
        (code, message, (Cell(row=2, column="X"),))
    ]
    assert frame.bad.tolist() == [True]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        pytest.param(
            {"to": "price", "type": "decimal", "one_of": [1.5]}, "1.50", id="amounts-compare-as-numbers"
        ),
        pytest.param({"to": "price", "type": "decimal", "minimum": 0.1}, "0.1", id="minimum-is-allowed"),
        pytest.param(
            {"to": "note", "values": {"r": "red"}, "one_of": ["red"]}, "r", id="one-of-after-translation"
        ),
        pytest.param(
            {"to": "note", "values": {"r": "red"}, "pattern": "[a-z]"}, "r", id="pattern-before-translation"
        ),
        pytest.param({"to": "gift", "type": "boolean", "one_of": [True]}, "oui", id="one-of-booleans"),
        pytest.param(
            {"to": "note", "required": True, "default": "x"}, "", id="a-default-fills-what-is-required"
        ),
        pytest.param(
            {"to": "note", "pattern": "[A-Z]+", "one_of": ["A"], "max_length": 1},
            "",
            id="blank-breaks-no-rule",
        ),
    ],
)
def test_a_kept_rule_is_not_told(column: Mapping[str, object], text: str) -> None:
    assert messages(judged({"Ref": REF, "X": column}, {"Ref": ["1"], "X": [text]})) == []


def test_a_row_without_its_orders_name_is_bad_even_when_the_mapping_does_not_say_required() -> None:
    frame = judged({"Ref": REF, "X": {"to": "note"}}, {"Ref": ["1", " "], "X": ["a", "b"]})
    assert [(problem.code, problem.row) for problem in frame.problems] == [(Code.REQUIRED, 3)]
    assert frame.bad.tolist() == [False, True]


def test_every_problem_of_a_row_is_told_from_left_to_right() -> None:
    frame = judged(
        {
            "Qty": {"to": QUANTITY, "type": "integer", "minimum": 1, "required": True},
            "Ref": {"to": "merchant_id", "pattern": "[A-Z]+", "max_length": 2},
            "Mail": {"to": "email", "type": "email"},
        },
        {"Mail": ["no", "a@b.fr"], "Ref": ["abc", "AB"], "Qty": ["", "0"]},
    )
    assert [(problem.row, problem.column, problem.code.value) for problem in frame.problems] == [
        (2, "Mail", "not_an_email"),
        (2, "Ref", "pattern"),
        (2, "Ref", "too_long"),
        (2, "Qty", "required"),
        (3, "Qty", "too_small"),
    ]


def test_a_cell_that_is_no_number_is_not_blank_as_well() -> None:
    column = {"to": QUANTITY, "type": "integer", "required": True, "minimum": 1}
    frame = judged({"Ref": REF, "Qty": column}, {"Ref": ["1"], "Qty": ["x"]})
    assert [problem.code for problem in frame.problems] == [Code.NOT_AN_INTEGER]


def test_the_value_told_is_the_senders_own_text_and_the_heading_that_of_the_file() -> None:
    frame = judged(
        {"Ref": REF, "Qty": {"to": QUANTITY, "aliases": ["Stück"]}}, {"Ref": ["1"], "STÜCK": [" x\x07 "]}
    )
    (problem,) = frame.problems
    assert (problem.value, problem.column) == (" x\x07 ", "STÜCK")
    assert problem.message == 'STÜCK is "x\\x07": a whole number is expected.'


def test_a_huge_cell_does_not_make_a_huge_report() -> None:
    frame = judged({"Ref": REF, "Qty": {"to": QUANTITY}}, {"Ref": ["1"], "Qty": ["x" * 2_000_000]})
    (problem,) = frame.problems
    assert len(problem.message) < 150
    assert len(problem.value or "") == 1_000


@pytest.mark.parametrize("text", ["1.23E+19", "1,23E+19"])
def test_an_identifier_that_lost_its_digits_is_refused(text: str) -> None:
    frame = judged({"Ref": REF, "Tracking": {"to": TRACKING}}, {"Ref": ["1"], "Tracking": [text]})
    (problem,) = frame.problems
    assert problem.message.startswith(
        f'Tracking is "{text}": a spreadsheet program has turned a long number into this'
    )
    assert frame.bad.tolist() == [True]


def test_an_identifier_that_only_looks_damaged_is_told_and_goes_on() -> None:
    frame = judged({"Ref": REF, "Tracking": {"to": TRACKING}}, {"Ref": ["1"], "Tracking": ["1E+05"]})
    (problem,) = frame.problems
    assert (problem.severity, problem.blocks) == (Severity.WARNING, False)
    assert problem.message.startswith('Tracking is "1E+05": a spreadsheet program may have turned')
    assert values(frame, TRACKING) == ["1E+05"]
    assert frame.bad.tolist() == [False]


def test_text_that_is_no_identifier_may_look_like_a_number() -> None:
    assert judged({"Ref": REF, "X": {"to": "note"}}, {"Ref": ["1"], "X": ["1.23E+19"]}).problems == ()


def test_constants_and_templates_fill_every_row() -> None:
    frame = judged(
        {"Ref": REF, "Title": {"to": "note"}},
        {"Ref": ["1", "2", "3"], "Title": [" Shirt ", "Hat", ""], "Variant": ["red", " ", ""]},
        constants={"state": "shipped", QUANTITY: 1, "gift": True, "ship_on": "2026-01-01", "price": 2.5},
        derived={NAME: "{Title} {Variant} x", "country3": "{Variant}"},
    )
    assert values(frame, NAME) == ["Shirt red x", "Hat x", None]
    assert values(frame, "state") == ["shipped"] * 3
    assert values(frame, QUANTITY) == [1, 1, 1]
    assert values(frame, "gift") == [True, True, True]
    assert values(frame, "ship_on") == [date(2026, 1, 1)] * 3
    assert values(frame, "price") == ["2.5"] * 3
    assert [(problem.message, problem.column) for problem in frame.problems] == [
        (
            'Variant is "red": a country is expected, as a code such as FR or FRA or by its name.',
            "Variant",
        )
    ]


def test_a_problem_of_a_template_names_all_its_cells() -> None:
    frame = judged({"Ref": REF}, {"Ref": ["1"], "A": ["12"], "B": ["x"]}, derived={QUANTITY: "{A}-{B}"})
    (problem,) = frame.problems
    assert problem.message == 'A and B together is "12-x": a whole number is expected.'
    assert problem.cells == (Cell(row=2, column="A"), Cell(row=2, column="B"))
    assert problem.value == "12-x"


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        pytest.param({"columns": {"Ref": REF, "Q": {"to": QUANTITY, "default": "x"}}}, 'column `Q`: "x" does not fit: a whole number is expected', id="default"),
        pytest.param({"columns": {"Ref": REF, "Q": {"to": QUANTITY, "values": {"a": "b"}}}}, 'column `Q`: "b" does not fit: a whole number is expected', id="translation"),
        pytest.param({"columns": {"Ref": REF}, "constants": {"country": "zz"}}, 'constant `country`: "zz" does not fit', id="constant"),
        pytest.param({"columns": {"Ref": REF}, "constants": {"state": "sent"}}, 'constant `state`: "sent" does not fit: allowed are shipped and canceled', id="constant-not-in-the-list"),
        pytest.param({"columns": {"Ref": REF, "Q": {"to": QUANTITY, "one_of": ["b"]}}}, 'one_of of column `Q`: "b" does not fit', id="one-of"),
    ],
)  # fmt: skip
def test_a_value_in_the_mapping_that_its_place_does_not_take_is_the_mappings_fault(
    mapping: dict[str, object], message: str
) -> None:
    with pytest.raises(MappingError) as caught:
        judge_of(small_mapping(**mapping), ["Ref", "Q"])  # type: ignore[arg-type] # the parameters above are its keys
    assert message in str(caught.value)


def test_rows_that_the_mapping_skips_are_ignored_with_the_blank_ones() -> None:
    mapping = small_mapping({"Ref": REF}, file={"skip_rows_where": {"Type": ["TOTAL", "SUM"], "ref": "END"}})
    frame = text_frame({"Ref": ["1", "", "2", "END"], "Type": ["", " TOTAL ", "total", ""]})
    frame = TextFrame(cells=frame.cells, blank=(6, 7))
    typed = judge_of(mapping, ["Ref", "Type"]).judge(frame)
    assert typed.ignored == (3, 5, 6, 7)
    assert typed.rows.tolist() == [2, 4]
    assert values(typed, "merchant_id") == ["1", "2"]
    assert typed.problems == ()


def test_the_readers_problems_come_through() -> None:
    problem = Problem(code=Code.ROW_WIDTH, message="Row 9 is short.", cells=(Cell(row=9),))
    frame = TextFrame(cells=text_frame({"Ref": [""]}).cells, problems=(problem,))
    typed = judge_of(small_mapping({"Ref": REF}), ["Ref"], listing_cap=0).judge(frame)
    assert typed.problems == (problem,)
    assert typed.unlisted == {"required": 1}


def test_past_the_cap_problems_are_counted_and_rows_stay_bad() -> None:
    columns = {"Ref": REF, "Qty": {"to": QUANTITY}, "Mail": {"to": "email", "type": "email"}}
    cells = {"Ref": list("abcd"), "Qty": ["x"] * 4, "Mail": ["no"] * 3 + ["a@b.fr"]}
    frame = judged(columns, cells, listing_cap=3)
    assert [(problem.row, problem.column) for problem in frame.problems] == [
        (2, "Qty"),
        (2, "Mail"),
        (3, "Qty"),
    ]
    assert frame.unlisted == {"not_an_email": 2, "not_an_integer": 2}
    assert frame.bad.all()


def test_a_problem_that_the_mapping_must_settle_is_for_ops() -> None:
    columns = {"Ref": REF, "Day": {"to": "ship_on"}, "Price": {"to": "price"}}
    frame = judged(columns, {"Ref": ["1"], "Day": ["03/04/2026"], "Price": ["1,234"]})
    assert [problem.owner for problem in frame.problems] == [Owner.OPS, Owner.OPS]


def test_equal_lines_have_equal_fingerprints_and_no_others() -> None:
    cells = {
        "Ref": ["1", "1", "1", "1a", "1\x1f", "1"],
        "X": ["ab", "ab", "a", "b", "", "\x1f"],  # the last two rows hold the same letters
        "_row": list("123456"),
    }
    frame = judged({"Ref": REF}, cells)
    assert frame.fingerprint[0] == frame.fingerprint[1]
    assert len(set(frame.fingerprint.tolist())) == 5


def test_no_rows_at_all_are_a_frame_of_no_rows() -> None:
    frame = judged(
        {"Ref": REF, "Qty": {"to": QUANTITY, "type": "integer", "minimum": 1}}, {"Ref": [], "Qty": []}
    )
    assert (frame.values.num_rows, frame.values.column_names) == (0, ["merchant_id", QUANTITY])
    assert (len(frame.rows), len(frame.bad), len(frame.fingerprint), frame.problems) == (0, 0, 0, ())


def test_pandas_own_text_columns_are_read_like_arrows() -> None:
    frame = text_frame({"Ref": ["1", ""]})
    own = TextFrame(cells=frame.cells.astype("str"))
    assert judge_of(small_mapping({"Ref": REF}), ["Ref"]).judge(own).values.to_pylist() == [
        {"merchant_id": "1"}, {"merchant_id": None},
    ]  # fmt: skip


EVERYTHING: dict[str, object] = {
    "Ref": {"to": "merchant_id", "pattern": "[A-Z0-9]+"},
    "Qty": {"to": QUANTITY, "type": "integer", "minimum": 1, "required": True},
    "Price": {"to": "price", "type": "decimal", "maximum": 50},
    "Day": {"to": ["ship_on", "ordered_at"], "type": "date", "timezone": "Europe/Paris"},
    "Land": {"to": ["country", "note"], "type": "country"},
    "State": {"to": "state", "one_of": ["shipped", "lost"]},
    "Sku": {"to": SKU, "max_length": 4},
}
CELLS = st.one_of(
    st.sampled_from(["", " ", "A1", "1", "0", "2,5", "1,234", "60.5", "FR", "Frnce", "shipped", "lost", "1.2E+11",
                     "03/04/2026", "2026-03-29", "2026-03-29T02:30", "TOTAL"]),
    st.text(max_size=6),
)  # fmt: skip
TABLES = st.integers(0, 12).flatmap(
    lambda count: st.fixed_dictionaries(
        {name: st.lists(CELLS, min_size=count, max_size=count) for name in EVERYTHING}
    )
)


@given(cells=TABLES)
@settings(max_examples=25, deadline=None)
def test_a_row_is_bad_exactly_when_one_of_its_problems_blocks(cells: dict[str, list[str]]) -> None:
    frame = judged(EVERYTHING, cells)
    blocked = {cell.row for problem in frame.problems if problem.blocks for cell in problem.cells}
    assert {row for row, bad in zip(frame.rows.tolist(), frame.bad.tolist(), strict=True) if bad} == blocked
    assert len(frame.rows) == frame.values.num_rows == len(frame.bad) == len(frame.fingerprint)
    assert all(problem.message.endswith((".", "?")) and problem.cells for problem in frame.problems)


@given(cells=TABLES, size=st.integers(1, 5), cap=st.sampled_from([0, 3, 1000]))
@settings(max_examples=25, deadline=None)
def test_a_file_cut_into_frames_is_judged_like_the_whole(
    cells: dict[str, list[str]], size: int, cap: int
) -> None:
    rest = {"file": {"skip_rows_where": {"Sku": "TOTAL"}}, "derived": {NAME: "{Sku} {Land}"}}
    mapping = small_mapping(EVERYTHING, **rest)
    whole = judge_of(mapping, list(cells), listing_cap=cap).judge(text_frame(cells))
    judge = judge_of(mapping, list(cells), listing_cap=cap)
    count = len(cells["Ref"])
    parts = [
        judge.judge(
            text_frame({name: texts[at : at + size] for name, texts in cells.items()}, first_row=2 + at)
        )
        for at in range(0, max(count, 1), size)
    ]
    assert pa.concat_tables([part.values for part in parts]).equals(whole.values)
    for name in "rows", "bad", "fingerprint":
        assert [one for part in parts for one in getattr(part, name).tolist()] == getattr(
            whole, name
        ).tolist()
    assert tuple(row for part in parts for row in part.ignored) == whole.ignored
    assert tuple(problem for part in parts for problem in part.problems) == whole.problems
    assert {
        code: sum(part.unlisted.get(code, 0) for part in parts)
        for code in {code for part in parts for code in part.unlisted}
    } == whole.unlisted
