"""Large drops are built by two processes, and nobody can tell but by the clock."""

import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.orders.warehouse import SHAPE, Row, columns_of, frame_of, headings_of

from orderdrop.errors import TryAgainLater
from orderdrop.frames import Verdict
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders import Nesting, Policy
from orderdrop.pipeline.preparing.building import Builder, Built
from orderdrop.pipeline.preparing.opening import Reading
from orderdrop.pipeline.preparing.partners import Partners
from orderdrop.pipeline.preparing.second import built


class Plain:
    """A destination that takes everything but an order without an email."""

    name = "plain"
    shape = SHAPE

    def validate(self, payloads: list[dict[str, Any]]) -> list[bytes]:
        return [repr(payload).encode() for payload in payloads]


class Signed(Plain):
    """One that says which process asked; the first process waits until the other has begun, lest it does everything itself."""

    def __init__(self, folder: Path) -> None:
        self.first = os.getpid()
        self.begun = folder.with_name(f"{folder.name}-begun")

    def validate(self, payloads: list[dict[str, Any]]) -> list[bytes]:
        if os.getpid() != self.first:
            self.begun.touch()
            self.in_the_other_process()
        for _ in range(600):
            if self.begun.exists():
                break
            time.sleep(0.1)
        return [str(os.getpid()).encode() for _ in payloads]

    def in_the_other_process(self) -> None:
        """What is held against the orders there."""


class Deadly(Signed):
    """One that ends any process but the first that holds it against an order."""

    def in_the_other_process(self) -> None:
        os._exit(9)


class Faulty(Signed):
    """One that has a fault of its own in the other process."""

    def in_the_other_process(self) -> None:
        raise ZeroDivisionError("a fault of ours")


class Homely(Plain):
    """One that goes to no other process."""

    def __reduce__(self) -> str:
        raise AssertionError("it was sent away")


def _rows() -> list[Row]:
    return [
        Row(number=number, values={"id": f"A-{number % 300}", "lines.sku": str(number)}, fingerprint=number)
        for number in range(2, 1_202)
    ]


def _builder(folder: Path, destination: Any) -> Builder:
    columns = columns_of(_rows())
    nesting = Nesting(
        shape=SHAPE,
        policy=Policy(on_bad_row=OnBadRow.HOLD_ORDER, on_duplicate_row=OnDuplicateRow.REJECT),
        sources=headings_of(columns),
        spill_folder=folder,
        in_memory_rows=100,
        chunk_orders=7,
    )
    reading = Reading(table=Verdict(format="csv"))
    return Builder(
        nesting=nesting,
        partners=Partners(names=(), needed=frozenset()),
        destination=destination,
        reading=reading,
    )


def _all(builder: Builder) -> Generator[Built]:
    rows = _rows()
    with builder.nesting.parts([frame_of(rows, columns_of(rows))]) as parts:
        assert len(parts) > 5
        yield from built(builder, parts)


def _alone(builder: Builder) -> Iterator[Built]:
    rows = _rows()
    with builder.nesting.parts([frame_of(rows, columns_of(rows))]) as parts:
        for part in parts:
            yield from builder.built(part)


def _by_key(found: Iterator[Built]) -> dict[str, tuple[int, bytes, tuple[int, ...]]]:
    made: dict[str, tuple[int, bytes, tuple[int, ...]]] = {}
    for some in found:
        for number, draft in enumerate(some.drafts, some.first):
            assert draft.key not in made
            made[draft.key] = (number, some.payloads[draft.key], draft.lineage.rows)
    return made


def test_two_processes_build_what_one_builds_and_number_it_alike(tmp_path: Path) -> None:
    alone = _by_key(_alone(_builder(tmp_path, Plain())))
    assert len(alone) == len({number for number, _, _ in alone.values()}) == 300
    assert _by_key(_all(_builder(tmp_path, Plain()))) == alone
    assert not list(tmp_path.iterdir())


def test_both_processes_take_parts_until_none_is_left(tmp_path: Path) -> None:
    made = _by_key(_all(_builder(tmp_path, Signed(tmp_path))))
    assert len(made) == 300
    assert len({signature for _, signature, _ in made.values()}) == 2


def test_a_second_process_that_dies_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TryAgainLater, match="A process that builds orders died"):
        list(_all(_builder(tmp_path, Deadly(tmp_path))))
    assert not list(tmp_path.iterdir())


def test_a_fault_in_the_second_process_is_a_fault_here(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError, match="a fault of ours"):
        list(_all(_builder(tmp_path, Faulty(tmp_path))))


def test_who_stops_half_way_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    found = _all(_builder(tmp_path, Plain()))
    next(found)
    found.close()
    assert not list(tmp_path.iterdir())


def test_the_second_process_ends_with_the_first(tmp_path: Path) -> None:
    script = tmp_path / "first.py"
    script.write_text(
        "import os, pickle, struct, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'orderdrop.pipeline.preparing.second'], stdin=subprocess.PIPE,"
        " stdout=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "data = pickle.dumps((None, False))\n"
        "child.stdin.write(struct.pack('<Q', len(data)) + data)\n"
        "child.stdin.flush()\n"
        "child.stdout.read(8)  # it is free, and waits for a part\n"
        "os._exit(0)\n"
    )
    told = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True
    )
    pid = int(told.stdout)
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    raise AssertionError("it lives on")


def test_a_drop_of_few_parts_needs_no_second_process(tmp_path: Path) -> None:
    builder = _builder(tmp_path, Homely())
    builder = replace(builder, nesting=replace(builder.nesting, in_memory_rows=5_000))
    rows = _rows()
    with builder.nesting.parts([frame_of(rows, columns_of(rows))]) as parts:
        assert len(_by_key(built(builder, parts))) == 300
