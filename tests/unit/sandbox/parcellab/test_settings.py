"""Settings refuse what they cannot mean."""

from typing import Any

import pytest

from orderdrop.sandbox.calls import SettingError
from orderdrop.sandbox.parcellab.settings import ParcellabSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("account", 0, id="account-below-1"),
        pytest.param("rate", 0, id="no-leak-at-all"),
        pytest.param("body", "half", id="another-body"),
        pytest.param("error_type", "error", id="another-type"),
        pytest.param("lists", True, id="boolean-for-a-word"),
        pytest.param("page_size", 0, id="empty-pages"),
        pytest.param("couriers", "ups", id="text-for-a-list"),
        pytest.param("colour", "red", id="unknown"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: Any) -> None:
    with pytest.raises(SettingError, match=name):
        ParcellabSettings().changed({name: value})


def test_a_list_from_json_is_taken() -> None:
    assert ParcellabSettings().changed({"couriers": ["pigeon"]}).couriers == ("pigeon",)


def test_the_key_is_not_shown() -> None:
    assert "s3cret" not in str(ParcellabSettings(key="s3cret").as_json())
