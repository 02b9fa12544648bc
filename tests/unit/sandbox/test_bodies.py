"""Bodies off the wire."""

import pytest

from orderdrop.sandbox.bodies import NotJsonError, read_json


def test_a_twenty_digit_number_keeps_its_digits() -> None:
    assert read_json(b'{"tracking_number": 12345678901234567890123}') == {
        "tracking_number": 12345678901234567890123
    }


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut-off"),
        pytest.param(b'{"a": NaN}', id="not-a-number"),
        pytest.param(b'{"a": NaN, "b": 1234567890123456789012}', id="not-a-number-beside-a-long-one"),
        pytest.param(b'{"a": "\xe9"}', id="not-utf8"),
        pytest.param(b'{"a": "\\ud800", "b": 1234567890123456789012}', id="lone-surrogate"),
        pytest.param(b"[" * 100_000, id="deep-and-cut-off"),
        pytest.param(b"[" * 100_000 + b"1" * 20 + b"]" * 100_000, id="deep-with-a-long-number"),
        pytest.param(b"[" * 250 + b"]" * 250, id="too-deep-to-be-shown-again"),
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotJsonError):
        read_json(body)
