"""Countries, languages and currencies."""

import pytest
from tests.unit.checks.small import one


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("FR", "FR", id="alpha-2"),
        pytest.param("fr", "FR", id="small-letters"),
        pytest.param("FRA", "FR", id="alpha-3"),
        pytest.param("France", "FR", id="english"),
        pytest.param("Deutschland", "DE", id="german"),
        pytest.param("Allemagne", "DE", id="french"),
        pytest.param("España", "ES", id="spanish"),
        pytest.param("ESPANA", "ES", id="without-accent"),
        pytest.param("Italia", "IT", id="italian"),
        pytest.param("Nederland", "NL", id="dutch"),
        pytest.param("Österreich", "AT", id="austrian"),
        pytest.param("Royaume-Uni", "GB", id="hyphen"),
        pytest.param("UK", "GB", id="what-people-write-for-gb"),
        pytest.param("U.S.A.", "US", id="points"),
        pytest.param("United States", "US", id="common-name"),
        pytest.param("Czech Republic", "CZ", id="former-name"),
        pytest.param("Côte d'Ivoire", "CI", id="apostrophe"),
        pytest.param("Kosovo", "XK", id="user-assigned"),
    ],
)
def test_a_country_becomes_alpha_2(text: str, code: str) -> None:
    assert one("country", text, to="country") == code


def test_a_place_that_takes_alpha_3_gets_alpha_2_until_the_payload_is_written() -> None:
    assert one("country", "Allemagne", to="country3") == "DE"


def test_no_country_is_told_with_the_nearest() -> None:
    assert one("country", "Frnace", to="country") == (
        "not_a_country",
        'Cell is "Frnace": a country is expected, as a code such as FR or FRA or by its name; did you mean "France"?',
    )
    assert one("country", "zz", to="country") == (
        "not_a_country",
        'Cell is "zz": a country is expected, as a code such as FR or FRA or by its name.',
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("fr", "fr", id="code"),
        pytest.param("FR", "fr", id="capitals"),
        pytest.param("fra", "fr", id="three-letters"),
        pytest.param("ger", "de", id="bibliographic"),
        pytest.param("fr-FR", "fr", id="locale"),
        pytest.param("pt_BR", "pt", id="locale-with-underscore"),
        pytest.param("French", "fr", id="english-name"),
        pytest.param("français", "fr", id="own-name"),
        pytest.param("Deutsch", "de", id="german-in-german"),
        pytest.param("español", "es", id="one-of-two-names-in-the-list"),
        pytest.param("ελληνικά", "el", id="greek-in-greek"),
        pytest.param("русский", "ru", id="russian-in-russian"),
        pytest.param("chinois", "zh", id="chinese-in-french"),
        pytest.param("Spanish", "es", id="name-with-an-addition-in-the-list"),
    ],
)
def test_a_language_becomes_two_small_letters(text: str, code: str) -> None:
    assert one("language", text, to="language") == code


@pytest.mark.parametrize("text", ["xx", "klingonish", "12", "english-like", "xx-FR"])
def test_no_language_is_told(text: str) -> None:
    assert one("language", text, to="language") == (
        "not_a_language",
        f'Cell is "{text}": a language is expected, as a code such as fr or by its name.',
    )


@pytest.mark.parametrize(
    ("text", "code"), [("EUR", "EUR"), ("eur", "EUR"), ("€", "EUR"), ("Euro", "EUR"), ("Swiss Franc", "CHF")]
)
def test_a_currency_becomes_its_code(text: str, code: str) -> None:
    assert one("currency", text, to="currency") == code


@pytest.mark.parametrize("text", ["$", "EURO5", "E", "£"])
def test_a_sign_of_several_currencies_is_not_guessed(text: str) -> None:
    assert one("currency", text, to="currency") == (
        "not_a_currency",
        f'Cell is "{text}": a currency code such as EUR is expected.',
    )
