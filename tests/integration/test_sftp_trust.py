"""Host keys and logins, against a real OpenSSH server."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.integration.sshd import Sshd, fingerprint, login_to, make_key
from tests.loopback import closed_port

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.errors import Paused, SourceUnavailable, TrustError
from orderdrop.pickup.sftp import SftpInbox, SftpLogin
from orderdrop.pipeline.feeds.polling import feed_line, pause, poll_feed

pytestmark = pytest.mark.sshd

MAPPING = "mapping: small\ndestination: shipup\ncolumns: {Order: {to: merchant_id, required: true}}\n"
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "http://127.0.0.1:9", key: any}}
feeds:
  night:
    source: sftp://{server.user}@{server.host}:{server.port}{server.folder}
    password: "${{PASSWORD}}"
    known_hosts: {server.known_hosts}
    mapping: small
    account: local
    every: 45m
"""


def look(login: SftpLogin) -> list[str]:
    inbox = SftpInbox(login, "*.csv")
    try:
        return [entry.name for entry in inbox.look()]
    finally:
        inbox.close()


def refusal(login: SftpLogin) -> str:
    with pytest.raises(TrustError) as caught:
        look(login)
    return str(caught.value)


def no_login_was_tried(server: Sshd) -> bool:
    log = (server.home / "sshd.log").read_text()
    return not any(word in log for word in ("Accepted", "Failed", "authenticating user", "Invalid user"))


def wrong_passwords(server: Sshd) -> int:
    return (server.home / "sshd.log").read_text().count("Failed password")


def test_a_key_lets_us_in(sshd: Sshd) -> None:
    (sshd.root / "orders.csv").write_bytes(b"1")
    assert look(login_to(sshd)) == ["orders.csv"]


def test_an_unknown_server_gets_no_login_and_the_told_command_mends_it(
    own_sshd: Sshd, tmp_path: Path
) -> None:
    known_hosts = tmp_path / "known hosts"
    known_hosts.touch()
    login = replace(login_to(own_sshd), known_hosts=known_hosts)
    told = refusal(login)
    assert fingerprint(own_sshd.home / "host_ed25519.pub") in told
    assert no_login_was_tried(own_sshd)
    command = told[told.index("ssh-keyscan") :]
    subprocess.run(command, shell=True, check=True, capture_output=True)
    assert look(login) == []


def test_a_changed_host_key_gets_no_password_and_the_told_command_mends_it(own_sshd: Sshd) -> None:
    login = login_to(own_sshd)
    before = fingerprint(own_sshd.home / "host_ed25519.pub")
    own_sshd.stop()
    own_sshd.new_host_keys()
    own_sshd.start()
    told = refusal(replace(login, private_key=None, password="s3cret"))
    assert "HAS CHANGED" in told
    assert before in told
    assert fingerprint(own_sshd.home / "host_ed25519.pub") in told
    assert no_login_was_tried(own_sshd)
    command = told[told.index("ssh-keygen -R") :]
    subprocess.run(command, shell=True, check=True, capture_output=True)
    assert look(login) == []


def test_a_server_with_several_keys_is_known_by_any_of_them(sshd: Sshd) -> None:
    for kinds in (("ecdsa",), ("ed25519",)):
        assert look(replace(login_to(sshd), known_hosts=sshd.known_hosts_for(sshd.port, kinds))) == []


def test_hashed_known_hosts_are_read(sshd: Sshd, tmp_path: Path) -> None:
    hashed = tmp_path / "known_hosts"
    shutil.copy(sshd.known_hosts, hashed)
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(hashed)], check=True, capture_output=True)
    assert "127.0.0.1" not in hashed.read_text()
    assert look(replace(login_to(sshd), known_hosts=hashed)) == []


def test_a_wrong_password_is_refused_once(own_sshd: Sshd) -> None:
    told = refusal(replace(login_to(own_sshd), private_key=None, password="wr0ng"))
    assert f"did not accept our password. Check user {own_sshd.user!r}" in told
    assert "wr0ng" not in told
    assert wrong_passwords(own_sshd) == 1


