"""The forms in which a token comes."""

import base64

import pytest
from tests.unit.sandbox.hands import call

from orderdrop.sandbox.parcellab.credentials import account_of, opens, token_of


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "token"),
    [
        pytest.param("Parcellab-API-Token t0ken", "t0ken", id="documented"),
        pytest.param("parcellab-api-token t0ken", "t0ken", id="lower-case-scheme"),
        pytest.param("Bearer t0ken", "t0ken", id="bearer"),
        pytest.param("Bearer ", None, id="no-token"),
        pytest.param("t0ken", None, id="no-scheme"),
        pytest.param("Basic t0ken", None, id="another-scheme"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_token_comes_behind_one_of_two_schemes(header: str, token: str | None) -> None:
    assert token_of(call("GET", "/", key=header)) == token


@pytest.mark.parametrize(
    ("value", "key", "opened"),
    [
        pytest.param("t", "t", True, id="plain"),
        pytest.param(in_base64("4711:t"), "t", True, id="encoded-for-a-bare-key"),
        pytest.param(in_base64("4711:t"), "4711:t", True, id="encoded"),
        pytest.param("t", "4711:t", True, id="plain-for-a-key-with-an-account"),
        pytest.param(in_base64("9:t"), "4711:t", False, id="another-account"),
        pytest.param("u", "t", False, id="another-token"),
        pytest.param(in_base64("4711:u"), "t", False, id="another-token-encoded"),
        pytest.param(in_base64(in_base64("4711:t")), "4711:t", False, id="encoded-twice"),
    ],
)
def test_the_key_is_opened_by_its_token_plain_or_encoded(value: str, key: str, opened: bool) -> None:
    assert opens(value, key) == opened


@pytest.mark.parametrize(
    ("value", "account"),
    [
        pytest.param(in_base64("4711:t"), 4711, id="encoded"),
        pytest.param("t", None, id="plain"),
        pytest.param(in_base64("id:t"), None, id="account-that-is-no-number"),
    ],
)
def test_only_an_encoded_token_names_its_account(value: str, account: int | None) -> None:
    assert account_of(value) == account
