"""The settings of notices: every fault with its line, and a URL that holds a secret is never repeated."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from orderdrop.core.expected import Expected
from orderdrop.core.notices import Cause
from orderdrop.errors import SettingsError
from orderdrop.settings import Settings, load

SECRET = "xoxb-a-token-and-long"
FEED = """\
accounts:
  a: {destination: shipup, base_url: "https://api.example.com", key: "${K}"}
feeds:
  f: {source: in, mapping: m, account: a, timezone: Europe/Paris, expected: %s}
"""


def loaded(folder: Path, text: str, **environ: str) -> Settings:
    (folder / "orderdrop.yaml").write_text(text, encoding="utf-8")
    return load(None, environ, folder)


def faults(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text, **environ)
    assert SECRET not in str(caught.value)
    return [str(fault).removeprefix("orderdrop.yaml:") for fault in caught.value.faults]


def test_a_channel_is_a_reference_and_the_rest_has_its_defaults(tmp_path: Path) -> None:
    text = 'notices: {channels: {slack: {url: "${SLACK}"}, mail: {url: "mailtos://me:${PW}@example.com", causes: [failed]}}}'
    notices = loaded(tmp_path, text, SLACK=f"slack://{SECRET}", PW="p").notices
    assert notices is not None
    slack, mail = notices.channels["slack"], notices.channels["mail"]
    assert slack.url.get_secret_value() == f"slack://{SECRET}"
    assert slack.causes == tuple(Cause)
    assert mail.causes == (Cause.FAILED,)
    assert (notices.remind, notices.quiet) == (timedelta(hours=24), timedelta(minutes=15))
    assert SECRET not in repr(notices)


def test_a_command_that_sends_nothing_needs_no_channel(tmp_path: Path) -> None:
    (tmp_path / "orderdrop.yaml").write_text('notices: {channels: {slack: {url: "${SLACK}"}}}')
    assert load(None, {}, tmp_path, need_secrets=False).notices is not None


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = f"""\
notices:
  channels:
    out: {{url: "slack://{SECRET}", causes: [failed, fail]}}
    here: {{url: "json://127.0.0.1:8080/hook"}}
    gone: {{url: "${{GONE}}"}}
    word: {{url: "${{WORD}}", cause: held}}
    short: "json://{SECRET}"
  rejects_over: many
  rejects_at_least: 0
  remind: 1
"""
    assert faults(tmp_path, text, WORD=SECRET) == [
        '3: the secret in `notices.channels.out.url` is written out; put it into the environment and refer to it: url: "${NAME}"',
        "3: `notices.channels.out.causes.1` is not as it should be; it must be "
        + ", ".join(f"`{cause}`" for cause in list(Cause)[:-1])
        + " or `ledger`",
        "5: `notices.channels.gone.url` refers to ${GONE}, which the environment does not hold; set it",
        "6: `notices.channels.word.url`: write a URL as Apprise does, such as mailtos://user:password@example.com",
        "6: unknown key `cause`; did you mean `causes`?",
        "7: `notices.channels.short` is not as it should be; a table of `key: value` is expected here",
        "8: `notices.rejects_over`: write a share such as 20% or a number of rows such as 50",
        "9: `notices.rejects_at_least` is 0; it must be 1 or more",
        "10: `notices.remind`: write a time such as 30s, 5m, 2h or 1d",
    ]


def test_notices_without_a_channel_are_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, "notices: {channels: {}}") == [
        "1: `notices.channels` is not as it should be; name at least one"
    ]


@pytest.mark.parametrize(
    ("options", "back", "read", "too_many"),
    [
        pytest.param("", 20, 100, False, id="a-fifth-is-no-news"),
        pytest.param("", 21, 100, True, id="more-than-a-fifth-is"),
        pytest.param("rejects_over: 50", 50, 60, False, id="fifty-rows-are-no-news"),
        pytest.param("rejects_over: 50", 51, 9999, True, id="more-rows-are-whatever-the-share"),
        pytest.param("rejects_at_least: 5", 4, 4, False, id="too-few-rows-to-count"),
        pytest.param("rejects_at_least: 5", 5, 5, True, id="enough-rows"),
        pytest.param("rejects_over: 0", 0, 10, False, id="none-came-back"),
    ],
)
def test_rows_that_came_back_are_news_by_share_and_by_number(
    tmp_path: Path, options: str, back: int, read: int, too_many: bool
) -> None:
    text = f'notices: {{channels: {{c: {{url: "json://localhost"}}}}, {options}}}'
    notices = loaded(tmp_path, text).notices
    assert notices is not None
    assert notices.too_many(back, read) is too_many


PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(
            "{by: 22:30}", [Expected(by=time(22, 30), timezone=PARIS)], id="in-the-zone-of-the-feed"
        ),
        pytest.param(
            "{by: [14:00, 06:00], after: 02:00, days: [sat, sun], timezone: UTC}",
            [
                Expected(by=time(6), begins=time(2), days=frozenset({5, 6})),
                Expected(by=time(14), begins=time(6), days=frozenset({5, 6})),
            ],
            id="several-a-day-each-after-the-one-before",
        ),
        pytest.param(
            '[{by: "22:30", days: fri}, {by: 12:00, days: [sat]}]',
            [
                Expected(by=time(22, 30), days=frozenset({4}), timezone=PARIS),
                Expected(by=time(12), days=frozenset({5}), timezone=PARIS),
            ],
            id="another-time-on-saturdays",
        ),
    ],
)
def test_when_a_file_is_expected_can_be_said(tmp_path: Path, written: str, expected: list[Expected]) -> None:
    feed = loaded(tmp_path, FEED % written, K="k").feeds["f"]
    assert list(feed.expectations()) == expected


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        pytest.param("{by: 6}", "`feeds.f.expected.by`: write a time of the day such as 22:30", id="an-hour"),
        pytest.param(
            "{by: 24:00}", "`feeds.f.expected.by`: write a time of the day such as 22:30", id="too-late"
        ),
        pytest.param("{by: []}", "`feeds.f.expected.by`: name at least one", id="no-time"),
        pytest.param(
            "{by: 22:30, days: [mon, tues]}",
            "`feeds.f.expected.days.1` is 'tues'; it must be `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`",
            id="no-day",
        ),
        pytest.param(
            "{by: 22:30, timezone: Europe}",
            "`feeds.f.expected.timezone`: there is no time zone 'Europe'; names look like Europe/Paris",
            id="no-zone",
        ),
        pytest.param(
            "[{by: 22:30}, {}]", "`feeds.f.expected.1.by` is missing; add it", id="the-second-has-no-time"
        ),
        pytest.param(
            "{by: 22:30, form: 20:00}", "unknown key `form`; known are by, after, days, timezone", id="a-slip"
        ),
    ],
)
def test_a_time_that_cannot_be_meant_is_a_fault_with_its_line(
    tmp_path: Path, written: str, fault: str
) -> None:
    assert faults(tmp_path, FEED % written, K="k") == [f"4: {fault}"]
