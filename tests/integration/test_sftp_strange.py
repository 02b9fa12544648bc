"""Servers with other habits than OpenSSH's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration import strange

from orderdrop.errors import SourceUnavailable, TrustError
from orderdrop.pickup.sftp import SftpInbox, SftpLogin


@contextmanager
def inbox_on(
    habit: type[strange.Rooted], folder: Path, password: str = strange.PASSWORD
) -> Iterator[SftpInbox]:
    root = folder / "served"
    root.mkdir()
    (root / "orders.csv").write_bytes(b"content\n" * 1_000)
    with strange.strange_server(habit, root, folder / "home") as (port, known_hosts):
        login = SftpLogin(
            host="127.0.0.1",
            port=port,
            user=strange.USER,
            folder="/",
            known_hosts=known_hosts,
            password=password,
        )
        inbox = SftpInbox(login, "*.csv")
        try:
            yield inbox
        finally:
            inbox.close()


def test_a_password_lets_us_in(tmp_path: Path) -> None:
    with inbox_on(strange.Rooted, tmp_path) as inbox:
        assert [entry.name for entry in inbox.look()] == ["orders.csv"]


def test_a_wrong_password_is_refused_and_stands_in_no_message(tmp_path: Path) -> None:
    with inbox_on(strange.Rooted, tmp_path, password="wr0ng") as inbox, pytest.raises(TrustError) as caught:
        inbox.look()
    assert "did not accept our password" in str(caught.value)
    assert "wr0ng" not in str(caught.value)


def test_names_that_lead_out_of_the_folder_are_passed_over(tmp_path: Path) -> None:
    with inbox_on(strange.Traversal, tmp_path) as inbox:
        assert [entry.name for entry in inbox.look()] == ["good.csv"]


def test_a_server_that_hides_modes_is_read_by_its_lines(tmp_path: Path) -> None:
    with inbox_on(strange.NoModes, tmp_path) as inbox:
        assert [entry.name for entry in inbox.look()] == ["file.csv"]


def test_without_the_right_to_claim_owner_and_mode_are_told(tmp_path: Path) -> None:
    with inbox_on(strange.NoRights, tmp_path) as inbox:
        (entry,) = inbox.look()
        with pytest.raises(
            SourceUnavailable,
            match=r"refused while claiming orders\.csv: Permission denied \(/ belongs to user \d+, mode drwx.*we are 'acme'",
        ):
            inbox.claim(entry)
        assert inbox.look() == [entry]


def test_without_posix_rename_everything_still_works(tmp_path: Path) -> None:
    with inbox_on(strange.NoPosixRename, tmp_path) as inbox:
        claim = inbox.claim(inbox.look()[0])
        assert claim is not None
        place = inbox.archive(claim, "archive/2026-11-22")
        for content in (b"first", b"second"):
            (tmp_path / "report").write_bytes(content)
            inbox.reply(place, ".rejects.csv", tmp_path / "report")
        assert (tmp_path / "served" / f"{place}.rejects.csv").read_bytes() == b"second"


def test_short_reads_still_give_the_whole_file(tmp_path: Path) -> None:
    with inbox_on(strange.ShortReads, tmp_path) as inbox:
        claim = inbox.claim(inbox.look()[0])
        assert claim is not None
        assert inbox.fetch(claim, tmp_path / "copy").size == 8_000
        assert (tmp_path / "copy").read_bytes() == b"content\n" * 1_000


def test_a_reply_that_vanishes_is_noticed(tmp_path: Path) -> None:
    with inbox_on(strange.Forgetful, tmp_path) as inbox:
        (tmp_path / "report").write_bytes(b"1")
        with pytest.raises(SourceUnavailable, match="it is not there"):
            inbox.reply("orders.csv", ".rejects.csv", tmp_path / "report")
