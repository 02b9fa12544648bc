"""The address of the console, taken before anything answers on it: who comes early waits until somebody does."""

import socket

from orderdrop.errors import SetupError


def listening_on(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any that is free. Raises SetupError where the address cannot be had."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # an answer is written in two parts; without this the second waits 40 ms for a sign that the first arrived
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((host, port))
        listening.listen()
    except (OSError, OverflowError):  # the latter for a port beyond 65535
        listening.close()
        raise SetupError(
            f"The console cannot listen on {host}:{port}: the address is in use or not of this machine.",
            next_step="Name another one under `console:` in the settings, or stop what listens there.",
        ) from None
    return listening
