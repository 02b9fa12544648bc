"""Destinations are found by name."""

import pytest

from orderdrop.destinations.registry import find, names


def test_every_name_is_found_and_the_destination_bears_it() -> None:
    assert names() == ("shipup",)
    assert [find(name).name for name in names()] == list(names())


def test_a_name_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        find("shopify")
