from pathlib import Path

import pytest
from paramiko import ECDSAKey, PKey
from paramiko.hostkeys import HostKeys

from orderdrop.errors import TrustError
from orderdrop.pickup.sftp.hostkeys import check_host_key, known_keys, preferred

OURS, OTHER = ECDSAKey.generate(), ECDSAKey.generate()


def line(hosts: str, key: PKey = OURS) -> str:
    return f"{hosts} {key.get_name()} {key.get_base64()} a comment"


def known(folder: Path, text: str, host: str = "drops.example.com", port: int = 22) -> list[PKey]:
    file = folder / "known_hosts"
    file.write_text(text, encoding="latin-1")
    return known_keys(file, host, port)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        pytest.param(line("drops.example.com"), 22, id="plain"),
        pytest.param(line("other,drops.example.com,10.0.0.1"), 22, id="several names"),
        pytest.param(line("Drops.Example.COM"), 22, id="other case"),
        pytest.param(line("[drops.example.com]:2222"), 2222, id="own port"),
        pytest.param(line(HostKeys.hash_host("drops.example.com")), 22, id="hashed"),
        pytest.param(line(HostKeys.hash_host("[drops.example.com]:2222")), 2222, id="hashed with port"),
        pytest.param(line("drops.example.com").replace(" ", "\t", 1), 22, id="tab"),
        pytest.param(
            f"# {line('x')}\n\nrubbish\nx ssh-ed25519 !!!\nx ssh-ed25519 AAAA\n|1|x|y ssh-rsa AAAA\n{line('drops.example.com')}",
            22,
            id="between lines that cannot be read",
        ),
        pytest.param(
            f"caf\xe9 ssh-rsa AAAA\n{line('drops.example.com')}", 22, id="beside a line that is not UTF-8"
        ),
        pytest.param(f"{line('|1|AAAA|BBBB')}\n{line('drops.example.com')}", 22, id="beside a damaged hash"),
    ],
)
def test_a_listed_key_is_known(tmp_path: Path, text: str, port: int) -> None:
    assert known(tmp_path, text, port=port) == [OURS]


@pytest.mark.parametrize(
    ("text", "port"),
    [
        pytest.param("", 22, id="empty file"),
        pytest.param(line("other.example.com"), 22, id="other host"),
        pytest.param(line("drops.example.com"), 2222, id="the same host on another port"),
        pytest.param(line("[drops.example.com]:2222"), 22, id="another port than ours"),
        pytest.param(
            f"@cert-authority {line('drops.example.com')}", 22, id="an authority's key is no host key"
        ),
        pytest.param(f"@revoked {line('*')}\n{line('drops.example.com')}", 22, id="revoked"),
        pytest.param(f"# {line('drops.example.com')}", 22, id="commented out"),
    ],
)
def test_a_key_that_is_not_listed_is_unknown(tmp_path: Path, text: str, port: int) -> None:
    assert known(tmp_path, text, port=port) == []


def test_during_a_key_change_both_keys_of_a_type_are_known(tmp_path: Path) -> None:
    keys = known(tmp_path, f"{line('drops.example.com', OTHER)}\n{line('drops.example.com')}")
    assert keys == [OTHER, OURS]
    check_host_key(OURS, keys, tmp_path / "known_hosts", "drops.example.com", 22)
    check_host_key(OTHER, keys, tmp_path / "known_hosts", "drops.example.com", 22)


def test_known_types_are_negotiated_first() -> None:
    offered = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")
    assert preferred([OURS], offered) == (
        "ecdsa-sha2-nistp256",
        "ssh-ed25519",
        "rsa-sha2-512",
        "rsa-sha2-256",
    )
    assert preferred([], offered) == offered


def test_an_unknown_key_is_refused_with_fingerprint_and_command(tmp_path: Path) -> None:
    file = tmp_path / "known hosts"
    with pytest.raises(TrustError) as caught:
        check_host_key(OURS, [], file, "drops.example.com", 2222)
    assert str(caught.value) == (
        f"The server drops.example.com:2222 is not in {file}; it showed a host key (ecdsa) with the fingerprint"
        f" {OURS.fingerprint}. No login was sent. Ask the server's owner for the fingerprint. Only if it is the same:"
        f" ssh-keyscan -p 2222 -t ecdsa drops.example.com >> '{file}'"
    )


def test_a_changed_key_is_refused_loudly_with_both_fingerprints(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    with pytest.raises(TrustError) as caught:
        check_host_key(OTHER, [OURS], file, "drops.example.com", 2222)
    assert str(caught.value) == (
        f"THE HOST KEY OF drops.example.com:2222 HAS CHANGED: {file} knows {OURS.fingerprint} (ecdsa), the server"
        f" showed {OTHER.fingerprint} (ecdsa). Somebody may be listening in, or the server was set up anew. No login"
        " was sent. Ask the server's owner, by another way than this server. Only if the new fingerprint is theirs:"
        f" ssh-keygen -R '[drops.example.com]:2222' -f {file} && ssh-keyscan -p 2222 -t ecdsa drops.example.com >> {file}"
    )


def test_a_missing_file_of_known_hosts_is_said_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(
        TrustError,
        match=r"no_such_file could not be read.*ssh-keyscan -p 22 drops.example.com >> .*no_such_file",
    ):
        known_keys(tmp_path / "no_such_file", "drops.example.com", 22)
