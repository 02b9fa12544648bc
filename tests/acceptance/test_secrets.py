"""What is secret stays where it was put: after a life with every kind of trouble, nothing that was said or written holds it."""

import json
import signal
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncssh
import pytest
from tests.acceptance.site import Result, Site, until
from tests.integration.judge import judging

from orderdrop.sandbox.sftp import SftpAddress, new_host_key, sftp_server

SECRETS = {
    "API_KEY": "planted-api-key-7f3a91",
    "WRONG_KEY": "planted-wrong-key-c02b55",
    "SFTP_PASSWORD": "planted-sftp-password-19d4",
    "WRONG_PASSWORD": "planted-wrong-password-8e61",
    "PASSPHRASE": "planted-passphrase-52aa",
    "LEDGER_PASSWORD": "planted-ledger-password-b7c0",
    "CHANNEL_TOKEN": "planted-channel-token-4d1f",
}
PEOPLE = {"email": "anna@example.com", "name": "Annabella Quist", "phone": "+33612345678"}
SETTINGS = """\
workdir: var
mappings: .
notices: {{channels: {{ops: {{url: "json://ops:${{CHANNEL_TOKEN}}@127.0.0.1:1/${{CHANNEL_TOKEN}}"}}}}}}
accounts:
  shop: {{destination: shipup, base_url: "{shop}", key: "${{API_KEY}}", rate: unlimited, endpoint: single}}
  echo: {{destination: shipup, base_url: "{echo}", key: "${{API_KEY}}", rate: unlimited, endpoint: single}}
  wrong: {{destination: shipup, base_url: "{shop}", key: "${{WRONG_KEY}}", rate: unlimited, endpoint: single}}
feeds:
  by-password: {{source: "{sftp}/by-password", password: "${{SFTP_PASSWORD}}", known_hosts: known_hosts, {rest}}}
  by-key: {{source: "{sftp}/by-key", private_key: client_key, passphrase: "${{PASSPHRASE}}", known_hosts: known_hosts, {rest}}}
  locked-out: {{source: "{sftp}/by-password", password: "${{WRONG_PASSWORD}}", known_hosts: known_hosts, {rest}}}
  impostor: {{source: "{sftp}/by-password", password: "${{SFTP_PASSWORD}}", known_hosts: other_hosts, {rest}}}
  wrong-phrase: {{source: "{sftp}/by-key", private_key: client_key, passphrase: "${{WRONG_PASSWORD}}", known_hosts: known_hosts, {rest}}}
"""
REST = 'files: "*.csv", mapping: people, account: shop, every: 1s, settle: {looks: 1, age: 0s}, reply: true'
MAPPING = """\
mapping: people
destination: shipup
file: {delimiter: ";"}
columns:
  Order: {to: merchant_id, required: true}
  Email: {to: email, type: email}
  Name: {to: shipping_address.name}
  Phone: {to: phone}
  SKU: {to: line_items.merchant_id, required: true}
  Qty: {to: line_items.quantity, type: integer, minimum: 1}
"""


@dataclass(kw_only=True)
class Life:
    """What was said and done: the results by a name, the log of serve, and the places where something was written."""

    site: Site
    server_root: Path
    said: dict[str, Result] = field(default_factory=dict)
    served: str = ""
    echoed: int = 0

    def do(self, name: str, *arguments: str, **environ: str) -> Result:
        self.said[name] = self.site.run(*arguments, environ={**SECRETS, **environ})
        return self.said[name]

    def everything(self) -> dict[str, bytes]:
        """Every text that anybody could read afterwards, by where it is; settings hold references only."""
        texts = {
            f"{name}: {end}": text.encode()
            for name, one in self.said.items()
            for end, text in (("out", one.out), ("err", one.err))
        }
        places = [path for root in (self.site.folder, self.server_root) for path in root.rglob("*")]
        files = {str(path): _plain(path) for path in places if path.is_file()}
        return {**texts, "serve": self.served.encode(), **files}

    def holding(self, text: str) -> list[str]:
        """Where a text can be read."""
        return [where for where, content in self.everything().items() if text.encode() in content]


def _plain(path: Path) -> bytes:
    """What is in a file, with a workbook unpacked."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in book.namelist())


@contextmanager
def _echoing(life: Life) -> Iterator[str]:
    """An API that repeats the key in each refusal: in the words about a field, in a page, in a header."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            key = self.headers["Authorization"]
            life.echoed += SECRETS["API_KEY"] in key
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if b"-001" in body:
                status, text = 400, json.dumps({"errors": {"email": f"not allowed for {key}"}})
            else:
                status, text = 401, f"<html>the key {key} is not known</html>"
            self.send_response(status)
            self.send_header("WWW-Authenticate", f"Bearer {key}")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _rows(prefix: str, *quantities: str) -> str:
    person = ";".join(PEOPLE.values())
    rows = [f"{prefix}-{number:03d};{person};A;{quantity}" for number, quantity in enumerate(quantities, 1)]
    return "\n".join(["Order;Email;Name;Phone;SKU;Qty", *rows]) + "\n"


