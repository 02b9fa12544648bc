import gc
import gzip
import zipfile
from pathlib import Path

import pytest

from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.archives import unpack
from orderdrop.tables.limits import Limits
from orderdrop.tables.members import kept_alive
from orderdrop.tables.open import open_table, reopen
from orderdrop.tables.sniff import Kind


def packed(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_csv", ".csv"), content)
    return path


def rows_of(path: Path, options: FileOptions, limits: Limits | None = None) -> list[tuple[object, ...]]:
    table = open_table(path, options, limits=limits)
    rows = [row for frame in table.frames for row in frame.cells.itertuples(name=None)]
    again = reopen(path, options, table.verdict, limits=limits)
    assert again.verdict == table.verdict
    assert [row for frame in again.frames for row in frame.cells.itertuples(name=None)] == rows
    return rows


def test_files_that_are_written_differently_are_read_each_in_its_own_way_and_again_just_so(
    tmp_path: Path,
) -> None:
    path = packed(
        tmp_path / "a.zip",
        a_csv="id;n\n1;x\n",
        b_csv="Title\nid,n\n2,Zoë\n".encode("cp1252"),
        c_csv="id\tn\r\n3\t'\r\n".encode("utf-16"),
    )
    assert rows_of(path, FileOptions()) == [(2, "1", "x"), (5, "2", "Zoë"), (7, "3", "'")]


def test_patterns_choose_and_order_the_files(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", a_csv="id;n\n1;x\n", b_csv="id;n\n2;y\n", readme="Bonjour")
    assert rows_of(path, FileOptions(member=("b.csv", "a.csv"))) == [(2, "2", "y"), (4, "1", "x")]
    assert rows_of(path, FileOptions(member=("B*", "b*"))) == [(2, "2", "y")]


def test_what_was_unpacked_goes_with_what_reads_it(tmp_path: Path) -> None:
    unpacked = unpack(packed(tmp_path / "a.zip", a_csv="id;n\n1;x\n"), Kind.ZIP, (), Limits())
    folder = unpacked.folder
    frames = kept_alive(iter(()), unpacked)
    del unpacked
    gc.collect()
    assert [path.read_bytes() for path in folder.iterdir()] == [b"id;n\n1;x\n"]
    del frames
    gc.collect()
    assert not folder.exists()


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r'"b.csv" in the archive: The file is empty'):
        open_table(packed(tmp_path / "a.zip", a_csv="id;n\n1;x\n", b_csv=""), FileOptions())


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(Limits(archive_bytes=1000), id="size"),
        pytest.param(Limits(workbook_ratio_from_bytes=1000, workbook_ratio=5), id="ratio"),
        pytest.param(Limits(archive_members=1), id="files"),
        pytest.param(Limits(workbook_entries=1), id="entries"),
    ],
)
def test_what_comes_out_of_an_archive_is_bounded(tmp_path: Path, limits: Limits) -> None:
    content = "id;n\n" + "1;x\n" * 5000
    with pytest.raises(FileRefused, match="more than is read"):
        open_table(packed(tmp_path / "a.zip", a_csv=content, b_csv=content), FileOptions(), limits=limits)


def test_a_gzip_file_is_bounded_by_what_comes_out_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id;n\n" + b"1;x\n" * 5000))
    with pytest.raises(FileRefused, match="more than is read"):
        open_table(path, FileOptions(), limits=Limits(archive_bytes=1000))
    assert len(rows_of(path, FileOptions())) == 5000
