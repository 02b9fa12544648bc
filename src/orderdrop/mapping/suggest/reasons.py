"""Why a column was taken for something, in a few words."""

from orderdrop.mapping.suggest.fitting import Evidence
from orderdrop.mapping.suggest.meanings import meanings
from orderdrop.mapping.suggest.structure import Grouping
from orderdrop.mapping.suggest.weighing import Guess

_NOUNS = {
    "email": "an email address", "phone": "a telephone number", "url": "a web address", "country": "a country",
    "country_name": "a country", "currency": "a currency", "language": "a language", "gtin": "an EAN whose check digit agrees",
    "date": "a date", "boolean": "yes or no", "latitude": "a latitude", "longitude": "a longitude", "size": "a size",
    "postcode": "a postcode", "amount": "a number", "number": "a number", "quantity": "a small whole number",
}  # fmt: skip
_PERSONAL = ("customer", "ship", "bill")  # nobody's name or street belongs into a mapping
_SHOWN = 24


def why(guess: Guess, one: Evidence, *, is_key: bool, grouping: Grouping | None) -> str:
    """The reasons, the strongest first, as one line."""
    parts = [_heading(guess), _values(guess, one)]
    if is_key and grouping is not None and grouping.several:
        parts.append(f"groups {len(one.profile.cells)} rows into {grouping.groups} orders")
    elif is_key and one.profile.distinct == one.profile.filled == len(one.profile.cells):
        parts.append("every value is unique")
    elif guess.constant is not None and meanings()[guess.meaning].level in ("order", "line"):
        parts.append("one per order" if guess.constant else "differs within orders")
    if guess.rival:
        parts.append(
            f"could also be {guess.rival}" if guess.rival in _sayings() else f"{guess.rival} could be it too"
        )
    return "; ".join(filter(None, parts))


def _sayings() -> frozenset[str]:
    return frozenset(meaning.says for meaning in meanings().values())


def _heading(guess: Guess) -> str:
    says = meanings()[guess.meaning].says
    if guess.remembered:
        return f"{says}, as in {guess.remembered}"
    if guess.said is None:
        return f"{says}, though the heading does not say so"
    language = f" in {guess.said.language}" if guess.said.language else ""
    if guess.said.score < 0.6:
        return f"perhaps {says}{language}"
    return f"{says}{language}"


def _values(guess: Guess, one: Evidence) -> str:
    values = one.profile.values
    expected, says = meanings()[guess.meaning].values, meanings()[guess.meaning].says
    if not values:
        return "blank in every row that was looked at"
    if expected == "tracking":
        return _tracking(one)
    noun = _NOUNS.get(expected)
    about_somebody = guess.meaning.partition(".")[0] in _PERSONAL
    if noun is None:
        return "" if about_somebody else f"such as {_short(values[0])}"
    fit = guess.fit or 0.0
    if fit >= 0.999:
        return "every value is one" if noun.endswith(says) else f"every value is {noun}"
    return (
        f"{round(fit * 100)}% of the values are {noun}"
        if fit >= 0.1 or about_somebody
        else f"but {_short(values[0])} is not {noun}"
    )


def _tracking(one: Evidence) -> str:
    proved = {hit.carrier for hit in one.tracked if hit and hit.proved}
    if proved and all(hit and hit.proved for hit in one.tracked):
        names = " and ".join(sorted(name for name in proved if name not in ("post", "GS1")))
        return f"numbers of {names}" if names else "the check digits agree"
    return f"such as {_short(one.profile.values[0])}"


def _short(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
