"""Settings refuse what they cannot mean."""

from typing import Any

import pytest

from orderdrop.sandbox.calls import SettingError
from orderdrop.sandbox.shipup.settings import ShipupSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("rate", 0, id="no-leak-at-all"),
        pytest.param("rate", "fast", id="rate-as-text"),
        pytest.param("burst", 0, id="bucket-without-room"),
        pytest.param("burst", True, id="boolean-for-a-number"),
        pytest.param("job_delay_seconds", -1, id="job-in-the-past"),
        pytest.param("job_delay_seconds", None, id="no-delay-given"),
        pytest.param("strict_semantics", "yes", id="text-for-a-switch"),
        pytest.param("missing_id_key", "id", id="a-third-spelling"),
        pytest.param("update_status", 204, id="another-status"),
        pytest.param("colour", "red", id="unknown"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: Any) -> None:
    with pytest.raises(SettingError, match=name):
        ShipupSettings().changed({name: value})


def test_the_published_rate_is_the_default() -> None:
    assert (ShipupSettings().rate, ShipupSettings().burst) == (2.0, 60)


def test_the_key_is_not_shown() -> None:
    assert "s3cret" not in str(ShipupSettings(key="s3cret").as_json())