def test_a_refused_login_is_tried_once_at_every_poll_until_somebody_pauses_the_feed(
    own_sshd: Sshd, tmp_path: Path
) -> None:
    (tmp_path / "small.yaml").write_text(MAPPING)
    (tmp_path / "orderdrop.yaml").write_text(SETTINGS.format(server=own_sshd))
    settings = setup.load(tmp_path / "orderdrop.yaml", {"PASSWORD": "wr0ng"}, tmp_path)
    plan = wiring.feed_plan(settings, "night")
    with closing(wiring.build(settings)) as parts:
        for polls in 1, 2:
            with pytest.raises(TrustError):
                list(poll_feed(parts, plan))
            assert wrong_passwords(own_sshd) == polls
        line = feed_line(parts, plan)
        assert line.state.polled_at is not None
        assert line.next_poll == line.state.polled_at + timedelta(minutes=45)
        assert "Every poll tries again: pause the feed until then" in line.state.failed
        pause(parts, "night", "ops", "a new password is on its way")
        with pytest.raises(Paused):
            list(poll_feed(parts, plan))
        assert feed_line(parts, plan).next_poll is None
    assert wrong_passwords(own_sshd) == 2


def test_a_wrong_key_is_refused(sshd: Sshd, tmp_path: Path) -> None:
    key = make_key(tmp_path / "stranger", "ed25519")
    assert "did not accept our key" in refusal(replace(login_to(sshd), private_key=key))


def test_a_key_with_a_passphrase_opens_only_with_it(sshd: Sshd, tmp_path: Path) -> None:
    key = tmp_path / "locked"
    shutil.copy(sshd.client_key, key)
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-P", "", "-N", "s3cret", "-f", str(key)], check=True, capture_output=True
    )
    login = replace(login_to(sshd), private_key=key)
    assert look(replace(login, passphrase="s3cret")) == []
    assert "If it has a passphrase, set it" in refusal(login)
    wrong = refusal(replace(login, passphrase="wr0ng"))
    assert "Check that its passphrase is set and right" in wrong
    assert "wr0ng" not in wrong


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "could not be read: No such file", id="missing"),
        pytest.param(b"rubbish", "could not be used as a private key", id="rubbish"),
        pytest.param(b"", "could not be used as a private key", id="empty"),
    ],
)
def test_a_key_file_that_is_none_is_said(
    sshd: Sshd, tmp_path: Path, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    assert words in refusal(replace(login_to(sshd), private_key=tmp_path / "key"))


@pytest.fixture
def agent_socket() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:  # the path of a socket must stay short
        path = Path(folder) / "agent"
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
        try:
            while not path.exists():
                assert agent.poll() is None
            yield path
        finally:
            agent.terminate()
            agent.wait()


def test_an_agent_lets_us_in_and_an_empty_one_does_not(
    sshd: Sshd, agent_socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent_socket))
    login = replace(login_to(sshd), private_key=None, agent=True)
    assert "did not accept our agent's keys" in refusal(login)
    subprocess.run(["ssh-add", "-q", str(sshd.client_key)], check=True, capture_output=True)
    assert look(login) == []


def test_a_server_that_takes_no_password_says_what_it_takes(own_sshd: Sshd) -> None:
    own_sshd.stop()
    own_sshd.config = own_sshd.config.replace("PasswordAuthentication yes", "PasswordAuthentication no")
    own_sshd.start()
    told = refusal(replace(login_to(own_sshd), private_key=None, password="s3cret"))
    assert "does not take a password; it takes publickey." in told


def test_a_server_that_says_goodbye_to_a_wrong_password_has_refused_it(own_sshd: Sshd) -> None:
    own_sshd.stop()
    own_sshd.config += "MaxAuthTries 1\n"
    own_sshd.start()
    told = refusal(replace(login_to(own_sshd), private_key=None, password="wr0ng"))
    assert "did not accept our password (Too many authentication failures)" in told


def test_a_server_that_is_down_is_tried_again_and_found(own_sshd: Sshd) -> None:
    inbox = SftpInbox(login_to(own_sshd), "*.csv")
    assert inbox.look() == []
    inbox.close()
    own_sshd.stop()
    with pytest.raises(SourceUnavailable, match="refused the connection"):
        inbox.look()
    own_sshd.start()
    assert inbox.look() == []
    inbox.close()


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param("127.0.0.1", "refused the connection", id="nothing listens"),
        pytest.param("no-such-host.invalid", "a name that nobody knows", id="no such name"),
    ],
)
def test_a_server_that_is_not_there_is_no_question_of_trust(tmp_path: Path, host: str, words: str) -> None:
    (tmp_path / "known_hosts").touch()
    with closed_port() as port, pytest.raises(SourceUnavailable, match=words):
        look(SftpLogin(host=host, port=port, user="u", known_hosts=tmp_path / "known_hosts", password="x"))
