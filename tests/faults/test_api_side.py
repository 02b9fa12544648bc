"""Faults of the API's side that need a server of their own: certificates that prove nothing, connections that went stale."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.faults.place import Place
from tests.integration.toxic import ToxicProxy

from orderdrop.core.failures import FailureKind
from orderdrop.destinations.base import Accepted, AccountOptions, Answer, Parcel
from orderdrop.destinations.registry import find

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate authority, whose certificate is in the file `trusted`."""

    key: ec.EllipticCurvePrivateKey
    name: x509.Name
    trusted: Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    trusted = tmp_path_factory.mktemp("authority") / "ca.pem"
    certificate = _certificate(name, name, key.public_key(), end=NOW + DAY).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    trusted.write_bytes(certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return Authority(key=key, name=name, trusted=trusted)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 30 * DAY)
        .not_valid_after(end)
    )


def server_context(
    folder: Path,
    authority: Authority,
    *,
    end: datetime = NOW + DAY,
    host: str = "127.0.0.1",
    own: bool = False,
) -> ssl.SSLContext:
    """TLS of a server with a certificate until `end` for `host`, signed by the authority or (own) by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api")])
    built = _certificate(subject, subject if own else authority.name, key.public_key(), end=end)
    named = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
    signed = built.add_extension(named, critical=False).sign(key if own else authority.key, hashes.SHA256())
    (folder / "server.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


@dataclass
class Api:
    """A server that creates whatever is posted; `keys` are the Authorization headers that it was shown."""

    port: int = 0
    keys: list[str] = field(default_factory=list)


@contextmanager
def serving(tls: ssl.SSLContext | None) -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            api.keys.append(self.headers["Authorization"])
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"data": {"id": "1", "merchant_id": "A-1"}, "id": "1", "merchant_id": "A-1"}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass

        def get_request(self) -> tuple[ssl.SSLSocket, object]:
            accepted, address = super().get_request()
            accepted.settimeout(5)
            return (tls.wrap_socket(accepted, server_side=True) if tls else accepted), address  # type: ignore[return-value]  # a socket either way

    with Server(("127.0.0.1", 0), Handler) as server:
        api.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


def sent_to(api: Api, authority: Authority) -> Answer:
    """One order, sent over TLS by a client that trusts the authority alone."""
    account = AccountOptions(
        name="eu",
        base_url=f"https://127.0.0.1:{api.port}",
        key="k-secret-1",
        unlimited=True,
        timeout_seconds=5,
    )
    trust = ssl.create_default_context(cafile=str(authority.trusted))
    carrier = find("shipup").carrier(account, lambda: httpx.HTTPTransport(verify=trust))
    try:
        return carrier.send(Parcel(keys=("A-1",), bodies=(b'{"merchant_id":"A-1"}',)))
    finally:
        carrier.close()


@pytest.mark.parametrize(
    ("flaw", "says"),
    [
        pytest.param({"end": NOW - DAY}, "certificate has expired", id="expired"),
        pytest.param({"host": "127.0.0.2"}, "not valid for '127.0.0.1'", id="for-another-host"),
        pytest.param({"own": True}, "self-signed certificate", id="self-signed"),
    ],
)
def test_A24_a_certificate_that_proves_nothing_gets_no_order_and_no_key(
    flaw: dict[str, object], says: str, authority: Authority, tmp_path: Path
) -> None:
    with serving(server_context(tmp_path, authority, **flaw)) as api:  # type: ignore[arg-type]  # a table of options
        answer = sent_to(api, authority)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.NOT_CONNECTED
    assert says in answer.failure.message
    assert api.keys == []


def test_A24_a_server_without_tls_gets_no_order_and_no_key(authority: Authority) -> None:
    with serving(None) as api:
        answer = sent_to(api, authority)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.NOT_CONNECTED
    assert api.keys == []


def test_A24_a_certificate_of_a_trusted_authority_is_good_enough(
    authority: Authority, tmp_path: Path
) -> None:
    with serving(server_context(tmp_path, authority)) as api:
        answer = sent_to(api, authority)
    assert isinstance(answer.verdicts["A-1"], Accepted)
    assert len(api.keys) == 1


def test_A25_a_connection_that_the_api_closed_while_idle_is_made_anew_and_doubles_nothing(
    place: Place,
) -> None:
    host_and_port = place.judge.base_url.removeprefix("http://").partition("/")[0]
    with ToxicProxy(upstream=int(host_and_port.rpartition(":")[2])) as proxy:
        place.account["base_url"] = f"http://127.0.0.1:{proxy.port}/shipup"
        parts = place.parts()
        try:
            for number in (1, 2, 3):
                place.drop(f"{number}.csv", number)
                (receipt,) = place.poll(parts)
                assert receipt["orders"]["accepted"] == 1
                proxy.cut()
        finally:
            parts.close()
    assert place.posts() == {1: 1, 2: 1, 3: 1}
