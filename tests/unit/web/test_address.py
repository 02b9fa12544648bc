"""The console's address is taken once, and kept for who comes before anybody answers."""

import socket
from contextlib import closing

import pytest

from orderdrop.errors import SetupError
from orderdrop.web.address import listening_on


def test_who_comes_before_anybody_answers_is_not_turned_away() -> None:
    with listening_on("127.0.0.1", 0) as listening:
        with socket.create_connection(listening.getsockname()) as early:
            early.sendall(b"hello")
            accepted, _ = listening.accept()
        with closing(accepted):
            assert accepted.recv(5) == b"hello"


def test_a_port_is_free_again_at_once() -> None:
    with listening_on("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            first.accept()[0].close()
    listening_on("127.0.0.1", port).close()


@pytest.mark.parametrize(
    ("host", "port"),
    [
        pytest.param("192.0.2.1", 0, id="an-address-of-another-machine"),
        pytest.param("127.0.0.1", 99_999, id="a-port-that-cannot-be"),
        pytest.param("::1%nosuch", 0, id="an-interface-that-is-not-there"),
    ],
)
def test_an_address_that_cannot_be_had_is_told(host: str, port: int) -> None:
    with pytest.raises(SetupError, match=r"The console cannot listen on .*: the address is in use or not of"):
        listening_on(host, port)


def test_of_two_who_want_an_address_the_second_is_told() -> None:
    with listening_on("127.0.0.1", 0) as first, pytest.raises(SetupError, match="stop what listens there"):
        listening_on("127.0.0.1", first.getsockname()[1])
