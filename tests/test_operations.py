"""The page for three in the morning says what the code does."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docs.answers import CASES, course, in_words

from orderdrop.core.failures import FailureKind
from orderdrop.core.notices import Cause
from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.policy import GiveUp, LookUpFirst, Refuse, Retry, StopAccount
from orderdrop.destinations.answers import failure_for
from orderdrop.destinations.calls import Reply
from orderdrop.errors import ExitCode
from orderdrop.notices.wording import WORDS
from orderdrop.pipeline.telling.noticing import FIRST_PAUSE, GIVEN_UP_AFTER, KEPT, LONGEST_PAUSE, LOUD_AFTER
from orderdrop.settings import NoticeOptions

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAGE = (Path(__file__).parents[1] / "docs/operations.md").read_text()
SOURCES = Path(__file__).parents[1] / "src"
SAYS = {
    "stops the account": StopAccount,
    "`refused`": Refuse,
    "`unsent`; the others": GiveUp,
    "asks the API": LookUpFirst,
}


def rows(first_heading: str) -> dict[str, tuple[str, ...]]:
    """The table that begins with a heading: its first cell to the others."""
    found: dict[str, tuple[str, ...]] = {}
    table = PAGE.split(f"\n| {first_heading} |", 1)[1].split("\n\n", 1)[0]
    for line in table.splitlines()[2:]:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            found[cells[0].strip("`| ")] = tuple(cells[1:])
    return found


@pytest.mark.parametrize("upserts", [True, False])
@pytest.mark.parametrize("answer", CASES)
def test_the_table_says_of_each_answer_what_the_policy_decides(answer: str, upserts: bool) -> None:
    told = rows("answer")[answer][0 if upserts else 1]
    assert told.rstrip("| ") == in_words(answer, upserts=upserts)
    decisions = course(answer, upserts=upserts)
    said = [kind for words, kind in SAYS.items() if words in told]
    if said:
        assert isinstance(decisions[-1], said[0])
    times = re.search(r"(\d+) times", told)
    assert (int(times[1]) if times else 0) == sum(isinstance(one, Retry) for one in decisions)


def test_every_answer_that_is_no_verdict_is_in_the_table() -> None:
    assert {kind for kind, _ in CASES.values()} == set(FailureKind)


@pytest.mark.parametrize(
    "status",
    [
        301,
        302,
        307,
        400,
        401,
        402,
        403,
        404,
        405,
        408,
        409,
        410,
        413,
        415,
        418,
        422,
        423,
        425,
        429,
        500,
        501,
        502,
        503,
        504,
    ],
)
def test_every_status_is_read_as_the_table_says(status: int) -> None:
    named = [
        kind
        for answer, (kind, _) in CASES.items()
        if str(status) in re.findall(r"\d{3}", answer)
        or f"{status // 100}xx" in answer.split()[0].rstrip(",")
    ]
    exact = [kind for answer, (kind, _) in CASES.items() if str(status) in re.findall(r"\d{3}", answer)]
    expected = (exact or named or [CASES["another 4xx"][0]])[0]
    assert failure_for(Reply(status=status), "It", lambda: NOW).kind is expected


def test_every_cause_of_a_notice_says_when_it_is_told_and_what_to_do() -> None:
    causes = rows("cause")
    assert set(causes) == {cause.value for cause in Cause}
    for name, (when, what) in causes.items():
        assert (when, what.rstrip(" |")) == (WORDS[Cause(name)].when, WORDS[Cause(name)].do)


def test_every_time_that_is_said_of_notices_is_the_one_that_is_kept() -> None:
    said = PAGE.split("## Who is told what", 1)[1].split("\n## ", 1)[0]
    usual = NoticeOptions.model_fields
    assert (usual["quiet"].default, usual["remind"].default) == (timedelta(minutes=15), timedelta(days=1))
    assert (timedelta(minutes=1), timedelta(hours=1)) == (FIRST_PAUSE, LONGEST_PAUSE)
    assert (4, timedelta(days=3), timedelta(days=90)) == (LOUD_AFTER, GIVEN_UP_AFTER, KEPT)
    assert "kept in the ledger for 90 days" in PAGE
    for words in (
        "(15 minutes)",
        "(a day)",
        "after a minute",
        "up to an hour",
        "After four failures",
        "three days",
    ):
        assert words in " ".join(said.split())


@pytest.mark.parametrize("seen", rows("what you see"))
def test_whatever_is_said_to_be_seen_can_be_seen(seen: str) -> None:
    sources = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    words = [
        part.strip() for line in seen.replace("postgresql://", "").split("`, `") for part in line.split("...")
    ]
    assert [part for part in words if part not in sources] == []


def test_every_status_and_exit_code_says_what_to_do() -> None:
    assert set(rows("status")) == {status.value for status in BatchStatus}
    assert set(rows("code")) == {str(code.value) for code in ExitCode}
    assert all(cells[-1].strip("| ") for cells in (rows("status") | rows("code")).values())
