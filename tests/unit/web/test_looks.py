"""Many who follow one batch cost as much as one."""

import pytest

from orderdrop.web.looks import LASTS_SECONDS, Looks


def test_many_who_look_within_a_second_look_once_and_see_the_same() -> None:
    looked: list[str] = []
    looks: Looks[int] = Looks(lambda: 100.0)

    def look() -> int:
        looked.append("a")
        return len(looked)

    assert [looks.see("a", look) for _ in range(20)] == [1] * 20
    assert looked == ["a"]


def test_each_name_is_looked_at_by_itself() -> None:
    looks: Looks[str] = Looks(lambda: 100.0)
    assert looks.see("a", lambda: "of a") == "of a"
    assert looks.see("b", lambda: "of b") == "of b"
    assert looks.see("a", lambda: "of a, again") == "of a"


def test_what_was_seen_a_second_ago_is_looked_at_anew() -> None:
    now = 100.0
    looks: Looks[str] = Looks(lambda: now)
    assert looks.see("a", lambda: "before") == "before"
    now += LASTS_SECONDS
    assert looks.see("a", lambda: "after") == "after"


def test_a_look_that_fails_is_tried_again_by_the_next_who_asks() -> None:
    looks: Looks[str] = Looks(lambda: 100.0)

    def fails() -> str:
        raise OSError("locked")

    with pytest.raises(OSError, match="locked"):
        looks.see("a", fails)
    assert looks.see("a", lambda: "seen") == "seen"
