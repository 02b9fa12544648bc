"""The JSON Schema of mappings, for editors that complete and check YAML."""

from typing import Any

from orderdrop.mapping.model import Mapping


def mapping_schema() -> dict[str, Any]:
    """The schema that mappings/mapping.schema.json holds."""
    schema = Mapping.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Orderdrop mapping",
        **{key: value for key, value in schema.items() if key != "title"},
    }
