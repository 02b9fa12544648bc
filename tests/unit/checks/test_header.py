"""The header contract."""

from collections.abc import Sequence

import pytest
from tests.unit.checks.small import NAME, small_mapping

from orderdrop.checks.header import Binding, bind
from orderdrop.core.problems import Severity

COLUMNS: dict[str, object] = {
    "Order ref": {"to": "merchant_id", "required": True},
    "Email": {"to": "email", "aliases": ["E-mail", "Mail"]},
    "SKU": {"to": ["fulfillments.trackers.line_items.sku", "note"]},
    "Remarks": "ignore",
}


def told(binding: Binding) -> list[tuple[str, str, str | None]]:
    return [(problem.code.value, problem.severity.value, problem.value) for problem in binding.problems]


def bound(headings: Sequence[str], columns: dict[str, object] | None = None, **rest: object) -> Binding:
    return bind(small_mapping(columns or COLUMNS, **rest), headings, has_header=True, key="merchant_id")


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        pytest.param("Email", "Email", id="exact"),
        pytest.param(" email ", " email ", id="capitals-and-white-space"),
        pytest.param("E-mail", "E-mail", id="alias"),
        pytest.param("MAIL", "MAIL", id="alias-in-capitals"),
        pytest.param("\ufeffEmail", "\ufeffEmail", id="byte-order-mark"),
        pytest.param("Em\u200bail", "Em\u200bail", id="invisible-character"),
        pytest.param("Email\u00a0", "Email\u00a0", id="no-break-space"),
        pytest.param("Ｅmail", "Ｅmail", id="full-width-letter"),
    ],
)
def test_a_heading_is_found_however_it_is_dressed(heading: str, column: str) -> None:
    binding = bound(["Order ref", heading, "SKU", "Remarks"])
    assert binding.columns["Email"] == column
    assert binding.sources["email"] == (column,)
    assert told(binding) == []


def test_decomposed_accents_are_the_same_heading() -> None:
    assert bound(["Re\u0301f"], {"Réf": {"to": "merchant_id"}}).columns == {"Réf": "Re\u0301f"}


def test_the_exact_heading_wins_over_one_that_only_looks_like_it() -> None:
    binding = bound(["order REF", "Order ref", "Email", "SKU", "Remarks"])
    assert binding.columns["Order ref"] == "Order ref"
    assert told(binding) == [("heading_unknown", "warning", "order REF")]


def test_a_missing_required_column_refuses_the_file_and_names_what_is_there() -> None:
    binding = bound(["Order reference", "Email", "SKU", "Remarks"])
    assert binding.refused
    assert binding.problems[0].message == (
        'The file has no column "Order ref". Its columns are "Order reference", "Email", "SKU" and "Remarks". '
        'If "Order reference" is meant, rename it or add it to the column\'s aliases in the mapping.'
    )
    assert told(binding) == [
        ("heading_missing", "error", "Order ref"),
        ("heading_unknown", "warning", "Order reference"),
    ]


def test_the_column_that_names_the_order_may_not_be_missing_even_when_not_marked_required() -> None:
    columns: dict[str, object] = {"Ref": {"to": "merchant_id"}, "Email": {"to": "email"}}
    assert told(bound(["Email"], columns)) == [("heading_missing", "error", "Ref")]


@pytest.mark.parametrize(
    ("options", "ending"),
    [
        pytest.param({}, "Every row goes without it.", id="plain"),
        pytest.param({"default": "x@y.fr"}, 'Every row gets the default "x@y.fr".', id="default"),
        pytest.param(
            {"default": "x@y.fr", "required": True}, 'Every row gets the default "x@y.fr".', id="both"
        ),
    ],
)
def test_a_missing_column_that_is_not_needed_is_only_told(options: dict[str, object], ending: str) -> None:
    binding = bound(["Ref"], {"Ref": {"to": "merchant_id"}, "Email": {"to": "email", **options}})
    assert not binding.refused
    assert told(binding) == [("heading_missing", "warning", "Email")]
    assert binding.problems[0].message.endswith(ending)
    assert binding.sources["email"] == ()


def test_every_missing_column_is_told() -> None:
    columns: dict[str, object] = {
        "A": {"to": "merchant_id"},
        "B": {"to": "email", "required": True},
        "C": {"to": "note"},
    }
    assert told(bound(["C"], columns)) == [
        ("heading_missing", "error", "A"),
        ("heading_missing", "error", "B"),
    ]


def test_a_file_of_another_feed_is_refused_with_one_sentence() -> None:
    binding = bound(["Invoice", "Amount"], {"SKU": {"to": "note"}, "Email": {"to": "email"}})
    assert binding.refused
    assert binding.problems[0].message == (
        "None of the mapping's columns is in this file; it may belong to another feed. "
        'Its columns are "Invoice" and "Amount". The mapping expects SKU and Email.'
    )


FIVE = {
    "Order": {"to": "merchant_id"},
    "Mail": {"to": "email"},
    "Note": {"to": "note"},
    "Gift": {"to": "gift"},
    "Land": {"to": "country"},
}


