"""Telephone numbers."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.checks.small import one

from orderdrop.checks.arrow import pa
from orderdrop.checks.phones import phones
from orderdrop.checks.reading import read


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        pytest.param("06 12 34 56 78", "FR", "+33612345678", id="national"),
        pytest.param("06.12.34.56.78", "FR", "+33612345678", id="points"),
        pytest.param("+33 6 12 34 56 78", None, "+33612345678", id="international"),
        pytest.param("0033612345678", None, "+33612345678", id="double-zero"),
        pytest.param("+33 (0)6 12 34 56 78", None, "+33612345678", id="trunk-zero-in-brackets"),
        pytest.param("030 123456", "DE", "+4930123456", id="german"),
        pytest.param("02 1234 5678", "IT", "+390212345678", id="italian-keeps-its-zero"),
        pytest.param("612 34 56 78", "ES", "+34612345678", id="no-trunk-prefix"),
        pytest.param("(212) 555-0123", "US", "+12125550123", id="american"),
        pytest.param("+49 30 123456", "FR", "+4930123456", id="foreign-number-at-home"),
        pytest.param("06 12 34 56 78", None, "06 12 34 56 78", id="national-without-a-region-is-kept"),
        pytest.param("ask Marie", None, "ask Marie", id="anything-else-without-a-region-is-kept"),
        pytest.param("+33612345678 ext 12", None, "+33612345678 ext 12", id="extension-is-kept"),
        pytest.param(
            "+33\u00a0612\u202f345678 ext 12",
            None,
            "+33\u00a0612\u202f345678 ext 12",
            id="no-break-spaces-with-it",
        ),
    ],
)
def test_a_number_becomes_international(text: str, region: str | None, value: str) -> None:
    assert one("phone", text, region=region) == value


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+33 12", None),
        ("+999 123456", None),
        ("00", None),
        ("123", "FR"),
        ("ask Marie", "FR"),
        ("+" * 50, "FR"),
    ],
)
def test_no_number_is_told(text: str, region: str | None) -> None:
    found = one("phone", text, region=region)
    assert isinstance(found, tuple)
    assert found[0] == "not_a_phone"


numbers = st.from_regex(
    r"(\+|00|0[ .-]0)?(33|49|39|34|1|44|55|7|0)?[ .\u00a0\u202f-]?0?[1-9][0-9]{3,11}", fullmatch=True
)


@given(
    texts=st.lists(numbers, min_size=1, max_size=20),
    region=st.sampled_from([None, "FR", "DE", "IT", "ES", "US", "GB", "BR"]),
)
@settings(deadline=None)
def test_the_fast_way_agrees_with_the_library(texts: list[str], region: str | None) -> None:
    reader = phones(region)
    assert reader.fast is not None
    for text, fast in zip(texts, reader.fast(pa.array(texts)).to_pylist(), strict=True):
        if fast is not None:
            assert fast == reader.parse(text)
            assert phonenumbers.is_possible_number(phonenumbers.parse(fast, None))


def test_the_example_number_of_every_country_is_read() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        if example is not None:
            written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            assert read(pa.array([written]), phones(None)).values.to_pylist() == [e164], region
