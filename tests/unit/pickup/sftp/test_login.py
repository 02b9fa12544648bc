from pathlib import Path

import pytest

from orderdrop.pickup.sftp import SftpLogin


def test_secrets_stay_out_of_what_gets_printed() -> None:
    password = SftpLogin(host="h", user="acme", known_hosts=Path("kh"), password="s3cret")
    key = SftpLogin(host="h", user="acme", known_hosts=Path("kh"), private_key=Path("k"), passphrase="s3cret")
    for login in (password, key):
        assert "s3cret" not in repr(login) + str(login) + f"{login}"
    assert str(password) == "sftp://acme@h:22"


@pytest.mark.parametrize(
    "ways",
    [
        pytest.param({}, id="none"),
        pytest.param({"password": "x", "agent": True}, id="password and agent"),
        pytest.param({"password": "x", "private_key": Path("k")}, id="password and key"),
    ],
)
def test_a_login_goes_exactly_one_way(ways: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one of password, private_key and agent"):
        SftpLogin(host="h", user="acme", known_hosts=Path("kh"), **ways)  # type: ignore[arg-type]  # rows of a table
