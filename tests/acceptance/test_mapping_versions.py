"""Versions of mappings as their author meets them: pinned to batches, compared, put on top of each other."""

from tests.acceptance.site import MAPPING, Site

HEIR = """\
mapping: belgian
extends: small
columns:
  Qty: {minimum: 0}
"""


def _import(site: Site, file: str, mapping: str = "small") -> str:
    done = site.run("import", file, "--mapping", mapping, "--account", "local", "--json")
    return str(done.json["batch"])


def test_every_version_that_ran_is_listed_with_its_batches(site: Site) -> None:
    site.file("first.csv", site.rows([1]))
    site.file("second.csv", site.rows([2]))
    _import(site, "first.csv")
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 0"))
    _import(site, "first.csv")
    _import(site, "second.csv")
    told = site.run("mapping", "versions", "small", "--json").json
    assert [version["batches"] for version in told["versions"]] == [1, 2]
    assert told["today"] == told["versions"][1]["digest"]
    shown = site.run("mapping", "versions", "small")
    assert shown.code == 0
    assert "the file of today" in shown.out.splitlines()[-2]


def test_versions_are_kept_when_the_file_is_gone(site: Site) -> None:
    site.file("first.csv", site.rows([1]))
    batch = _import(site, "first.csv")
    (site.folder / "small.yaml").rename(site.folder / "other.txt")
    assert len(site.run("mapping", "versions", "small", "--json").json["versions"]) == 1
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 7"))
    assert "`Qty`: minimum 1 -> 7" in site.run("mapping", "diff", batch).out


def test_what_changed_since_a_batch_or_a_version_is_said_in_words(site: Site) -> None:
    site.file("first.csv", site.rows([1]))
    batch = _import(site, "first.csv")
    digest = site.run("mapping", "versions", "small", "--json").json["today"]
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 0"))
    for before in (batch, f"small@{digest[:6]}"):
        shown = site.run("mapping", "diff", before, "small")
        assert shown.code == 1
        assert shown.out.splitlines()[1:] == ["  `Qty`: minimum 1 -> 0"]
    told = site.run("mapping", "diff", batch, "--json").json
    assert told["differences"][0]["where"] == ["columns", "Qty", "minimum"]
    assert (told["from"]["digest"], told["from"]["called"]) == (digest, f"batch {batch}")


def test_mappings_without_a_difference_end_with_code_0(site: Site) -> None:
    shown = site.run("mapping", "diff", "small.yaml", "small.yaml")
    assert (shown.code, shown.out.splitlines()[1:]) == (0, ["  nothing changed"])
    assert not (site.folder / "var").exists(), "two files need no ledger"


def test_a_version_that_is_not_there_is_told_with_those_that_are(site: Site) -> None:
    site.file("first.csv", site.rows([1]))
    _import(site, "first.csv")
    shown = site.run("mapping", "diff", "small@zz", "small")
    assert shown.code == 2
    assert "Mapping `small` has no version whose digest begins with 'zz'. Known are " in shown.err


def test_a_batch_under_a_mapping_that_extends_another_keeps_both(site: Site) -> None:
    (site.folder / "belgian.yaml").write_text(HEIR)
    site.file("zero.csv", site.rows([1], quantity="0"))
    assert site.run("preview", "zero.csv", "--mapping", "small").code == 1
    assert site.run("preview", "zero.csv", "--mapping", "belgian").code == 0
    batch = _import(site, "zero.csv", "belgian")
    (site.folder / "small.yaml").write_text(MAPPING.replace("type: email", "type: email, required: true"))
    shown = site.run("mapping", "diff", batch)
    assert shown.out.splitlines()[1:] == ["  `Email`: must be filled now"]
    assert len(site.run("mapping", "versions", "belgian", "--json").json["versions"]) == 1
    (site.folder / "small.yaml").unlink()
    assert site.run("batches", "show", batch, "--json").json["rows"]["read"] == 1


def test_a_held_batch_goes_on_under_the_version_it_was_pinned_to_when_the_files_are_gone(site: Site) -> None:
    (site.folder / "belgian.yaml").write_text(HEIR + "hold_batch_when: {bad_rows_over: 0}\n")
    site.file("two.csv", [*site.rows([1], quantity="0"), *site.rows([2], quantity="two")])
    batch = _import(site, "two.csv", "belgian")
    assert site.run("batches", "show", batch, "--json").json["status"] == "held"
    (site.folder / "belgian.yaml").unlink()
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 7"))
    released = site.run("batches", "release", batch, "--json").json
    assert (released["orders"]["accepted"], released["rows"]["rejected"]) == (1, 1)
    assert released["reports"]["rejects_csv"], "the report is read under the pinned version, too"


def test_a_fault_in_a_base_is_told_where_it_stands(site: Site) -> None:
    (site.folder / "belgian.yaml").write_text(HEIR)
    (site.folder / "small.yaml").write_text(MAPPING.replace("type: email", "typ: email"))
    shown = site.run("mapping", "check", "belgian")
    assert shown.code == 3
    assert "small.yaml:6: unknown key `typ`; did you mean `type`?" in shown.err
