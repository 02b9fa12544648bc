"""The JSON Schema that editors complete and check mappings with."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from orderdrop.mapping.json_schema import mapping_schema

MAPPINGS = Path(__file__).parents[3] / "mappings"
FILE = MAPPINGS / "mapping.schema.json"


def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_file_for_editors_is_what_the_model_says() -> None:
    written = json.loads(FILE.read_text(encoding="utf-8"))
    assert written == mapping_schema(), "run `orderdrop mapping schema > mappings/mapping.schema.json`"


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_mappings_that_come_along_are_valid_and_name_the_schema(path: Path) -> None:
    _validator().validate(YAML(typ="safe").load(path))
    assert path.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=mapping.schema.json\n"
    )


SMALL = {"mapping": "small", "destination": "shipup", "columns": {"Order": {"to": "merchant_id"}}}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"colums": {}}, id="misspelt-key-at-the-top"),
        pytest.param(
            {"columns": {"Order": {"to": "merchant_id", "requierd": True}}}, id="misspelt-key-of-a-column"
        ),
        pytest.param({"columns": {"Order": {"to": "merchant_id", "type": "e-mail"}}}, id="unknown-type"),
        pytest.param({"columns": {"Order": {}}}, id="column-without-a-place"),
        pytest.param({"columns": {"Order": "ignored"}}, id="word-that-is-not-ignore"),
        pytest.param({"file": {"delimeter": ";"}}, id="misspelt-key-of-the-file"),
        pytest.param({"on_bad_row": "hold"}, id="unknown-policy"),
    ],
)
def test_an_editor_underlines_what_loading_would_refuse(change: dict[str, object]) -> None:
    assert list(_validator().iter_errors(SMALL)) == []
    assert list(_validator().iter_errors(SMALL | change))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="nothing-else"),
        pytest.param({"columns": {"Qty": {"minimum": 0}}}, id="a-part-of-a-column"),
        pytest.param({"columns": {"Qty": None}}, id="a-column-removed"),
    ],
)
def test_an_editor_lets_a_mapping_that_extends_another_say_only_what_is_different(
    change: dict[str, object],
) -> None:
    assert list(_validator().iter_errors({"mapping": "shop", "extends": "base"} | change)) == []
    assert list(_validator().iter_errors({"mapping": "shop"} | change))


@pytest.mark.parametrize(
    "column",
    [
        pytest.param({"to": ["merchant_id", "order_number"]}, id="several-places"),
        pytest.param({"to": "merchant_id", "aliases": "Ref"}, id="one-alias-without-a-list"),
        pytest.param(
            {"to": "ordered_at", "type": "datetime", "format": "%d.%m.%Y"}, id="one-format-without-a-list"
        ),
        pytest.param({"to": "email", "values": {"a": 1, "b": True}}, id="values-of-any-kind"),
        pytest.param("ignore", id="ignored"),
    ],
)
def test_an_editor_accepts_every_short_form_that_loading_accepts(column: object) -> None:
    assert list(_validator().iter_errors(SMALL | {"columns": {"Order": column}})) == []
