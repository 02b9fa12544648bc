"""Files that cannot be used: said in plain words, kept in failed/ with a receipt, nothing sent, and no other file kept back."""

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.acceptance.conftest import NewSite
from tests.acceptance.site import HEADINGS, Result, Site

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
        )

    head = chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("orders.csv", f"{HEADINGS}\nA;a@example.com;A;Tea;1\n")
    inner = held.getvalue()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("orders.zip", inner)
    return held.getvalue()


def encrypted() -> bytes:
    """The front of what Excel writes for a workbook with a password: an OLE file that holds an encrypted package."""
    folder = "".join(name.ljust(32, "\0") for name in ("Root Entry", "EncryptionInfo", "EncryptedPackage"))
    return OLE + b"\0" * 504 + folder.encode("utf-16-le") + b"\0" * 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One file that is refused as a whole, and words that its message must hold."""

    name: str
    content: bytes
    says: tuple[str, ...]


BAD = [
    Bad(name="empty.csv", content=b"", says=("empty",)),
    Bad(name="header-only.csv", content=f"{HEADINGS}\r\n".encode(), says=("no rows",)),
    Bad(
        name="a-pdf.csv", content=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", says=("PDF", "CSV")
    ),
    Bad(name="an-image.csv", content=png(), says=("PNG",)),
    Bad(name="an-archive.csv", content=archive(), says=("zip archive inside a zip archive",)),
    Bad(
        name="a-page.csv", content=b"<!doctype html>\n<html><body>Log in</body></html>\n", says=("web page",)
    ),
    Bad(
        name="other-feed.csv",
        content=b"SSCC;Weight;Pallet\n00340434161094042557;12,5;P-1\n",
        says=("Order", "SKU"),
    ),
    Bad(name="locked.xlsx", content=encrypted(), says=("password",)),
]
IDS = [bad.name for bad in BAD]


@pytest.fixture(scope="module")
def polled(new_site: NewSite, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Result, int]:
    """A feed that met every bad file and, last, a good one; and how many calls the API had seen before."""
    site = new_site(tmp_path_factory.mktemp("bad"))
    for bad in BAD:
        (site.inbox / bad.name).write_bytes(bad.content)
    site.drop("good.csv", site.rows([1]))
    before = site.judge.last_call()
    return site, site.run("run", "night", "--json"), before


@pytest.mark.parametrize("bad", BAD, ids=IDS)
def test_it_is_kept_in_failed_with_a_receipt_that_says_why(
    bad: Bad, polled: tuple[Site, Result, int]
) -> None:
    site, result, _ = polled
    assert (site.inbox / "failed" / bad.name).read_bytes() == bad.content
    receipt = json.loads((site.inbox / "failed" / f"{bad.name}.receipt.json").read_text())
    assert receipt in result.json
    assert receipt["status"] == "failed"
    assert not any(receipt["orders"].values())
    messages = " ".join(problem["message"] for problem in receipt["problems"])
    assert all(word in messages for word in bad.says), messages
    assert receipt["remarks"]
    assert (site.inbox / "failed" / f"{bad.name}.receipt.html").is_file()


def test_nothing_of_the_bad_files_was_sent_and_the_good_one_was(polled: tuple[Site, Result, int]) -> None:
    site, result, before = polled
    assert site.judge.posts(after=before) == {site.key(1): 1}
    assert result.code == 1
    assert result.err == ""
    assert len(result.json) == len(BAD) + 1


@pytest.mark.parametrize("bad", [BAD[0], BAD[2], BAD[6]], ids=[IDS[0], IDS[2], IDS[6]])
def test_imported_by_hand_it_ends_with_code_1_and_the_reason_in_words(bad: Bad, site: Site) -> None:
    (site.folder / bad.name).write_bytes(bad.content)
    before = site.judge.last_call()
    result = site.run("import", bad.name, "--mapping", "small", "--account", "local")
    assert result.code == 1
    assert f"{bad.name}  failed" in result.out
    assert all(word in result.out for word in bad.says)
    assert site.judge.last_call() == before


@pytest.mark.parametrize(
    ("headings", "ends"),
    [
        pytest.param("Order;Email;Item;Qty", '"Item" and "Qty".', id="one-and-two-warnings"),
        pytest.param("Email;Item;Qty", ' "Qty". There is 1 further problem.', id="two"),
        pytest.param("Email;Item;Qty;Qty", " but one of them. There are 2 further problems.", id="three"),
    ],
)
def test_the_remarks_of_a_file_that_is_refused_say_how_many_problems_there_are(
    headings: str, ends: str, site: Site
) -> None:
    site.file("short.csv", ["1;" * headings.count(";") + "1"], headings=headings)
    refused = site.run("preview", "short.csv", "--mapping", "small", "--json").json
    first = next(problem for problem in refused["problems"] if problem["severity"] == "error")
    assert refused["status"] == "failed"
    assert refused["remarks"].startswith(first["message"])
    assert refused["remarks"].endswith(ends)


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        pytest.param("B;b\0@example.com;A;Tea;1", None, "NUL", id="a-nul-byte"),
        pytest.param(
            f"B;b@example.com;A;{'x' * 2_000_000};1",
            "Item",
            "2,000,000 characters",
            id="a-cell-of-2-megabytes",
        ),
        pytest.param("B;b@example.com;A;Tea", None, "cells", id="a-short-row"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_others_are_sent(
    row: str, column: str | None, says: str, site: Site
) -> None:
    site.file("orders.csv", [*site.rows([1]), row.replace("B", site.key(2), 1), *site.rows([3])])
    result = site.run("import", "orders.csv", "--mapping", "small", "--account", "local", "--json")
    assert result.code == 1
    assert {problem["row"] for problem in result.json["problems"]} == {3}
    assert column in {problem["column"] for problem in result.json["problems"]}
    assert says in result.json["problems"][0]["message"]
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1, site.key(3): 1}
    assert len(result.out) < 20_000, "the value is cut"


def test_a_name_with_control_characters_is_printed_harmlessly(site: Site) -> None:
    name = "orders\x1b[2Jx.csv"
    Path(site.folder / name).write_text(f"{HEADINGS}\n" + "\n".join(site.rows([1])) + "\n")
    result = site.run("import", name, "--mapping", "small", "--account", "local")
    assert result.code == 0
    assert "\x1b" not in result.out + result.err
    assert "orders\\x1b[2Jx.csv" in result.out