@pytest.mark.parametrize(
    ("headings", "foreign"),
    [
        pytest.param(["Order", "Datum", "Kunde"], True, id="one-heading-agrees-and-the-rest-is-unknown"),
        pytest.param(["Order", "Mail", "A", "B", "C"], True, id="two-agree-and-more-are-unknown"),
        pytest.param(["Order"], False, id="columns-are-merely-missing"),
        pytest.param(["Order", "Mail", "A"], False, id="few-are-unknown"),
        pytest.param(["Order", "Mail", "Note", "A", "B", "C", "D"], False, id="most-are-there"),
        pytest.param(["Order", "_row", "_problems", "_fix_by"], False, id="our-own-columns-are-no-strangers"),
    ],
)
def test_a_file_of_which_most_headings_are_strange_is_refused_although_some_agree(
    headings: list[str], foreign: bool
) -> None:
    binding = bind(small_mapping(FIVE), headings, has_header=True, key="merchant_id")
    assert binding.refused is foreign
    if foreign:
        (problem,) = [problem for problem in binding.problems if problem.blocks]
        assert problem.message.startswith("Only ")
        assert "it may belong to another feed" in problem.message


def test_a_repeated_heading_refuses_the_file_where_it_is_mapped() -> None:
    binding = bound(["Order ref", "Email", "Email", "SKU", "Remarks", "Remarks", "Else", "Else"])
    assert told(binding) == [
        ("heading_duplicated", "error", "Email"),
        ("heading_duplicated", "warning", "Remarks"),
        ("heading_duplicated", "warning", "Else"),
        ("heading_unknown", "warning", "Else"),
    ]


def test_two_headings_that_could_both_be_meant_refuse_the_file() -> None:
    binding = bound(["Order ref", "EMAIL", "email", "SKU", "Remarks"])
    assert told(binding)[0] == ("heading_duplicated", "error", "Email")
    assert binding.problems[0].message == (
        "2 columns could be \"Email\": 'EMAIL' and 'email'. Rename or remove all but one of them."
    )


def test_unknown_headings_are_told_and_known_ones_are_not() -> None:
    binding = bound(["Order ref", "Email", "SKU", "Remarks", "Colour", ""])
    assert told(binding) == [("heading_unknown", "warning", "Colour"), ("heading_unknown", "warning", "")]
    assert "Column 6, which has no heading," in binding.problems[1].message


def test_the_columns_of_our_own_reject_report_are_known() -> None:
    headings = ["Order ref", "Email", "SKU", "Remarks", "_row", "_problems", "_fix_by", "_batch"]
    assert told(bound(headings)) == []


def test_headings_of_templates_and_of_skipped_rows_are_known() -> None:
    binding = bound(
        ["Order ref", "Email", "SKU", "Remarks", "Title", "Variant", "type"],
        derived={NAME: "{Title} {Variant}"},
        file={"skip_rows_where": {"Type": "TOTAL"}},
    )
    assert told(binding) == []
    assert binding.columns["Type"] == "type"
    assert binding.sources[NAME] == ("Title", "Variant")


def test_a_template_whose_column_is_missing_is_told() -> None:
    binding = bound(["Order ref", "Email", "SKU", "Remarks", "Title"], derived={NAME: "{Title} {Variant}"})
    assert told(binding) == [("heading_missing", "warning", "Variant")]
    assert binding.sources[NAME] == ("Title",)


def test_sources_lead_every_place_to_its_headings() -> None:
    binding = bound(["order ref", "E-mail", "SKU", "Remarks"], constants={"state": "shipped"})
    assert binding.sources == {
        "merchant_id": ("order ref",),
        "email": ("E-mail",),
        "fulfillments.trackers.line_items.sku": ("SKU",),
        "note": ("SKU",),
        "state": (),
    }


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(
            {"Ref": {"to": "merchant_id", "position": 1}, "Mail": {"to": "email", "position": 3}},
            id="positions",
        ),
        pytest.param({"1": {"to": "merchant_id"}, "3": {"to": "email"}}, id="named-by-position"),
        pytest.param(
            {"Ref": {"to": "merchant_id"}, "x": "ignore", "Mail": {"to": "email"}},
            id="in-the-order-of-the-mapping",
        ),
    ],
)
def test_a_file_without_headings_goes_by_position(columns: dict[str, object]) -> None:
    binding = bind(small_mapping(columns), ["1", "2", "3"], has_header=False, key="merchant_id")
    assert (binding.sources["merchant_id"], binding.sources["email"]) == (("1",), ("3",))
    assert not binding.refused
    assert all(problem.severity is Severity.WARNING for problem in binding.problems)


def test_a_position_that_the_file_does_not_have_is_missing() -> None:
    mapping = small_mapping(
        {"Ref": {"to": "merchant_id", "position": 4}, "Mail": {"to": "email", "position": 1}}
    )
    binding = bind(mapping, ["1", "2"], has_header=False, key="merchant_id")
    assert binding.problems[0].message.startswith('The file has no column "Ref" at position 4.')
