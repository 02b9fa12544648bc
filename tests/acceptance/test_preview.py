"""`orderdrop preview` for people: orders, problems by cause, and what a run would do and how long it would take."""

from tests.acceptance.site import MAPPING, Site


def test_H17_problems_of_one_cause_are_told_once_with_values_and_rows(site: Site) -> None:
    good, bad = site.rows([1]), site.rows(range(2, 302), quantity="two")
    site.file("orders.csv", [*good, *bad])
    shown = site.run("preview", "orders.csv", "--mapping", "small", "--limit", "0")
    assert shown.code == 1
    assert "300 problems of 1 kind\n" in shown.out
    assert "  300 x Qty: a whole number is expected.\n" in shown.out
    assert '        rows 3, 4, 5, 6, 7 and 295 more: "two" 300 times\n' in shown.out
    told = site.run("preview", "orders.csv", "--mapping", "small", "--json").json
    assert (len(told["problems"]), told["causes"][0]["count"]) == (300, 300)


def test_the_orders_that_are_not_shown_are_counted(site: Site) -> None:
    site.file("orders.csv", site.rows(range(1, 8)))
    command = ("preview", "orders.csv", "--mapping", "small")
    some, all_ = site.run(*command, "--limit", "2").out, site.run(*command, "--all").out
    assert (some.count(f"order {site.prefix}"), all_.count(f"order {site.prefix}")) == (2, 7)
    assert "and 5 more orders: --all shows them" in some
    assert "more orders" not in all_


def test_orders_are_plain_lines_where_there_is_no_terminal(site: Site) -> None:
    site.file("orders.csv", site.rows([1]))
    shown = site.run("preview", "orders.csv", "--mapping", "small").out
    assert f"order {site.key(1)}\n  merchant_id: {site.key(1)}\n" in shown
    assert "  line_items 1\n    merchant_id: A\n" in shown
    assert shown.isascii(), "nothing that a log or a pager could not show"


def test_against_an_account_it_says_what_is_new_what_changed_and_what_is_there(site: Site) -> None:
    site.file("first.csv", site.rows([1, 2]))
    assert site.run("import", "first.csv", "--mapping", "small", "--account", "local").code == 0
    site.file(
        "second.csv",
        [*site.rows([1]), *site.rows([2], quantity="5"), *site.rows([3]), *site.rows([4], quantity="x")],
    )
    shown = site.run("preview", "second.csv", "--mapping", "small", "--account", "local")
    assert (
        "  account  local: 1 new, 1 changed since they were accepted, 1 unchanged, not sent again\n"
        in shown.out
    )
    told = site.run("preview", "second.csv", "--mapping", "small", "--account", "local", "--json").json
    assert told["changes"] == {"create": 1, "update": 1, "uncertain": 0, "unchanged": 1, "held": 0}
    alone = site.run("preview", "second.csv", "--mapping", "small", "--json").json
    assert alone["changes"] is None


def test_the_time_is_told_at_the_pace_of_the_account(site: Site) -> None:
    site.set_up(rate="0.5", endpoint="single")
    site.file("orders.csv", site.rows(range(1, 251)))
    shown = site.run("preview", "orders.csv", "--mapping", "small", "--account", "local").out
    assert "  time     about 8 min: 250 orders in 250 requests at 0.5 a second\n" in shown
    without = site.run("preview", "orders.csv", "--mapping", "small").out
    assert (
        "  time     a few seconds: 250 orders in 3 requests and 3 more to ask for the answers at 2 a second (the "
        "destination's own pace; an account may have another)\n"
    ) in without
    site.set_up(rate="unlimited", endpoint="batch")
    told = site.run("preview", "orders.csv", "--mapping", "small", "--account", "local", "--json").json
    assert told["estimate"] == {
        "orders": 250,
        "requests": 3,
        "questions": 3,
        "requests_per_second": None,
        "seconds": None,
    }


def test_a_batch_that_would_be_held_says_so_instead_of_a_time(site: Site) -> None:
    (site.folder / "small.yaml").write_text(MAPPING.replace("80%", "0"))
    site.file("orders.csv", [*site.rows([1]), *site.rows([2], quantity="x")])
    shown = site.run("preview", "orders.csv", "--mapping", "small")
    assert shown.code == 1
    assert "  time     nothing is sent until a person releases the batch\n" in shown.out


def test_a_file_that_would_be_refused_says_why(site: Site) -> None:
    (site.folder / "empty.csv").write_text("")
    shown = site.run("preview", "empty.csv", "--mapping", "small")
    assert shown.code == 1
    assert "  the file  The file is empty." in shown.out
    assert shown.out.endswith("  The file would be refused as a whole.\n")


def test_an_account_of_another_system_is_refused_as_an_import_would(site: Site) -> None:
    site.file("orders.csv", site.rows([1]))
    (site.folder / "small.yaml").write_text(
        "mapping: small\ndestination: parcellab\ncolumns: {Order: {to: order_number, required: true}}\n"
    )
    shown = site.run("preview", "orders.csv", "--mapping", "small", "--account", "local")
    assert shown.code == 3
    assert "account `local` belongs to shipup" in shown.err
