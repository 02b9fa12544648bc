"""Why a drop has to wait, in words."""

import pytest

from orderdrop.errors import SourceUnavailable
from orderdrop.pipeline.putting_off import why


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(
            SourceUnavailable("The line broke.", next_step="Try again."),
            "The line broke. Try again.",
            id="ours-is-fit-for-people",
        ),
        pytest.param(
            ValueError("anna@example.com is no date"),
            "a fault in orderdrop: ValueError",
            id="others-may-quote",
        ),
    ],
)
def test_of_an_error_only_what_is_fit_for_people_is_told(error: Exception, words: str) -> None:
    assert why(error) == words
