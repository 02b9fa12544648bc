"""Text that a spreadsheet would run goes out harmless and comes back as it was."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderdrop.core.neutral import RESTORE_PATTERN, neutralise, restore, shield

TRIGGERS = "=+-@\t\r\n\0＝＋－＠"
TEXTS = st.text() | st.text(alphabet=TRIGGERS + "' ax1", max_size=6)


@given(TEXTS)
@example("''=1")
@example("'")
@example("")
def test_what_was_made_harmless_comes_back_as_it_was(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert restore(shield(text)) == text


@given(TEXTS)
def test_no_harmless_text_begins_a_formula(text: str) -> None:
    assert not neutralise(text).startswith(tuple(TRIGGERS))


@given(st.lists(TEXTS, max_size=5))
def test_whole_columns_are_restored_as_single_texts_are(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    sent = pa.array(list(map(neutralise, texts)), pa.string())
    assert pc.replace_substring_regex(sent, RESTORE_PATTERN, r"\1").to_pylist() == texts
    odd = pa.array(texts, pa.string())
    assert pc.replace_substring_regex(odd, RESTORE_PATTERN, r"\1").to_pylist() == list(map(restore, texts))


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        pytest.param('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")', id="formula"),
        pytest.param("+33 6 12", "'+33 6 12", id="telephone-number"),
        pytest.param("-5", "'-5", id="negative-number"),
        pytest.param("@SUM(1)", "'@SUM(1)", id="old-formula"),
        pytest.param("\t=1", "'\t=1", id="tab-first"),
        pytest.param("＝1", "'＝1", id="full-width-twin"),
        pytest.param("'=1", "''=1", id="looks-harmless-already"),
        pytest.param("'s Gravenhage", "'s Gravenhage", id="apostrophe-of-a-town"),
        pytest.param("a=1", "a=1", id="sign-inside"),
        pytest.param("", "", id="blank"),
    ],
)
def test_only_what_could_run_gets_an_apostrophe(text: str, harmless: str) -> None:
    assert neutralise(text) == harmless


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("=1", "=1", id="text-in-a-workbook-never-runs"),
        pytest.param("'=1", "''=1", id="what-restore-would-change"),
        pytest.param("'s Gravenhage", "'s Gravenhage", id="apostrophe-of-a-town"),
    ],
)
def test_a_workbook_shields_only_what_restoring_would_change(text: str, written: str) -> None:
    assert shield(text) == written
