"""Which proxy leads to an address: what the environment says, read as most programs read it.

`HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` name proxies, `NO_PROXY` the hosts that are reached without one.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from urllib.parse import urlsplit

from orderdrop.errors import SetupError

_SOCKS = ("socks5", "socks5h")


def proxy_for(address: str, named: Mapping[str, str]) -> str | None:
    """The proxy on the way to an address, None for none.

    `named` are proxies by scheme, `all` for every scheme and `no` for the exceptions, as `urllib.request.getproxies`
    gives them. Raises SetupError for a proxy that cannot be used; a login in its address is not shown.
    """
    url = urlsplit(address)
    proxy = named.get(url.scheme) or named.get("all")
    if not proxy or _goes_direct(url.hostname or "", url.port, named.get("no", "")):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    scheme = urlsplit(proxy).scheme
    if scheme in ("http", "https") or (scheme in _SOCKS and find_spec("socksio")):
        return proxy
    raise SetupError(
        f"The environment names a {scheme} proxy for {url.scheme}://{url.hostname}, which orderdrop cannot use.",
        next_step="Set HTTPS_PROXY to a proxy that begins with http://, or name the host in NO_PROXY.",
    )


def _goes_direct(host: str, port: int | None, exceptions: str) -> bool:
    """Whether `NO_PROXY` names a host: by itself, with its port, or by a domain above it; `*` names all."""
    for exception in exceptions.lower().split(","):
        name = exception.strip().partition("://")[2] or exception.strip()
        bare = name.strip("[]").lstrip(".")
        if name == "*":
            return True
        if bare and (
            host == bare or host.endswith(f".{bare}") or name in (f"{host}:{port}", f"[{host}]:{port}")
        ):
            return True
    return False
