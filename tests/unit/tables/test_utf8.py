"""A walk over all bytes counts what is UTF-8 and what is not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderdrop.tables.utf8 import examine

# bytes, and how many sequences they are and bytes that belong to none
PIECES = {
    b"a": (0, 0),
    b"\xc3\xa9": (1, 0),
    b"\xe2\x82\xac": (1, 0),
    b"\xf0\x9f\x98\x80": (1, 0),
    b"\xe9": (0, 1),
    b"\x80": (0, 1),
    b"\xe9\xe8": (0, 2),
    b"\xe2\x82": (0, 2),
    b"\xf0\x9f\x98": (0, 3),
}


@example(pieces=[b"\xe2\x82"], end=b"")
@given(pieces=st.lists(st.sampled_from(sorted(PIECES)), max_size=20), end=st.sampled_from([b"", b" end"]))
def test_sequences_and_stray_bytes_are_counted_wherever_they_stand(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], end: bytes
) -> None:
    path = tmp_path_factory.mktemp("utf8") / "drop.csv"
    path.write_bytes(b" ".join([b"\xff", *pieces]) + end)
    evidence = examine(path)
    assert evidence.sequences == sum(PIECES[piece][0] for piece in pieces)
    assert evidence.bad == 1 + sum(PIECES[piece][1] for piece in pieces)
