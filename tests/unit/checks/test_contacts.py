"""E-mail addresses and web addresses."""

import pytest
from tests.unit.checks.small import one


@pytest.mark.parametrize(
    "text",
    [
        "jean@example.com",
        "a.b+c@sub.example.co.uk",
        "renée@exämple.fr",
        "o'neil@example.com",
        "x_y@a-b.museum",
    ],
)
def test_an_address_is_kept_as_it_stands(text: str) -> None:
    assert one("email", text, to="email") == text


@pytest.mark.parametrize(
    "text",
    ["jean", "jean@", "@example.com", "jean@example", "a b@example.com", "a@b@example.com", "a..b@example.com",
     "a@-example.com", "a@example.c", "a@example..com", "<a@example.com>", "a@example.com;b@example.com",
     f"{'x' * 250}@example.com"],
)  # fmt: skip
def test_no_address_is_told(text: str) -> None:
    found = one("email", text, to="email")
    assert isinstance(found, tuple)
    assert found[0] == "not_an_email"
    assert found[1].endswith(": an e-mail address such as name@example.com is expected.")


@pytest.mark.parametrize(
    "text",
    ["https://example.com", "http://example.com:8080/a?b=c#d", "HTTPS://Example.com/é", "http://localhost/x",
     "http://[::1]/"],
)  # fmt: skip
def test_a_web_address_is_kept_as_it_stands(text: str) -> None:
    assert one("url", text) == text


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://",
        "https://a b.com",
        "https:/x.com",
    ],
)
def test_no_web_address_is_told(text: str) -> None:
    assert one("url", text) == (
        "not_a_url",
        f'Cell is "{text}": a web address that begins with https:// is expected.',
    )
