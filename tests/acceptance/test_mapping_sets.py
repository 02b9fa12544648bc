"""Mappings that join several files: previewed, checked and proven by examples as sets."""

import pytest
from tests.acceptance.site import Site

MAPPING = """\
mapping: small
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
  Email: {to: email, type: email}
join:
  lines:
    files: lines_*.csv
    columns:
      No: {to: merchant_id, required: true}
      SKU: {to: line_items.merchant_id, required: true}
      Qty: {to: line_items.quantity, type: integer}
"""
SET = ("orders_1.csv", "--with", "lines_1.csv")


@pytest.fixture
def joined(site: Site) -> Site:
    (site.folder / "small.yaml").write_text(MAPPING)
    site.file("orders_1.csv", [f"{site.key(1)};a@b.de"], headings="Order;Email")
    site.file("lines_1.csv", [f"{site.key(1)};A;1;x", f"{site.key(1)};B;two;x"], headings="No;SKU;Qty;Colour")
    return site


def test_a_set_is_previewed_as_it_would_be_imported(joined: Site) -> None:
    shown = joined.run("preview", *SET, "--mapping", "small", "--json").json
    assert [problem["column"] for problem in shown["problems"] if problem["severity"] == "error"] == ["Qty"]
    assert shown["rows"]["read"] == 3


def test_a_set_is_evidence_for_every_table(joined: Site) -> None:
    shown = joined.run("mapping", "check", "small", *SET).out
    assert " 9  warning: `Colour` stands in the file and not in the mapping" in shown
    assert "12  warning: 1 of 2 values of `Qty` do not fit" in shown


def test_a_set_can_be_an_example(joined: Site) -> None:
    begun = joined.run("mapping", "test", "small", "--accept", "--drop", *SET)
    assert begun.code == 0, begun.err
    passed = joined.run("mapping", "test", "small")
    assert (passed.code, passed.out.splitlines()[-1]) == (0, "As expected.")
    lines = joined.folder / "small.examples/orders_1/lines_1.csv"
    lines.write_text(lines.read_text().replace("two", "2"))
    changed = joined.run("mapping", "test", "small")
    assert changed.code == 1
    assert f"    order {joined.key(1)}  is made and was not expected" in changed.out
