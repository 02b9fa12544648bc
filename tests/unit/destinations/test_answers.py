"""HTTP answers that are no verdict, and how long they ask us to wait."""

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdrop.destinations.answers import failure_for, retry_after
from orderdrop.destinations.base import FailureKind
from orderdrop.destinations.calls import Reply

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def noon() -> datetime:
    return NOON


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("2", 2.0, id="seconds"),
        pytest.param("0.5", 0.5, id="half a second"),
        pytest.param("Sun, 22 Nov 2026 12:00:30 GMT", 30.0, id="date"),
        pytest.param("Sun, 22 Nov 2026 12:00:30 -0000", 30.0, id="date without a zone"),
        pytest.param("Sun, 22 Nov 2026 11:00:00 GMT", 0.0, id="date in the past"),
        pytest.param("-1", 0.0, id="negative"),
        pytest.param("86400", 86_400.0, id="a day"),
        pytest.param("1e300", 86_400.0, id="more than a day is a day"),
        pytest.param("inf", 86_400.0, id="for ever is a day"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("soon", None, id="a word"),
        pytest.param("", None, id="absent"),
    ],
)
def test_retry_after_is_read_in_all_its_forms(text: str, seconds: float | None) -> None:
    assert retry_after(httpx.Headers({"Retry-After": text}), noon) == seconds


def test_a_date_is_measured_by_the_server_s_own_clock() -> None:
    headers = {"Retry-After": "Sun, 22 Nov 2026 15:00:30 GMT", "Date": "Sun, 22 Nov 2026 15:00:00 GMT"}
    assert retry_after(httpx.Headers(headers), noon) == 30.0


@settings(deadline=None)
@given(st.text())
def test_no_header_whatever_makes_the_reading_raise(text: str) -> None:
    seconds = retry_after(httpx.Headers({b"Retry-After": text.encode("utf-8", "replace")}), noon)
    assert seconds is None or 0 <= seconds <= 86_400


@pytest.mark.parametrize("status", [*range(300, 400), *range(401, 422), *range(423, 600)])
def test_every_other_status_is_a_failure_that_names_it(status: int) -> None:
    failure = failure_for(Reply(status=status), "Shipup", noon)
    assert failure.status == status
    assert str(status) in failure.message


def test_a_redirect_says_where_it_would_lead() -> None:
    reply = Reply(status=302, headers=httpx.Headers({"Location": "https://sso.example/login"}))
    failure = failure_for(reply, "Shipup", noon)
    assert failure.kind is FailureKind.UNREADABLE
    assert "https://sso.example/login" in failure.message
