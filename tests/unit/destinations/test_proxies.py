"""The proxy that leads to an address."""

import pytest

from orderdrop.destinations.proxies import proxy_for
from orderdrop.errors import SetupError

API = "https://api.shipup.co"
BOTH = {"https": "http://proxy.example:3128", "http": "http://plain.example:3128"}


@pytest.mark.parametrize(
    ("named", "address", "expected"),
    [
        pytest.param({}, API, None, id="none is named"),
        pytest.param(BOTH, API, "http://proxy.example:3128", id="that of the scheme"),
        pytest.param(BOTH, "http://127.0.0.1:8808/shipup", "http://plain.example:3128", id="that of plain http"),
        pytest.param({"http": "http://proxy.example"}, API, None, id="that of another scheme is not"),
        pytest.param({"all": "http://proxy.example"}, API, "http://proxy.example", id="one for all"),
        pytest.param({**BOTH, "all": "http://other"}, API, "http://proxy.example:3128", id="the scheme before all"),
        pytest.param({"https": "proxy.example:3128"}, API, "http://proxy.example:3128", id="without a scheme"),
        pytest.param({"https": ""}, API, None, id="set to nothing"),
    ],
)  # fmt: skip
def test_the_environment_names_the_proxy(named: dict[str, str], address: str, expected: str | None) -> None:
    assert proxy_for(address, named) == expected


@pytest.mark.parametrize(
    ("exceptions", "address", "direct"),
    [
        pytest.param("api.shipup.co", API, True, id="the host"),
        pytest.param("API.Shipup.co", API, True, id="in other letters"),
        pytest.param("shipup.co", API, True, id="the domain above it"),
        pytest.param(".shipup.co", API, True, id="the domain with a dot"),
        pytest.param("localhost, api.shipup.co ,x", API, True, id="one of several"),
        pytest.param("*", API, True, id="everything"),
        pytest.param("localhost,*", API, True, id="everything among others"),
        pytest.param("https://api.shipup.co", API, True, id="with a scheme"),
        pytest.param("127.0.0.1", "https://127.0.0.1:8808/shipup", True, id="an address with any port"),
        pytest.param("127.0.0.1:8808", "https://127.0.0.1:8808/shipup", True, id="an address with its port"),
        pytest.param("::1", "https://[::1]:8808", True, id="an IPv6 address"),
        pytest.param("[::1]", "https://[::1]:8808", True, id="an IPv6 address in brackets"),
        pytest.param("[::1]:8808", "https://[::1]:8808", True, id="an IPv6 address with its port"),
        pytest.param(
            "127.0.0.1:8809", "https://127.0.0.1:8808/shipup", False, id="an address with another port"
        ),
        pytest.param("ship.co", API, False, id="the end of another name"),
        pytest.param("eu.api.shipup.co", API, False, id="a host below it"),
        pytest.param("", API, False, id="nothing"),
        pytest.param(" , .", API, False, id="nothing but signs"),
    ],
)
def test_exceptions_are_reached_without_a_proxy(exceptions: str, address: str, direct: bool) -> None:
    found = proxy_for(address, {**BOTH, "no": exceptions})
    assert found == (None if direct else BOTH["https"])


@pytest.mark.parametrize("proxy", ["ftp://proxy.example", "gopher://user:secret@proxy.example"])
def test_a_proxy_that_cannot_be_used_is_a_fault_of_the_set_up(proxy: str) -> None:
    with pytest.raises(SetupError) as caught:
        proxy_for(API, {"https": proxy})
    assert "NO_PROXY" in str(caught.value.next_step)
    assert "secret" not in str(caught.value)
