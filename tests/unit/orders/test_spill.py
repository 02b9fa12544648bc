"""Rows that go through files come back whole, and nothing stays behind."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from orderdrop.errors import TryAgainLater
from orderdrop.orders.spill import blocks, blocks_of, in_parts


def _tables(count: int, orders: int) -> Iterator[pa.Table]:
    for start in range(0, count, 10):
        rows = range(start, min(start + 10, count))
        yield pa.table({"id": [f"O{row % orders}" for row in rows], "row": list(rows)})


def _spilled(folder: Path, count: int = 100, orders: int = 20, in_memory_rows: int = 5) -> list[pa.Table]:
    return list(blocks(_tables(count, orders), key="id", folder=folder, in_memory_rows=in_memory_rows))


def test_rows_that_fit_are_one_table_and_touch_no_disk(tmp_path: Path) -> None:
    (table,) = _spilled(tmp_path / "spill", in_memory_rows=100)
    assert table.column("row").to_pylist() == list(range(100))
    assert not (tmp_path / "spill").exists()


def test_every_order_is_in_one_part_and_its_rows_keep_their_order(tmp_path: Path) -> None:
    parts = [part.to_pydict() for part in _spilled(tmp_path)]
    homes: dict[str, set[int]] = {}
    for number, part in enumerate(parts):
        for key in part["id"]:
            homes.setdefault(key, set()).add(number)
        assert part["row"] == sorted(part["row"])
    assert sorted(row for part in parts for row in part["row"]) == list(range(100))
    assert all(len(home) == 1 for home in homes.values())
    assert len(parts) > 1


def test_a_part_that_is_still_too_large_is_split_again(tmp_path: Path) -> None:
    sizes = [len(part) for part in _spilled(tmp_path, count=4000, orders=2000, in_memory_rows=10)]
    assert sum(sizes) == 4000
    assert len(sizes) > 2 * 128  # so many parts are made at once, none of which would be small enough
    assert max(sizes) <= 10


def test_each_part_knows_how_many_rows_are_in_those_before_it(tmp_path: Path) -> None:
    before = 0
    with in_parts(_tables(100, 20), key="id", folder=tmp_path, in_memory_rows=5) as parts:
        assert len(parts) > 1
        for part in parts:
            assert part.rows_before == before
            some = blocks_of(part, key="id", folder=tmp_path, in_memory_rows=5)
            before += sum(block.num_rows for block in some)
    assert before == 100


def test_an_order_larger_than_memory_stays_whole(tmp_path: Path) -> None:
    (part,) = _spilled(tmp_path, orders=1)
    assert len(part) == 100


def test_a_row_without_a_key_comes_back_as_well(tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([None, "A", None, "B"]), "row": [0, 1, 2, 3]})
    parts = blocks([table], key="id", folder=tmp_path, in_memory_rows=1)
    assert sorted(row for part in parts for row in part.to_pydict()["row"]) == [0, 1, 2, 3]


def test_rows_of_tables_with_other_columns_meet_in_their_orders(tmp_path: Path) -> None:
    heads = [pa.table({"id": [f"O{n}" for n in range(20)], "mail": ["m"] * 20})]
    lines = [pa.table({"id": [f"O{n % 20}" for n in range(60)], "sku": ["s"] * 60})]
    parts = list(blocks([*heads, *lines], key="id", folder=tmp_path, in_memory_rows=5))
    assert len(parts) > 1
    for part in parts:
        rows = part.select(["id", "mail", "sku"]).to_pylist()
        for order in {row["id"] for row in rows}:
            own = [(row["mail"], row["sku"]) for row in rows if row["id"] == order]
            assert own == [("m", None), *[(None, "s")] * 3]


def test_nothing_is_left_once_all_was_read(tmp_path: Path) -> None:
    _spilled(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_the_reader_stops_half_way(tmp_path: Path) -> None:
    parts = blocks(_tables(100, 20), key="id", folder=tmp_path, in_memory_rows=5)
    next(parts)
    assert list(tmp_path.iterdir()) != []
    parts.close()
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_reading_the_drop_passes_as_it_is_and_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.Table]:
        yield from _tables(50, 20)
        raise OSError("the drop is gone")

    with pytest.raises(OSError, match="the drop is gone"):
        list(blocks(broken(), key="id", folder=tmp_path, in_memory_rows=5))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    occupied = tmp_path / "spill"
    occupied.write_text("a file where the folder should be")
    with pytest.raises(TryAgainLater, match=r"spill folder .* cannot be used.*run the same again"):
        _spilled(occupied)
