"""`orderdrop rerun`, `batches discard` and `orders exclude`, as ops call them."""

from tests.acceptance.site import Site


def imported(site: Site, name: str, *rows: list[str]) -> str:
    site.file(name, [row for some in rows for row in some])
    receipt = site.run("import", name, "--mapping", "small", "--account", "local", "--json").json
    return str(receipt["batch"])


def mend_the_mapping(site: Site) -> None:
    """From now on the word `two` is a number, too."""
    path = site.folder / "small.yaml"
    path.write_text(
        path.read_text().replace(
            "type: integer, minimum: 1", 'type: integer, minimum: 1, values: {"1": 1, two: 2}'
        )
    )


def test_a_dry_run_says_what_would_now_pass_and_sends_nothing(site: Site) -> None:
    batch = imported(
        site, "orders.csv", site.rows([1]), site.rows([2, 3], quantity="two"), site.rows([4], quantity="x")
    )
    mend_the_mapping(site)
    shown = site.run("rerun", batch, "--only", "held", "--dry-run", "--json")
    assert shown.code == 1
    assert shown.json["would_pass"] == {"rows": 2, "of": 3}
    assert "The mapping has changed" in shown.err
    assert "Would now pass: 2 of 3 rows." in shown.err
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1}
    people = site.run("rerun", batch, "--only", "held", "--dry-run")
    assert "nothing was sent" in people.out


def test_a_rerun_after_a_mended_mapping_previews_first_and_shows_the_chain(site: Site) -> None:
    batch = imported(site, "orders.csv", site.rows([1]), site.rows([2, 3], quantity="two"))
    mend_the_mapping(site)
    again = site.run("rerun", batch, "--json")
    assert again.code == 0, again.out
    assert "Would now pass: 3 of 3 rows." in again.err
    assert (again.json["parent"], again.json["orders"]["unchanged"]) == (batch, 1)
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in (1, 2, 3)}
    chain = [batch, again.json["batch"]]
    assert site.run("batches", "show", batch, "--json").json["chain"] == chain
    assert site.run("batches", "show", chain[1], "--json").json["chain"] == chain
    assert "rerun" in site.run("batches", "show", batch).out


def test_the_first_receipt_of_a_content_stays_the_answer_after_a_rerun(site: Site) -> None:
    batch = imported(site, "orders.csv", site.rows([1]))
    assert site.run("rerun", batch).code == 0
    assert imported(site, "again.csv", site.rows([1])) == batch


def test_orders_are_named_in_a_file(site: Site) -> None:
    batch = imported(site, "orders.csv", site.rows([1, 2, 3]))
    (site.folder / "some.txt").write_text(f"{site.key(2)}\n\n{site.key(3)}\n")
    assert site.run("rerun", batch, "--orders", "some.txt", "--json").json["rows"]["read"] == 2
    (site.folder / "more.txt").write_text("\n".join([site.key(1), *(f"X-{at}" for at in range(1, 8))]))
    more = site.run("rerun", batch, "--orders", "more.txt", "--dry-run")
    assert more.err.startswith(f"Batch {batch} has no order X-1, X-2, X-3, X-4, X-5 and 2 more.\n")
    (site.folder / "strange.txt").write_text("X-1\n")
    strange = site.run("rerun", batch, "--orders", "strange.txt")
    assert (strange.code, strange.out) == (2, "")
    assert "has none of the orders that were named, such as X-1. `orderdrop orders find X-1`" in strange.err
    (site.folder / "none.txt").write_text("\n")
    for name in ("none.txt", "missing.txt"):
        wrong = site.run("rerun", batch, "--orders", name)
        assert (wrong.code, wrong.out) == (2, "")


def test_a_held_batch_is_discarded_and_an_order_taken_out_with_a_reason(site: Site) -> None:
    batch = imported(site, "orders.csv", site.rows([1]), site.rows(range(2, 12), quantity="x"))
    out = site.run("orders", "exclude", site.key(1), "--batch", batch, "--reason", "a test order")
    assert (out.code, "a test order" in out.out) == (0, True)
    waiting = site.run("rerun", batch)
    assert (waiting.code, f"orderdrop batches discard {batch}" in waiting.err) == (2, True)
    given_up = site.run("batches", "discard", batch, "--reason", "sent twice", "--json").json
    assert given_up["status"] == "rejects"
    assert "sent twice" in given_up["remarks"]
    assert "batches release" not in given_up["remarks"]
    mended = site.run("rerun", batch, "--only", "held", "--json").json
    assert (mended["rows"]["held"], mended["rows"]["rejected"]) == (1, 10)
    assert site.judge.posts(prefix=site.prefix) == {}


def test_a_corrected_report_that_is_dropped_on_the_feed_continues_its_batch(site: Site) -> None:
    site.drop(
        "orders.csv", [*site.rows([1, 2, 3]), *site.rows([2], quantity="x"), *site.rows([4], quantity="y")]
    )
    (first,) = site.run("run", "night", "--json").json
    report = next(site.inbox.glob("archive/*/orders.csv.rejects.csv"))
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    mended = [line.replace(";A;Tea;x;", ";B;Tea;2;") for line in lines]
    (site.folder / ".back").write_text("\n".join(mended) + "\n")
    (site.folder / ".back").rename(site.inbox / "corrected.csv")
    (again,) = site.run("run", "night", "--json").json
    assert again["parent"] == first["batch"]
    assert (again["rows"]["accepted"], again["rows"]["rejected"]) == (2, 1)
    assert "1 of them unchanged" not in again["remarks"]
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in (1, 2, 3)}
    assert "DAY" in site.found("corrected.csv.receipt.json")[0]
