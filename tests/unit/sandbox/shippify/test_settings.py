"""Settings refuse what they cannot mean."""

from typing import Any

import pytest

from orderdrop.sandbox.calls import SettingError
from orderdrop.sandbox.shippify.settings import ShippifySettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("requests_per_minute", 0, id="no-requests-at-all"),
        pytest.param("requests_per_minute", 1.5, id="half-a-request"),
        pytest.param("error_shape", "xml", id="another-shape"),
        pytest.param("partial", 1, id="number-for-a-switch"),
        pytest.param("company", "Acme Ltd", id="company-that-is-no-slug"),
        pytest.param("colour", "red", id="unknown"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: Any) -> None:
    with pytest.raises(SettingError, match=name):
        ShippifySettings().changed({name: value})


def test_the_published_limit_is_the_default() -> None:
    assert ShippifySettings().requests_per_minute == 100


def test_the_key_is_not_shown() -> None:
    assert "s3cret" not in str(ShippifySettings(key="id:s3cret").as_json())
