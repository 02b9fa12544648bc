"""Every fault of a mapping is told at once, with its line and the way out; never as another exception."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderdrop.destinations import registry
from orderdrop.errors import ExitCode, MappingError
from orderdrop.mapping import load
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import Column, Mapping
from orderdrop.wiring import find_shape

MAPPINGS = Path(__file__).parents[3] / "mappings"
SMALL = """\
mapping: small
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
  Parcel: {to: fulfillments.merchant_id}
"""
TYPES = "`text`, `integer`, `decimal`, `boolean`, `date`, `datetime`, `email`, `phone`, `country`, `url`, `language` or `currency`"
TOP = ", ".join(Mapping.model_fields)


def _load(path: Path) -> LoadedMapping:
    return load.load(path, find_shape, registry.names())


def _parse(text: str) -> LoadedMapping:
    return load.parse(text, "small.yaml", find_shape, registry.names())


def _faults(text: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        _parse(text)
    return [str(fault).removeprefix("small.yaml") for fault in caught.value.faults]


def _column(options: str) -> str:
    return f"{SMALL}  Mail: {options}\n"


FAULTS = [
    # unknown keys, on every level
    pytest.param(
        SMALL + "colums: {}", [":6: unknown key `colums`; did you mean `columns`?"], id="misspelt-key-at-the-top"
    ),
    pytest.param(
        SMALL + "file: {delimeter: ';'}",
        [":6: unknown key `delimeter`; did you mean `delimiter`?"],
        id="misspelt-key-of-the-file",
    ),
    pytest.param(
        _column("{to: email, requierd: true}"),
        [":6: unknown key `requierd`; did you mean `required`?"],
        id="misspelt-key-of-a-column",
    ),
    pytest.param(
        SMALL + "hold_batch_when: {bad_rows_over: 5, bad_rows: 5}",
        [":6: unknown key `bad_rows`; did you mean `bad_rows_over`?"],
        id="misspelt-key-of-the-hold",
    ),
    pytest.param(SMALL + "foo: 1", [f":6: unknown key `foo`; known are {TOP}"], id="key-like-no-other"),
    # when an order was last changed
    pytest.param(
        SMALL + "updated_at: Ordre", [":6: `Ordre` is no column with a place; did you mean `Order`?"], id="updated-at-misspelt"
    ),
    pytest.param(
        SMALL + "updated_at: Order", [":6: the column `Order` must be of type: datetime"], id="updated-at-no-time"
    ),
    pytest.param(
        SMALL
        + "  No: {to: fulfillments.trackers.tracking_number}\n"
        + "  Sent: {to: fulfillments.trackers.expected_delivery_at, type: datetime}\nupdated_at: Sent",
        [":8: `fulfillments.trackers.expected_delivery_at` belongs to a part of the order; name a column of the order itself"],
        id="updated-at-of-a-part",
    ),
    # places
    pytest.param(
        _column("{to: emial}"), [":6: shipup has no place `emial`; did you mean `email`?"], id="place-misspelt"
    ),
    pytest.param(
        _column("{to: country_code}"),
        [":6: shipup has no place `country_code`; did you mean `shipping_address.country_code`?"],
        id="place-without-its-node",
    ),
    pytest.param(
        _column("{to: [email, 7]}"),
        [
            (":6: shipup has no place `7`; at the top there are auto_opt_in_whatsapp, canceled, email, first_name, "
            "fulfillments, is_multi_shipped, language_code, last_name, line_items, merchant_id, mute_notifications, "
            "order_details, order_number, ordered_at, phone, shipping_address")
        ],
        id="place-like-no-other",
    ),
    pytest.param(
        SMALL + "constants: {fulfilments.status_code: shipped}",
        [":6: shipup has no place `fulfilments.status_code`; did you mean `fulfillments.status_code`?"],
        id="constant-for-a-misspelt-place",
    ),
    pytest.param(
        SMALL + "derived: {emial: '{Order}@x'}",
        [":6: shipup has no place `emial`; did you mean `email`?"],
        id="template-for-a-misspelt-place",
    ),
    pytest.param(
        _column("{to: fulfillments.trackers}"),
        [
            (":6: `fulfillments.trackers` is a node of shipup, not a value; name a place in it, "
            "such as `fulfillments.trackers.carrier_code`")
        ],
        id="node-instead-of-a-leaf",
    ),
    pytest.param(
        _column("{to: custom_variables}"),
        [
            (":6: `custom_variables` takes one name below it, such as `custom_variables.gift`; "
            "`custom_variables` is not of that form")
        ],
        id="open-node-without-a-name",
    ),
    pytest.param(
        _column("{to: custom_variables.a.b}"),
        [
            (":6: `custom_variables` takes one name below it, such as `custom_variables.gift`; "
            "`custom_variables.a.b` is not of that form")
        ],
        id="open-node-with-two-names",
    ),
    pytest.param(_column("{to: []}"), [":6: `columns.Mail.to` is []; name at least one"], id="no-place-at-all"),
    pytest.param(
        _column("{to: [email, email]}"), [":6: `email` is filled twice by column `Mail`"], id="place-twice-in-one-column"
    ),
    pytest.param(
        _column("{to: email}") + "constants: {email: a@b.de}\nderived: {email: '{Order}'}\n",
        [
            ":7: `email` is filled by column `Mail` and by `constants`; leave it to one of them",
            ":8: `email` is filled by `constants` and by `derived`; leave it to one of them",
        ],
        id="place-filled-by-three",
    ),
    pytest.param(
        _column("{to: fulfillments.trackers.carrier_code}"),
        [
            (":3: `fulfillments.trackers` is filled but its key is not; add a column with "
            "`to: fulfillments.trackers.tracking_number`")
        ],
        id="key-of-a-list-not-filled",
    ),
    pytest.param(
        "mapping: small\ndestination: shipup\ncolumns:\n  Mail: {to: email}\n",
        [":3: no column goes to `merchant_id`, which names the order; add `to: merchant_id` to one"],
        id="key-of-the-order-not-filled",
    ),
    # values that no place takes
    pytest.param(
        _column("{to: ordered_at, type: integer}"),
        [":6: `ordered_at` takes a date and time; a column of type integer does not fit there"],
        id="type-that-does-not-fit-its-place",
    ),
    pytest.param(
        SMALL + "constants: {fulfillments.status_code: shiped}",
        [":6: `fulfillments.status_code` does not take 'shiped'; did you mean `shipped`?"],
        id="constant-that-is-not-allowed-there",
    ),
    pytest.param(
        SMALL
        + "  Status:\n    to: fulfillments.status_code\n    values:\n      sent: shipped\n      late: delayd\n    default: n/a\n",
        [
            ":10: `fulfillments.status_code` does not take 'delayd'; did you mean `delayed`?",
            (":11: `fulfillments.status_code` does not take 'n/a'; known are pending, in_production, in_transit_to_stock, "
            "preparing_shipment, shipped, delayed, production_delay, transit_to_stock_delay, partially_shipped, blocked, canceled"),
        ],
        id="translation-and-default-that-are-not-allowed-there",
    ),
    # column options
    pytest.param(
        _column("{to: email, type: e-mail}"),
        [f":6: `columns.Mail.type` is 'e-mail'; it must be {TYPES}"],
        id="unknown-type",
    ),
    pytest.param(
        _column("{to: email, pattern: '[a-'}"),
        [
            ":6: `columns.Mail.pattern`: '[a-' is not a regular expression: unterminated character set at position 0"
        ],
        id="pattern-that-does-not-compile",
    ),
    pytest.param(
        _column("{to: ordered_at, type: datetime, timezone: Europe/Pari}"),
        [":6: `columns.Mail.timezone`: there is no time zone 'Europe/Pari'; names look like Europe/Paris"],
        id="unknown-time-zone",
    ),
    pytest.param(
        _column("{to: ordered_at, type: datetime, timezone: Europe}"),
        [":6: `columns.Mail.timezone`: there is no time zone 'Europe'; names look like Europe/Paris"],
        id="time-zone-that-is-a-folder",
    ),
    pytest.param(
        _column("{to: email, format: '%d', minimum: 1}"),
        [":6: `columns.Mail`: format and timezone belong to type: date or type: datetime"],
        id="date-format-of-a-text",
    ),
    pytest.param(
        _column("{to: email, minimum: 1}"),
        [":6: `columns.Mail`: minimum and maximum belong to type: integer or type: decimal"],
        id="minimum-of-a-text",
    ),
    pytest.param(
        _column("{to: order_details.total_order_price_incl_tax_amount, type: decimal, minimum: 9, maximum: 1}"),
        [":6: `columns.Mail`: minimum is larger than maximum"],
        id="minimum-above-maximum",
    ),
    pytest.param(
        _column("{to: email, region: FR}"), [":6: `columns.Mail`: region belongs to type: phone"], id="region-of-a-text"
    ),
    pytest.param(
        _column("{to: email, max_length: 0, required: perhaps, one_of: x, values: [a], minimum: few, default: [1]}"),
        [
            ":6: `columns.Mail.required` is 'perhaps'; true or false is expected here",
            ":6: `columns.Mail.values` is ['a']; a table of `key: value` is expected here",
            ":6: `columns.Mail.one_of` is 'x'; a list is expected here, such as [one, two]",
            ":6: `columns.Mail.minimum` is 'few'; a number is expected here",
            ":6: `columns.Mail.max_length` is 0; it must be 1 or more",
            ":6: `columns.Mail.default`: text, a number, true or false is expected here",
        ],
        id="options-of-the-wrong-kind",
    ),
    pytest.param(
        _column("{to: email, aliases: [E-mail, Order]}"),
        [":6: `Order` is already the column `Order`; an alias must not name another column"],
        id="alias-that-is-another-column",
    ),
    pytest.param(
        _column("{to: email, position: 3}"),
        [":6: `position` is for files without headings; add `file: {header: false}` or remove it"],
        id="position-in-a-file-with-headings",
    ),
    pytest.param(
        "mapping: small\ndestination: shipup\nfile: {header: false}\ncolumns:\n"
        "  Order: {to: merchant_id, position: 1}\n  Mail: {to: email, position: 1}\n",
        [":6: position 1 is already the column `Order`"],
        id="position-twice",
    ),
    pytest.param(
        _column("email"),
        [":6: `columns.Mail` is 'email'; write `ignore`, or the place it goes to: {to: ...}"],
        id="column-that-is-only-a-text",
    ),
    pytest.param(
        _column(""), [":6: `columns.Mail` is empty; a table of `key: value` is expected here"], id="column-without-anything"
    ),
    pytest.param(_column("{type: email}"), [":6: `columns.Mail.to` is missing; add it"], id="column-without-a-place"),
    # templates
    pytest.param(
        SMALL + "derived: {email: '{Order'}",
        [":6: `{Order` is not a template: expected '}' before end of string; write {Heading}"],
        id="template-with-an-open-brace",
    ),
    pytest.param(
        SMALL + "derived: {email: fixed}",
        [":6: `fixed` names no column; use `constants:` for fixed values"],
        id="template-without-a-heading",
    ),
    pytest.param(
        SMALL + "derived: {email: '{}'}",
        [":6: `{}` has empty braces; name a column in them"],
        id="template-with-empty-braces",
    ),
    pytest.param(
        SMALL + "derived: {email: {Order}}",
        [":6: `derived.email` is {'Order': None}; text is expected here; put it in quotes"],
        id="template-without-quotes",
    ),
    # the file and the rules of the batch
    pytest.param(
        SMALL + "file:\n  encoding: cp1252x\n  delimiter: ';;'\n  quote: ''\n  header_row: 0\n  format: pdf\n  sheet: [1]",
        [
            ":7: `file.encoding`: Python knows no encoding 'cp1252x'; try utf-8, cp1252 or utf-16",
            ":8: `file.delimiter` is ';;'; it must have at most 1 character",
            ":9: `file.quote`: one character is expected here, or none",
            ":10: `file.header_row` is 0; it must be 1 or more",
            ":11: `file.format` is 'pdf'; it must be `csv`, `fixed`, `xlsx`, `xlsm`, `xlsb`, `xls` or `ods`",
            ":12: `file.sheet`: a name, a position from 1, or {headings: [...]} is expected here",
        ],
        id="file-options-of-the-wrong-kind",
    ),
    pytest.param(
        SMALL + "on_bad_row: drop\non_duplicate_row: drop",
        [
            ":6: `on_bad_row` is 'drop'; it must be `hold_order` or `send_rest`",
            ":7: `on_duplicate_row` is 'drop'; it must be `reject` or `keep_one`",
        ],
        id="unknown-policies",
    ),
    pytest.param(
        SMALL + "hold_batch_when: {bad_rows_over: 120%}",
        [":6: `hold_batch_when.bad_rows_over`: write a share such as 20% or a number of rows such as 50"],
        id="share-above-all",
    ),
    pytest.param(
        SMALL + "hold_batch_when: 20%",
        [":6: `hold_batch_when` is '20%'; a table of `key: value` is expected here"],
        id="hold-without-its-key",
    ),
    pytest.param(
        SMALL.replace("shipup", "shipupp"),
        [":2: no destination `shipupp`; did you mean `shipup`?"],
        id="unknown-destination",
    ),
    pytest.param(
        SMALL.replace("small", "Small One"),
        [":1: `mapping` is 'Small One'; it must look like acme-shipments (lower case letters, digits, - and _)"],
        id="name-of-another-form",
    ),
    pytest.param("description: nothing\n", [": `mapping` is missing; add it", ": `destination` is missing; add it", ": `columns` is missing; add it"], id="missing-keys"),
    # not a table of keys
    pytest.param("", [":1: holds no keys; it must be a table of `key: value` lines"], id="empty"),
    pytest.param("- a\n- b\n", [":1: holds no keys; it must be a table of `key: value` lines"], id="a-list"),
    pytest.param("a;b;c\n1;2;3\n", [":1: holds no keys; it must be a table of `key: value` lines"], id="a-csv"),
    pytest.param(
        SMALL + "  Parcel: {to: email}\n", [":6: the key `Parcel` stands twice; keep one of them"], id="key-twice"
    ),
    pytest.param(
        "mapping: small\n\tdestination: shipup\n",
        [":2: is not YAML here: there is a tab; indent with spaces"],
        id="a-tab",
    ),
    pytest.param(
        "mapping: small\ncolumns: {Order: {to: merchant_id}\nconstants: {}\n",
        [":3: is not YAML here: a bracket is not closed, or a comma is missing"],
        id="an-open-bracket",
    ),
    pytest.param(
        "mapping: small\ndescription: 'one\ncolumns: {}\n",
        [":2: is not YAML here: a quote is opened here and never closed"],
        id="an-open-quote",
    ),
    pytest.param(
        'mapping: small\npattern: "[A-Z]\\d"\n',
        [":2: is not YAML here: a \\ in \"...\" begins a special character; put patterns in single quotes '...'"],
        id="a-pattern-in-double-quotes",
    ),
    pytest.param(
        "mapping: small\ndescription: files: nightly\n",
        [
            (":2: is not YAML here: there is a second `: ` in the line, or the line is indented too far; "
            "put text that holds `: ` in quotes")
        ],
        id="a-second-colon",
    ),
    pytest.param(
        "columns:\n  A: {to: email}\n B: {to: phone}\n",
        [":3: is not YAML here: the line is indented differently from the lines it belongs to"],
        id="uneven-indentation",
    ),
    pytest.param(SMALL + "---\nmapping: b\n", [":6: is not YAML here: there is a second document after `---`; keep one to a file"], id="two-documents"),
    pytest.param(
        "mapping: *small\n",
        [":1: is not YAML here: the *name refers to nothing; text that begins with * must stand in quotes"],
        id="an-alias-of-nothing",
    ),
    pytest.param("a: &a {b: *a}\n", [":1: an alias stands inside its own anchor"], id="an-alias-of-itself"),
    pytest.param("? [a, b]\n: c\n", [":1: a key must be plain text; put it in quotes"], id="a-list-as-a-key"),
    pytest.param("a: b\nc: \x01\n", [":2: holds a character that YAML does not allow (U+0001); delete it"], id="a-control-character"),
    pytest.param('a: "\\ud83d"\n', [":1: holds half a character (a surrogate); write the character itself"], id="half-a-character"),
    pytest.param("a: " + "[" * 5000, [": is nested too deeply; a few levels are all that it needs"], id="too-deep"),
    pytest.param(
        "a: &a [1,2,3,4,5,6,7,8,9,0]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
        [":1: aliases make this larger than any mapping can be"],
        id="aliases-of-aliases",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "faults"), FAULTS)
def test_a_fault_is_told_with_its_line_and_the_way_out(text: str, faults: list[str]) -> None:
    assert _faults(text) == faults


def test_several_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = (
        "mapping: small\n"
        "destination: shipup\n"
        "colour: blue\n"
        "columns:\n"
        "  Order: {to: merchant_id, requierd: true}\n"
        "  Mail: {to: emial}\n"
        "  When: {to: ordered_at, type: datetime, timezone: Mars}\n"
        "constants:\n"
        "  fulfillments.status: shipped\n"
        "on_bad_row: hold\n"
    )
    assert _faults(text) == [
        ":3: unknown key `colour`; did you mean `columns`?",
        ":5: unknown key `requierd`; did you mean `required`?",
        ":6: shipup has no place `emial`; did you mean `email`?",
        ":7: `columns.When.timezone`: there is no time zone 'Mars'; names look like Europe/Paris",
        ":9: shipup has no place `fulfillments.status`; did you mean `fulfillments.status_code`?",
        ":10: `on_bad_row` is 'hold'; it must be `hold_order` or `send_rest`",
    ]


def test_a_mapping_error_asks_for_a_corrected_set_up_and_lists_its_faults_below_a_heading() -> None:
    with pytest.raises(MappingError) as caught:
        _parse(SMALL + "on_bad_row: hold\n")
    assert caught.value.exit_code is ExitCode.SETUP
    assert str(caught.value) == (
        "The mapping cannot be used:\n  small.yaml:6: `on_bad_row` is 'hold'; it must be `hold_order` or `send_rest`"
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda path: None, "cannot be read: No such file or directory", id="not-there"),
        pytest.param(lambda path: path.mkdir(), "cannot be read: Is a directory", id="a-folder"),
        pytest.param(
            lambda path: path.write_bytes(b"mapping: Stra\xdfe"),
            "is not UTF-8 text; save it as UTF-8",
            id="cp1252",
        ),
        pytest.param(
            lambda path: path.write_bytes(b"PK\x03\x04\x00\xff\xfe"),
            "is not UTF-8 text; save it as UTF-8",
            id="a-workbook",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / "small.yaml"
    make(path)
    with pytest.raises(MappingError) as caught:
        _load(path)
    assert [str(fault) for fault in caught.value.faults] == [f"{path}: {message}"]


def test_a_file_must_be_called_as_its_mapping(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(SMALL)
    with pytest.raises(MappingError) as caught:
        _load(path)
    assert [str(fault) for fault in caught.value.faults] == [
        f"{path}:1: the file is called `other` but the mapping `small`; make them equal"
    ]


def test_a_version_that_a_batch_is_pinned_to_needs_no_file_of_its_name() -> None:
    assert (
        load.parse(SMALL, "small (as of batch b-1)", find_shape, registry.names()).mapping.mapping == "small"
    )


def test_a_mapping_is_found_by_name_and_a_wrong_name_tells_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "acme-shipments.yaml").write_text("")
    assert load.find("acme-shipments", tmp_path) == tmp_path / "acme-shipments.yaml"
    assert load.find("elsewhere/own.yml", tmp_path) == Path("elsewhere/own.yml")
    with pytest.raises(MappingError, match=r"There is no mapping `acme-shipment`") as caught:
        load.find("acme-shipment", tmp_path)
    assert caught.value.faults[0].message == "no such file; did you mean `acme-shipments`?"


def test_a_name_never_leaves_the_folder_of_mappings(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("")
    with pytest.raises(MappingError):
        load.find("../secret", folder)


@pytest.mark.parametrize("name", ["acme-shipments", "nordlicht-orders"])
def test_the_sample_mappings_load_with_a_digest_of_their_text(name: str) -> None:
    loaded = _load(MAPPINGS / f"{name}.yaml")
    assert loaded.mapping.mapping == name
    assert _parse(loaded.text).digest == loaded.digest


def test_text_stays_what_it_is_although_yaml_would_make_a_number_of_it() -> None:
    loaded = _parse(
        "mapping: small\ndestination: shipup\n"
        "file: {skip_rows_where: {Type: [01, 7, 1E+05]}}\n"
        "columns:\n"
        "  Order: {to: merchant_id}\n"
        "  007: {to: order_number, values: {01: 02, on: off}, default: 2026-01-01, aliases: [08, 2026]}\n"
        "constants: {email: 12345678901234567890}\n"
    ).mapping
    column = loaded.columns["007"]
    assert isinstance(column, Column)
    assert column.values == {"01": "02", "on": "off"}
    assert (column.default, column.aliases) == ("2026-01-01", ("08", "2026"))
    assert loaded.file.skip_rows_where == {"Type": ("01", "7", "1E+05")}
    assert loaded.constants == {"email": "12345678901234567890"}


def test_anchors_and_merges_can_be_used_within_columns() -> None:
    loaded = _parse(
        SMALL
        + "  Qty: &n {to: fulfillments.trackers.tracking_number, max_length: 5}\n  Mail: {<<: *n, to: email}\n"
    ).mapping
    mail = loaded.columns["Mail"]
    assert isinstance(mail, Column)
    assert (mail.to, mail.max_length) == (("email",), 5)


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["ignore", "email", "merchant_id"]),
)
KEYS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["mapping", "destination", "file", "columns", "constants", "derived", "to", "type", "values", "aliases", "format",
         "pattern", "timezone", "position", "skip_rows_where", "hold_batch_when", "bad_rows_over", "default", "one_of"]
    ),
)  # fmt: skip
TREES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


def _yaml(node: object) -> str:
    if isinstance(node, dict):
        return "{" + ", ".join(f"{_yaml(str(key))}: {_yaml(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(_yaml, node)) + "]"
    if isinstance(node, str):
        return "'" + node.replace("'", "''") + "'"
    return "null" if node is None else str(node).lower()


def _usable_or_mapping_error(text: str) -> None:
    """Any exception but MappingError goes through and fails the test."""
    try:
        _parse(text)
    except MappingError as error:
        told = error.faults
    else:
        return
    assert told
    assert all(fault.message and "\n" not in fault.message for fault in told)


@settings(deadline=None)  # a slow moment of the machine is no fault of the mapping
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_any_tree_is_a_mapping_or_a_mapping_error(tree: dict[str, object]) -> None:
    _usable_or_mapping_error(_yaml({"mapping": "small", "destination": "shipup"} | tree))


@settings(deadline=None)
@given(st.text(max_size=60))
@example("\ud800")
@example("a: !!timestamp x")
def test_any_text_is_a_mapping_or_a_mapping_error(text: str) -> None:
    _usable_or_mapping_error(text)


@settings(deadline=None)
@given(data=st.data())
def test_any_mutation_of_a_sample_is_a_mapping_or_a_mapping_error(data: st.DataObject) -> None:
    text = (
        MAPPINGS / data.draw(st.sampled_from(["acme-shipments.yaml", "nordlicht-orders.yaml"]))
    ).read_text()
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = min(len(text), start + data.draw(st.integers(0, 12)))
        text = (
            text[:start]
            + data.draw(st.text(max_size=4) | st.sampled_from("{}[]:,'\"&*!|>%#-\n\t "))
            + text[stop:]
        )
    _usable_or_mapping_error(text)
