"""What every channel promises: it takes a message or says why not, never raises, and keeps its URL to itself."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from tests.integration.listening import mail_server, webhook

from orderdrop.core.notices import Message, Tone
from orderdrop.errors import SettingsError
from orderdrop.notices.by_apprise import AppriseChannel
from orderdrop.notices.channel import Channel
from orderdrop.notices.in_memory import MemoryChannel

SECRET = "planted-token-7f3a91"
MESSAGE = Message(
    tone=Tone.ALARM,
    title="[orderdrop] acme: 2 files",
    text="- a_b*.csv <b>é</b>\n- b.csv\n\nWhat to do: ask.",
)


@dataclass
class Service:
    """A channel whose service works, what that service got, and one whose service refuses."""

    channel: Channel
    got: Callable[[], list[tuple[str, str]]]
    broken: Channel


def memory(stack: ExitStack) -> Service:
    works = MemoryChannel()
    return Service(
        channel=works,
        got=lambda: [(message.title, message.text) for message in works.sent],
        broken=MemoryChannel(fails="it was refused"),
    )


def json_webhook(stack: ExitStack) -> Service:
    works, broken = stack.enter_context(webhook()), stack.enter_context(webhook(500))
    return Service(
        channel=AppriseChannel(f"json://me:{SECRET}@127.0.0.1:{works.port}/{SECRET}", "here"),
        got=lambda: [(one["title"], one["message"]) for one in works.heard],
        broken=AppriseChannel(f"json://me:{SECRET}@127.0.0.1:{broken.port}/{SECRET}", "here"),
    )


def chat(stack: ExitStack) -> Service:
    """Mattermost, whose webhooks are shaped like Slack's."""
    works, broken = stack.enter_context(webhook()), stack.enter_context(webhook(403))
    return Service(
        channel=AppriseChannel(f"mmost://127.0.0.1:{works.port}/{SECRET}", "here"),
        got=lambda: [(one["text"].splitlines()[0].strip("# "), one["text"]) for one in works.heard],
        broken=AppriseChannel(f"mmost://127.0.0.1:{broken.port}/{SECRET}", "here"),
    )


def mail(stack: ExitStack) -> Service:
    box = stack.enter_context(mail_server())
    to = "from=orderdrop@example.com&to=ops@example.com&format=text"
    return Service(
        channel=AppriseChannel(f"mailto://127.0.0.1:{box.port}?{to}", "here"),
        got=lambda: [(one["Subject"], one.get_content()) for one in box.mails],
        broken=AppriseChannel(f"mailto://me:{SECRET}@127.0.0.1:1?{to}", "here"),
    )


@pytest.fixture(params=[memory, json_webhook, chat, mail], ids=lambda make: make.__name__)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    with ExitStack() as stack:
        yield request.param(stack)


def test_a_message_that_is_taken_arrives_as_it_was_written(service: Service) -> None:
    assert service.channel.send(MESSAGE) is None
    ((title, text),) = service.got()
    assert title == MESSAGE.title
    assert [line.rstrip() for line in text.strip().splitlines()][-4:] == MESSAGE.text.splitlines()


def test_one_that_is_not_taken_says_why_in_one_line_without_a_secret(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    why = service.broken.send(MESSAGE)
    assert why
    assert "\n" not in why
    printed = "".join(capfd.readouterr())
    assert SECRET not in why + printed


def test_a_channel_that_failed_works_again_when_its_service_does() -> None:
    with webhook(503) as hook:
        channel = AppriseChannel(f"json://127.0.0.1:{hook.port}/", "here")
        assert channel.send(MESSAGE)
        hook.status = 200
        assert channel.send(MESSAGE) is None
        assert hook.titles() == ["acme: 2 files"]


def test_a_service_that_never_answers_is_not_waited_for() -> None:
    with webhook(None) as hook:
        why = AppriseChannel(f"json://127.0.0.1:{hook.port}/{SECRET}?rto=0.2", "here").send(MESSAGE)
    assert why
    assert SECRET not in why


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"nosuch://{SECRET}", id="no-such-service"),
        pytest.param(f"slack://{SECRET}", id="half-of-it-is-missing"),
        pytest.param(f"json://[{SECRET}", id="no-url-at-all"),
    ],
)
def test_a_url_that_cannot_work_is_a_fault_of_the_settings_that_does_not_repeat_it(
    url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        AppriseChannel(url, "notices.channels.ops.url")
    (fault,) = caught.value.faults
    assert fault.message.startswith(f"`notices.channels.ops.url` is no {url.split(':')[0]}:// URL")
    assert SECRET not in str(caught.value) + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"json://127.0.0.1:1/{SECRET}?+X-Token={SECRET}", id="in-path-and-header"),
        pytest.param("json://me:planted%2Dtoken%2D7f3a91@127.0.0.1:1/", id="written-otherwise"),
        pytest.param(f"json://{SECRET}:pw@{SECRET}:1/", id="as-user-and-host"),
    ],
)
def test_whatever_the_library_says_of_a_url_is_blotted_out(
    url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    why = AppriseChannel(url, "here").send(MESSAGE)
    assert why
    assert SECRET not in why + "".join(capfd.readouterr())
