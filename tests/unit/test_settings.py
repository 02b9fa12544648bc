"""Settings: all faults at once with their lines, secrets by reference only and never shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from orderdrop.errors import ExitCode, SettingsError
from orderdrop.settings import Feed, Settings, load

SECRET = "s3cr3t-and-long"
EXAMPLE = """\
ledger: sqlite:///var/orderdrop.db          # or postgresql://...
workdir: var                                # drops, reports, spill
mappings: mappings
accounts:
  shop-eu: {destination: shipup, base_url: "https://api.shipup.co", key: "${SHIPUP_KEY}"}
  local:   {destination: shipup, base_url: "http://127.0.0.1:8808/shipup", key: any, rate: unlimited, endpoint: single}
feeds:
  acme-nightly:
    source: sftp://acme@drops.example.com:22/outgoing    # or a folder
    private_key: "${ACME_KEY_FILE}"                      # or password: "${...}", or agent: true
    known_hosts: known_hosts
    files: shipments_*.csv
    mapping: acme-shipments
    account: shop-eu
    every: 30s                                           # or cron: "0 2 * * *", timezone: Europe/Paris
    settle: {looks: 2, age: 60s}                         # or done_file: "{name}.done"
    reply: true
"""
ENVIRON = {"SHIPUP_KEY": SECRET, "ACME_KEY_FILE": "keys/acme"}
ACCOUNT = 'a: {destination: shipup, base_url: "https://api.example.com", key: "${K}"%s}'
FEED = "f: {source: in, mapping: m, account: a%s}"


def _load(
    folder: Path, text: str, environ: dict[str, str] | None = None, *, need_secrets: bool = True
) -> Settings:
    (folder / "orderdrop.yaml").write_text(text, encoding="utf-8")
    return load(None, environ or {}, folder, need_secrets=need_secrets)


def _faults(
    folder: Path, text: str, environ: dict[str, str] | None = None, *, need_secrets: bool = True
) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        _load(folder, text, environ, need_secrets=need_secrets)
    assert caught.value.exit_code is ExitCode.SETUP
    assert SECRET not in str(caught.value)
    return [str(fault).removeprefix("orderdrop.yaml") for fault in caught.value.faults]


def test_the_example_of_the_documentation_loads(tmp_path: Path) -> None:
    settings = _load(tmp_path, EXAMPLE, ENVIRON)
    account, feed = settings.accounts["shop-eu"], settings.feeds["acme-nightly"]
    assert account.key.get_secret_value() == SECRET
    assert str(account.base_url) == "https://api.shipup.co/"
    assert (account.rate, account.endpoint) == (None, "auto")
    assert (settings.accounts["local"].rate, settings.accounts["local"].endpoint) == ("unlimited", "single")
    assert feed.remote
    assert (feed.every, feed.settle.looks, feed.settle.age) == (
        timedelta(seconds=30),
        2,
        timedelta(seconds=60),
    )
    assert feed.reply


def test_relative_paths_are_relative_to_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "own.yaml").write_text(
        EXAMPLE + "  local:\n    {source: in, mapping: m, account: local}\n"
    )
    settings = load(Path("etc/own.yaml"), ENVIRON, tmp_path)
    etc = tmp_path / "etc"
    assert settings.workdir == etc / "var"
    assert settings.mappings == etc / "mappings"
    assert settings.ledger == f"sqlite:///{etc}/var/orderdrop.db"
    assert settings.feeds["acme-nightly"].private_key == etc / "keys/acme"
    assert settings.feeds["acme-nightly"].known_hosts == etc / "known_hosts"
    assert settings.feeds["acme-nightly"].source == "sftp://acme@drops.example.com:22/outgoing"
    assert settings.feeds["local"].source == str(etc / "in")


def test_absolute_paths_and_other_databases_stay_as_they_are(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        "ledger: postgresql://orderdrop:${DB}@db/orders\nworkdir: /srv/od\nmappings: ~nobody-there/mappings\n",
        {"DB": SECRET},
    )
    assert settings.ledger == f"postgresql://orderdrop:{SECRET}@db/orders"
    assert settings.workdir == Path("/srv/od")
    assert settings.mappings == tmp_path / "~nobody-there/mappings"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    environ = {
        "ORDERDROP_LEDGER": "sqlite:///other.db",
        "ORDERDROP_WORKDIR": "elsewhere",
        "ORDERDROP_MAPPINGS": "/etc/mappings",
        "ORDERDROP_ACCOUNTS": "not json and not meant",
        "ORDERDROP_FEEDS": "",
    }
    settings = _load(tmp_path, "ledger: sqlite:///file.db\nworkdir: here\n", environ)
    assert settings.ledger == f"sqlite:///{tmp_path}/other.db"
    assert (settings.workdir, settings.mappings) == (tmp_path / "elsewhere", Path("/etc/mappings"))
    assert settings.accounts == {}


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert _load(tmp_path, "workdir: here\n", {"ORDERDROP_WORKDIR": ""}).workdir == tmp_path / "here"


def test_the_file_is_the_named_one_then_the_variable_then_the_one_here_then_none(tmp_path: Path) -> None:
    for name in ("named", "variable", "orderdrop"):
        (tmp_path / f"{name}.yaml").write_text(f"workdir: {name}\n")
    environ = {"ORDERDROP_CONFIG": "variable.yaml"}
    assert load(Path("named.yaml"), environ, tmp_path).workdir.name == "named"
    assert load(None, environ, tmp_path).workdir.name == "variable"
    assert load(None, {}, tmp_path).workdir.name == "orderdrop"
    (tmp_path / "orderdrop.yaml").unlink()
    assert load(None, {}, tmp_path).workdir == tmp_path / "var"


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, {"ORDERDROP_CONFIG": "gone.yaml"}, tmp_path)
    assert (
        str(caught.value)
        == "The settings cannot be used:\n  gone.yaml: cannot be read: No such file or directory"
    )


def test_three_faults_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        "workdirs: var\n"
        "accounts:\n"
        "  shop: {destination: shipup, base_url: https://api.example.com, key: '${GONE}', rate: fast}\n"
        "feeds:\n"
        "  acme: {source: in, mapping: m, account: shpo, every: 5}\n"
    )
    assert _faults(tmp_path, text) == [
        ":1: unknown key `workdirs`; did you mean `workdir`?",
        ":3: `accounts.shop.key` refers to ${GONE}, which the environment does not hold; set it",
        ":3: `accounts.shop.rate`: write a number of requests a second above 0, or unlimited",
        ":5: `feeds.acme.every`: write a time such as 30s, 5m, 2h or 1d",
        ":5: feed `acme` names account `shpo`, which is not set up; did you mean `shop`?",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(", kye: 1", ":2: unknown key `kye`; did you mean `key`?", id="misspelt-key"),
        pytest.param(
            ", endpoint: bulk",
            ":2: `accounts.a.endpoint` is 'bulk'; it must be `auto`, `batch` or `single`",
            id="endpoint",
        ),
        pytest.param(
            ", rate: 0",
            ":2: `accounts.a.rate`: write a number of requests a second above 0, or unlimited",
            id="rate-of-nothing",
        ),
        pytest.param(
            ", burst: 0", ":2: `accounts.a.burst` is 0; it must be 1 or more", id="burst-of-nothing"
        ),
        pytest.param(
            ", concurrency: 65",
            ":2: `accounts.a.concurrency` is 65; it must be 64 or less",
            id="concurrency-too-high",
        ),
        pytest.param(
            ", timeout: 30",
            ":2: `accounts.a.timeout`: write a time such as 30s, 5m, 2h or 1d",
            id="time-without-a-unit",
        ),
        pytest.param(
            ", timeout: 0s",
            ":2: `accounts.a.timeout`: write a time above 0, such as 30s",
            id="time-of-nothing",
        ),
        pytest.param(
            ", deadline: 99999999999d",
            ":2: `accounts.a.deadline`: write a time of at most 366d",
            id="time-without-end",
        ),
    ],
)
def test_a_fault_of_an_account_is_told_with_its_line(tmp_path: Path, options: str, message: str) -> None:
    assert _faults(tmp_path, f"accounts:\n  {ACCOUNT % options}\n", {"K": SECRET}) == [message]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param(
            "http://api.example.com",
            "`accounts.a`: base_url must begin with https:// (plain http is accepted on loopback alone)",
            id="plain-http",
        ),
        pytest.param(
            "http://localhost.example.com",
            "`accounts.a`: base_url must begin with https:// (plain http is accepted on loopback alone)",
            id="only-looks-like-loopback",
        ),
        pytest.param(
            "ftp://api.example.com",
            "`accounts.a`: base_url must begin with https://, not ftp://",
            id="other-scheme",
        ),
        pytest.param(
            f"https://me:{SECRET}@api.example.com",
            "`accounts.a`: base_url must not hold a login; put the key under `key:`",
            id="a-login",
        ),
        pytest.param(
            "api.example.com",
            "`accounts.a.base_url` is 'api.example.com'; a web address such as https://api.example.com is expected here",
            id="no-scheme",
        ),
        pytest.param(
            "https://169.254.169.254/v2",
            "`accounts.a`: base_url names an address at which no API answers (link-local, multicast or 0.0.0.0)",
            id="cloud-metadata",
        ),
        pytest.param(
            "https://[fe80::1]/v2",
            "`accounts.a`: base_url names an address at which no API answers (link-local, multicast or 0.0.0.0)",
            id="link-local",
        ),
        pytest.param(
            "https://[::ffff:169.254.169.254]/v2",
            "`accounts.a`: base_url names an address at which no API answers (link-local, multicast or 0.0.0.0)",
            id="cloud-metadata-in-disguise",
        ),
        pytest.param(
            "https://0.0.0.0/v2",
            "`accounts.a`: base_url names an address at which no API answers (link-local, multicast or 0.0.0.0)",
            id="unspecified",
        ),
        pytest.param(
            "https://224.0.0.1/v2",
            "`accounts.a`: base_url names an address at which no API answers (link-local, multicast or 0.0.0.0)",
            id="multicast",
        ),
        pytest.param(
            "https://api.example.com/?next=https://elsewhere.example.com",
            "`accounts.a`: base_url must end before any ? or #; paths of the API are written behind it",
            id="query",
        ),
        pytest.param(
            "https://api.example.com/#x",
            "`accounts.a`: base_url must end before any ? or #; paths of the API are written behind it",
            id="fragment",
        ),
    ],
)
def test_an_address_that_is_not_safe_is_refused(tmp_path: Path, url: str, message: str) -> None:
    text = f'accounts:\n  a: {{destination: shipup, base_url: "{url}", key: "${{K}}"}}\n'
    assert _faults(tmp_path, text, {"K": SECRET}) == [f":2: {message}"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(", fiels: x", ":4: unknown key `fiels`; did you mean `files`?", id="misspelt-key"),
        pytest.param(
            ", settle: {age: 1s, look: 2}",
            ":4: unknown key `look`; did you mean `looks`?",
            id="misspelt-key-of-settle",
        ),
        pytest.param(
            ", settle: {looks: 0}", ":4: `feeds.f.settle.looks` is 0; it must be 1 or more", id="no-looks"
        ),
        pytest.param(
            ", settle: {done_file: done}",
            ':4: `feeds.f.settle.done_file`: write the name of the done-file with {name} or {stem} of the drop: "{name}.done"',
            id="one-done-file-for-all",
        ),
        pytest.param(
            ", every: 30s, cron: '0 2 * * *'",
            ":4: `feeds.f`: give `every` or `cron`, not both",
            id="two-schedules",
        ),
        pytest.param(
            ", every: 0s", ":4: `feeds.f.every`: write a time above 0, such as 30s", id="all-the-time"
        ),
        pytest.param(
            ", cron: nightly",
            ":4: `feeds.f.cron` is 'nightly'; it must look like 0 2 * * * (minute, hour, day, month, weekday)",
            id="cron-in-words",
        ),
        pytest.param(
            ", cron: '0 25 * * *'",
            ":4: `feeds.f.cron`: '0 25 * * *' says no times: Error validating expression '25': the last value (25) is higher "
            "than the maximum value (23); write minute, hour, day, month, weekday",
            id="an-hour-that-no-day-has",
        ),
        pytest.param(
            ", cron: '0 2 * * sunday'",
            ":4: `feeds.f.cron`: '0 2 * * sunday' says no times: Invalid weekday name \"sunday\"; write minute, hour, day, "
            "month, weekday",
            id="a-weekday-in-full",
        ),
        pytest.param(
            ", timezone: Mars",
            ":4: `feeds.f`: there is no time zone 'Mars'; names look like Europe/Paris",
            id="time-zone",
        ),
        pytest.param(
            ", reply: maybe",
            ":4: `feeds.f.reply` is 'maybe'; true or false is expected here",
            id="not-a-switch",
        ),
    ],
)
def test_a_fault_of_a_feed_is_told_with_its_line(tmp_path: Path, options: str, message: str) -> None:
    text = f"accounts:\n  {ACCOUNT % ''}\nfeeds:\n  {FEED % options}\n"
    assert _faults(tmp_path, text, {"K": SECRET}) == [message]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(
            "sftp://example.com/in",
            "source must name user and host: sftp://user@host:22/folder",
            id="without-a-user",
        ),
        pytest.param(
            "sftp://me@/in", "source must name user and host: sftp://user@host:22/folder", id="without-a-host"
        ),
        pytest.param(
            "sftp://me@example.com:ssh/in",
            "the port in source must be a number up to 65535: sftp://user@host:22/folder",
            id="port-in-words",
        ),
        pytest.param(
            f"sftp://me:{SECRET}@example.com/in",
            "source must not hold a password; put it under `password: ${NAME}`",
            id="with-a-password",
        ),
        pytest.param(
            "sftp://me@example.com/in",
            "give one way to log in: `private_key:`, `password:` or `agent: true`",
            id="without-a-login",
        ),
        pytest.param("ftp://me@example.com/in", "source must be a folder, or begin with sftp://", id="ftp"),
    ],
)
def test_a_source_that_cannot_be_reached_safely_is_refused(tmp_path: Path, source: str, message: str) -> None:
    text = f"accounts:\n  {ACCOUNT % ''}\nfeeds:\n  f: {{source: '{source}', mapping: m, account: a}}\n"
    assert _faults(tmp_path, text, {"K": SECRET}) == [f":4: `feeds.f`: {message}"]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param(
            f"accounts:\n  a: {{destination: shipup, base_url: 'https://x.io', key: {SECRET}}}\n",
            [
                ':2: `accounts.a.key` is written out; put it into the environment and refer to it: key: "${NAME}"'
            ],
            id="key",
        ),
        pytest.param(
            f"accounts:\n  a: {{destination: shipup, base_url: 'https://x.io', key: '${{K}}{SECRET}'}}\n",
            [
                ':2: `accounts.a.key` is written out; put it into the environment and refer to it: key: "${NAME}"'
            ],
            id="half-of-the-key",
        ),
        pytest.param(
            "accounts:\n  a: {destination: shipup, base_url: 'https://x.io', key: 123456}\n",
            [
                ':2: `accounts.a.key` is written out; put it into the environment and refer to it: key: "${NAME}"',
                (":2: `accounts.a.key` is not as it should be; text is expected here; put it in quotes"),
            ],
            id="key-of-digits",
        ),
        pytest.param(
            f"accounts:\n  {ACCOUNT % ''}\nfeeds:\n  f:\n    source: sftp://me@h/in\n    mapping: m\n    account: a\n    password: {SECRET}\n",
            [
                ':8: `feeds.f.password` is written out; put it into the environment and refer to it: password: "${NAME}"'
            ],
            id="password-of-a-feed",
        ),
        pytest.param(
            f"ledger: postgresql://me:{SECRET}@db/orders\n",
            [
                ":1: the password in `ledger` is written out; put it into the environment and refer to it: ${NAME}"
            ],
            id="password-of-the-database",
        ),
    ],
)
def test_a_secret_that_is_written_out_is_refused_and_not_repeated(
    tmp_path: Path, text: str, faults: list[str]
) -> None:
    assert _faults(tmp_path, text, {"K": SECRET}) == faults


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.1"])
def test_the_key_of_an_account_on_loopback_may_be_written_out(tmp_path: Path, host: str) -> None:
    text = f'accounts:\n  a: {{destination: shipup, base_url: "http://{host}:8808/shipup", key: any}}\n'
    assert _load(tmp_path, text).accounts["a"].key.get_secret_value() == "any"


def test_a_command_that_talks_to_nobody_needs_no_secrets(tmp_path: Path) -> None:
    text = EXAMPLE.replace("https://api.shipup.co", "${SHIPUP_URL}").replace(
        "drops.example.com", "${DROPS_HOST}"
    )
    assert "shop-eu" in _load(tmp_path, text, need_secrets=False).accounts
    assert _faults(tmp_path, text) == [
        ":5: `accounts.shop-eu.base_url` refers to ${SHIPUP_URL}, which the environment does not hold; set it",
        ":5: `accounts.shop-eu.key` refers to ${SHIPUP_KEY}, which the environment does not hold; set it",
        ":9: `feeds.acme-nightly.source` refers to ${DROPS_HOST}, which the environment does not hold; set it",
        ":10: `feeds.acme-nightly.private_key` refers to ${ACME_KEY_FILE}, which the environment does not hold; set it",
    ]


def test_even_such_a_command_needs_to_know_its_ledger(tmp_path: Path) -> None:
    assert _faults(tmp_path, "ledger: ${DB}\n", need_secrets=False) == [
        ":1: `ledger` refers to ${DB}, which the environment does not hold; set it"
    ]


def test_secrets_are_in_no_text_that_settings_turn_into(tmp_path: Path) -> None:
    text = EXAMPLE.replace("sqlite:///var/orderdrop.db", "postgresql://me:${SHIPUP_KEY}@db/x").replace(
        "private_key: ", "password: "
    )
    settings = _load(tmp_path, text, {"SHIPUP_KEY": SECRET, "ACME_KEY_FILE": SECRET + "2"})
    assert settings.ledger == f"postgresql://me:{SECRET}@db/x"
    shown = (
        repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json(),
        repr(settings.accounts), str(settings.feeds["acme-nightly"]),
    )  # fmt: skip
    assert all(SECRET not in text for text in shown)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param('key: ["${K}"]', id="in-a-list"),
        pytest.param('key: {value: "${K}"}', id="in-a-table"),
        pytest.param('key: "${K}", burst: "${K}"', id="where-a-number-belongs"),
        pytest.param('key: "${K}", rate: "${K}"', id="where-a-rate-belongs"),
        pytest.param('key: "${K}", timeout: "${K}"', id="where-a-time-belongs"),
        pytest.param('key: "${K}", endpoint: "${K}"', id="where-a-word-belongs"),
        pytest.param('key: "${K}", base_url: "${K}"', id="where-an-address-belongs"),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, wrong: str) -> None:
    address = "" if "base_url" in wrong else "base_url: 'https://x.io', "
    assert _faults(tmp_path, f"accounts:\n  a: {{destination: shipup, {address}{wrong}}}\n", {"K": SECRET})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("accounts: [a]\nfeeds: 7\n", id="lists-for-tables"),
        pytest.param("accounts: {a: b}\nfeeds: {f: }\n", id="texts-for-tables"),
        pytest.param("feeds: {f: {source: 'sftp://[x/y', mapping: m, account: [a]}}\n", id="broken-address"),
        pytest.param("accounts: {a: {destination: 1, base_url: 'http://[', key: 'x'}}\n", id="broken-url"),
        pytest.param("- a\n", id="a-list"),
        pytest.param("\tx", id="a-tab"),
    ],
)
def test_nonsense_gives_faults_and_no_other_exception(tmp_path: Path, text: str) -> None:
    assert _faults(tmp_path, text)


@pytest.mark.parametrize("said", ["soon", "0d", "12h", "99999d", "-1d"])
def test_a_retention_is_a_number_of_days(tmp_path: Path, said: str) -> None:
    (fault,) = _faults(tmp_path, f"retention: {said}\n", {})
    assert fault.startswith(":1: `retention`")
    assert "write a number of days such as 90d" in fault


@pytest.mark.parametrize("text", ["30s", "5m", "36h", "1d", "250ms", "90s"])
def test_a_time_is_said_as_people_write_it(text: str) -> None:
    feed = Feed.model_validate({"source": "in", "mapping": "m", "account": "a", "every": text})
    assert feed.when == f"every {text}"


def test_a_feed_with_fixed_times_says_them_with_their_time_zone() -> None:
    feed = {"source": "in", "mapping": "m", "account": "a", "cron": "0 2 * * *", "timezone": "Europe/Paris"}
    assert Feed.model_validate(feed).when == "at 0 2 * * * (Europe/Paris)"
