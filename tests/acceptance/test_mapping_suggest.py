"""`orderdrop mapping suggest`: a new file, its mapping, and what comes of it without a further word."""

from tests.acceptance.site import Site

HEADINGS = "Bestellnummer;E-Mail;Ort;Artikelnummer;Bezeichnung;Menge;Lagerplatz 7"


def test_a_suggested_mapping_can_be_imported_with_as_it_is(site: Site) -> None:
    site.file(
        "neu.csv",
        [
            f"{site.key(1)};ann@example.com;Köln;4711-A;Teekanne;1;x",
            f"{site.key(1)};ann@example.com;Köln;4712-B;Tasse;4;y",
            f"{site.key(2)};bob@example.com;Jena;4711-A;Teekanne;2;x",
        ],
        headings=HEADINGS,
    )
    suggested = site.run("mapping", "suggest", "neu.csv", "--destination", "shipup", "-o", "neu.yaml")
    assert (suggested.code, suggested.out) == (0, "")
    assert "Looked at all 3 rows of neu.csv: 6 of 7 columns go somewhere" in suggested.err
    assert "order number in German" in (site.folder / "neu.yaml").read_text()
    assert site.run("mapping", "check", "neu", "neu.csv").code == 0
    previewed = site.run("preview", "neu.csv", "--mapping", "neu", "--json")
    assert previewed.code == 0
    assert [order["merchant_id"] for order in previewed.json["payloads"]] == [site.key(1), site.key(2)]


def test_the_mapping_goes_to_stdout_and_the_talk_to_stderr(site: Site) -> None:
    site.file("neu.csv", ["A-1;a@example.com;Köln;1-A;Tee;1;x"], headings=HEADINGS)
    shown = site.run("mapping", "suggest", "neu.csv", "--destination", "shipup", "--name", "neu")
    assert shown.out.startswith("# yaml-language-server: $schema=mapping.schema.json\n")
    assert "mapping: neu\n" in shown.out
    assert "Looked at all 1 row of neu.csv" in shown.err
    told = site.run(
        "mapping", "suggest", "neu.csv", "--destination", "shipup", "--name", "neu", "--json"
    ).json
    assert told["yaml"] == shown.out
    assert told["columns"][0]["to"] == ["merchant_id", "order_number"]


def test_a_correction_that_was_saved_is_in_the_next_suggestion(site: Site) -> None:
    site.file(
        "neu.csv",
        ["A-1;a@example.com;Köln;1-A;Tee;1;Süd", "A-2;b@example.com;Jena;2-B;Tee;1;Nord"],
        headings=HEADINGS,
    )
    site.run("mapping", "suggest", "neu.csv", "--destination", "shipup", "-o", "neu.yaml")
    written = site.folder / "neu.yaml"
    assert "as in neu" not in site.run("mapping", "suggest", "neu.csv", "--destination", "shipup").out
    lines = written.read_text().splitlines()
    corrected = [
        "  Lagerplatz 7: {to: custom_variables.bay}" if line.strip().startswith("Lagerplatz 7") else line
        for line in lines
    ]
    written.write_text("\n".join(corrected))
    again = site.run("mapping", "suggest", "neu.csv", "--destination", "shipup").out
    line = next(line for line in again.splitlines() if line.strip().startswith("Lagerplatz 7"))
    assert "{to: custom_variables.bay}" in line
    assert "as in neu" in line


def test_wrong_calls_say_what_to_do(site: Site) -> None:
    file = site.file("neu.csv", ["A-1;a@example.com;Köln;1-A;Tee;1;x"], headings=HEADINGS)
    (site.folder / "there.yaml").write_text("mapping: there\n")
    suggest = ("mapping", "suggest", file.name, "--destination")
    for arguments, says in (
        ((*suggest, "shpup"), "There is no destination shpup. Name one of parcellab, shippify, shipup."),
        ((*suggest, "shipup", "-o", "there.yaml"), "there.yaml is there already."),
        ((*suggest, "shipup", "-o", "new.txt"), "A mapping's file ends in .yaml; new.txt does not."),
        ((*suggest, "shipup", "-o", "new.yaml", "--name", "other"), "is called like the mapping"),
        ((*suggest, "shipup", "--name", "No Name"), "No Name is no name for a mapping"),
        ((*suggest, "shipup", "--encoding", "klingon"), "There is no encoding klingon"),
        (("mapping", "suggest", "nope.csv", "--destination", "shipup"), "There is no file nope.csv."),
    ):
        shown = site.run(*arguments)
        assert (shown.code, shown.out) == (2, ""), arguments
        assert says in shown.err
