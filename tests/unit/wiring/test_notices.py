"""Who is told: from the settings to channels, every fault at once, and nothing to install for those who tell nobody."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from orderdrop.core.expected import Expected
from orderdrop.core.notices import Cause
from orderdrop.errors import SettingsError
from orderdrop.settings import Settings, load
from orderdrop.wiring.notices import telling_of

SETTINGS = """\
notices: {channels: {ops: {url: "json://127.0.0.1:1", causes: [held]}, other: {url: "json://localhost"}}, remind: 2h}
console: {url: "https://orders.example.com/"}
accounts: {shop: {destination: shipup, base_url: "http://127.0.0.1", key: any}}
feeds: {acme: {source: in, mapping: m, account: shop, expected: {by: 22:30}}}
"""


def settings_at(folder: Path) -> Settings:
    (folder / "orderdrop.yaml").write_text(SETTINGS)
    return load(None, {}, folder)


def test_the_settings_say_who_is_told_of_what(tmp_path: Path) -> None:
    telling = telling_of(settings_at(tmp_path))
    assert telling is not None
    assert [(one.name, one.causes) for one in telling.recipients] == [
        ("ops", frozenset({Cause.HELD})),
        ("other", frozenset(Cause)),
    ]
    assert telling.watched.feeds == {"acme": (Expected(by=time(22, 30)),)}
    assert telling.watched.accounts == {"shop"}
    assert (telling.terms.remind, telling.terms.quiet) == (timedelta(hours=2), timedelta(minutes=15))
    assert telling.console_url == "https://orders.example.com"


def test_who_tells_nobody_needs_nothing(tmp_path: Path) -> None:
    assert telling_of(load(None, {}, tmp_path), find=lambda _: None) is None


def test_what_is_not_installed_is_a_fault_that_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"pip install 'orderdrop\[notices\]'"):
        telling_of(settings_at(tmp_path), find=lambda _: None)


def test_every_channel_that_cannot_work_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "orderdrop.yaml").write_text(
        'notices: {channels: {a: {url: "nosuch://localhost"}, b: {url: "json://localhost"}, c: {url: "none://localhost"}}}'
    )
    with pytest.raises(SettingsError) as caught:
        telling_of(load(None, {}, tmp_path))
    assert [fault.message.split("`")[1] for fault in caught.value.faults] == [
        "notices.channels.a.url",
        "notices.channels.c.url",
    ]
