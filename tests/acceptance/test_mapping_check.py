"""`orderdrop mapping check`: every line in words, and what will hurt, with a file of the feed as evidence."""

from tests.acceptance.site import Site


def test_every_line_is_said_in_words_and_led_by_its_number(site: Site) -> None:
    shown = site.run("mapping", "check", "small")
    assert shown.code == 0
    assert "\n   9  `Qty` is a whole number and goes to `line_items.quantity`, is at least 1.\n" in shown.out
    assert "\n   -  A row that repeats another exactly is rejected.\n" in shown.out
    assert shown.out.endswith("\nNo warnings.\n")
    assert "With a file of the feed it says more" in shown.err


def test_a_file_of_the_feed_shows_what_will_hurt(site: Site) -> None:
    site.file(
        "orders.csv",
        [f"{site.key(1)};;A;Tea;1;red", f"{site.key(2)};;B;Tea;two;red"],
        headings="Order;Email;SKU;Itm;Qty;Colour",
    )
    shown = site.run("mapping", "check", "small", "orders.csv")
    assert shown.code == 0
    warnings = shown.out.partition("warnings, seen in 2 rows of orders.csv\n")[2].splitlines()
    assert warnings == [
        "  4  warning: `Itm` and `Colour` stand in the file and not in the mapping, so they are not sent. Map them, or write `ignore`.",
        "  6  warning: `Email` is blank in every row, so nothing is sent of it.",
        "  8  warning: There is no column `Item`. Did you mean `Itm`?",
        '  9  warning: 1 of 2 values of `Qty` do not fit, such as: Qty is "two": a whole number is expected.',
    ]
    told = site.run("mapping", "check", "small", "orders.csv", "--json").json
    assert [one["line"] for one in told["warnings"]] == [4, 6, 8, 9]
    assert told["evidence"] == {"files": ["orders.csv"], "rows": 2, "cut": False}


def test_the_examples_of_a_mapping_are_evidence(site: Site) -> None:
    site.file("night.csv", [f"{site.key(1)};;A;Tea;1"])
    assert site.run("mapping", "test", "small", "--accept", "--drop", "night.csv").code == 0
    shown = site.run("mapping", "check", "small").out
    assert "1 warning, seen in 1 row of night.csv\n" in shown


def test_a_line_of_a_base_is_led_by_its_name(site: Site) -> None:
    (site.folder / "belgian.yaml").write_text(
        "mapping: belgian\nextends: small\ncolumns:\n  Qty: {minimum: 0}\n"
    )
    shown = site.run("mapping", "check", "belgian").out
    assert shown.startswith("belgian.yaml, which extends small\n")
    assert "small:5  `Order` is text and goes to `merchant_id`, must be filled.\n" in shown
    assert (
        "4  `Qty` is a whole number and goes to `line_items.quantity`, is at least 0. (the rest: small:9)\n"
        in shown
    )


def test_a_file_that_is_not_there_is_a_mistake_of_the_caller(site: Site) -> None:
    shown = site.run("mapping", "check", "small", "nope.csv")
    assert shown.code == 2
    assert "There is no file nope.csv." in shown.err