def _furnish(life: Life, sftp: SftpAddress, shop: str, echo: str) -> None:
    folder = life.site.folder
    source = f"sftp://{sftp.user}@{sftp.host}:{sftp.port}"
    (folder / "orderdrop.yaml").write_text(SETTINGS.format(shop=shop, echo=echo, sftp=source, rest=REST))
    (folder / "people.yaml").write_text(MAPPING)
    (folder / "known_hosts").write_text(sftp.known_hosts_line + "\n")
    other = asyncssh.import_private_key(new_host_key()).export_public_key("openssh").decode().strip()
    (folder / "other_hosts").write_text(f"[{sftp.host}]:{sftp.port} {other}\n")


def _live(life: Life) -> None:
    folder, root = life.site.folder, life.server_root
    (root / "by-password/first.csv").write_text(_rows("P", "1", "2", "two"))
    assert life.do("run with a password", "run", "by-password").code == 1
    (root / "by-key/second.csv").write_text(_rows("K", "1", "0"))
    assert life.do("run with a key", "run", "by-key", "--json").code == 1
    for name in ("locked-out", "impostor", "wrong-phrase"):
        assert life.do(name, "run", name).code == 3, life.said[name]
    (folder / "echo.csv").write_text(_rows("E", "1", "1"))
    assert life.do("echo", "import", "echo.csv", "--mapping", "people", "--account", "echo").code == 4
    (folder / "wrong.csv").write_text(_rows("W", "1"))
    wrong = life.do("401", "import", "wrong.csv", "--mapping", "people", "--account", "wrong", "--json")
    assert wrong.code == 4
    batch = str(wrong.json["batch"])
    echo = str(life.do("list", "batches", "list", "--json").json[1]["batch"])
    life.do("show", "batches", "show", echo)
    life.do("show as JSON", "batches", "show", echo, "--json")
    life.do("rejects", "rejects", echo, "-o", "rejects.csv")
    life.do("rejects as workbook", "rejects", echo, "-o", "rejects.xlsx")
    life.do("find", "orders", "find", "E-001")
    assert life.do("find as JSON", "orders", "find", "E-001", "--json").code == 0
    life.do("link", "orders", "link", "P-001", "--account", "shop")
    life.do("rerun", "rerun", batch)
    assert life.do("channel tried", "notices", "test").code == 4
    assert life.do("channel told", "notices", "send").code == 4
    assert life.do("what was told", "notices", "list", "--json").json
    ledger = f"postgresql://orderdrop:{SECRETS['LEDGER_PASSWORD']}@127.0.0.1:1/orderdrop"
    assert life.do("ledger out of reach", "batches", "list", ORDERDROP_LEDGER=ledger).code in (3, 4)
    mistyped = ledger.replace(":1/", ":port/")
    assert life.do("ledger mistyped", "batches", "list", ORDERDROP_LEDGER=mistyped).code == 3
    with life.site.start("serve", environ=SECRETS) as process:
        (root / "by-password/third.csv").write_text(_rows("S", "1", "two"))
        until(lambda: list(root.glob("by-password/archive/*/third.csv.receipt.json")))
        process.send_signal(signal.SIGTERM)
        _, life.served = process.communicate(timeout=60)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder, root = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("server")
    for name in ("by-password", "by-key"):
        (root / name).mkdir()
    key = asyncssh.generate_private_key("ssh-ed25519")
    (folder / "client_key").write_bytes(key.export_private_key(passphrase=SECRETS["PASSPHRASE"]))
    (folder / "client_key").chmod(0o600)
    public = key.export_public_key("openssh").decode()
    with (
        judging(key=SECRETS["API_KEY"]) as judge,
        sftp_server(root, user="acme", password=SECRETS["SFTP_PASSWORD"], authorized_keys=[public]) as sftp,
    ):
        lived = Life(site=Site(folder=folder, prefix="", judge=judge), server_root=root)
        with _echoing(lived) as echo:
            _furnish(lived, sftp, judge.base_url, echo)
            _live(lived)
        assert judge.posts().keys() >= {"P-001", "K-001", "S-001", "W-001"}
        yield lived


@pytest.mark.parametrize("name", SECRETS)
def test_a_planted_secret_is_nowhere(name: str, life: Life) -> None:
    assert life.echoed, "the key did travel, and came back"
    assert life.holding(SECRETS[name]) == []


def test_the_search_would_find_a_secret_wherever_it_were(life: Life) -> None:
    """The control: what is no secret is found in each kind of place."""
    where = {Path(place).suffix if place.startswith("/") else place for place in life.holding("E-001")}
    assert {".db", ".csv", ".json", ".html", ".xlsx", "find: out", "show as JSON: out"} <= where
    replies = [place for place in life.holding("P-003") if place.startswith(str(life.server_root))]
    assert {Path(place).suffix for place in replies} >= {".csv", ".json", ".xlsx"}
    assert "127.0.0.1" in life.said["ledger out of reach"].err, "its address is told, without the password"


def test_the_echoed_key_is_blotted_out_and_the_rest_of_the_words_is_told(life: Life) -> None:
    assert "not allowed for" in life.said["find as JSON"].out


@pytest.mark.parametrize("what", PEOPLE)
def test_logs_name_orders_by_their_keys_and_hold_no_personal_data(what: str, life: Life) -> None:
    notices = life.said["what was told"].out
    logs = [life.served, notices, *(one.err for one in life.said.values())]
    assert [log for log in logs if PEOPLE[what] in log] == []
    assert "third.csv" in life.served
    assert "first.csv" in notices
