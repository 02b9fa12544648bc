"""Every way in which a datetime may be sent."""

from typing import Any

import pytest

from orderdrop.sandbox.shipup.moments import unix_seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param(1599403980, 1599403980, id="integer"),
        pytest.param(1599403980.9, 1599403980, id="float"),
        pytest.param("1599403980", 1599403980, id="text-of-an-integer"),
        pytest.param("2019-08-12T09:17:29Z", 1565601449, id="iso-utc"),
        pytest.param("2019-08-12T11:17:29+02:00", 1565601449, id="iso-with-offset"),
        pytest.param("2019-08-12T09:17:29", 1565601449, id="iso-without-zone-is-utc"),
        pytest.param("12/08/2019", None, id="slashes"),
        pytest.param("9" * 5000, None, id="endless-digits"),
        pytest.param(1599403980000, None, id="milliseconds"),
        pytest.param(-1, None, id="negative"),
        pytest.param(float("nan"), None, id="nan"),
        pytest.param(True, None, id="boolean"),
        pytest.param(None, None, id="null"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_moment_is_read_as_unix_seconds(value: Any, seconds: int | None) -> None:
    assert unix_seconds(value) == seconds
