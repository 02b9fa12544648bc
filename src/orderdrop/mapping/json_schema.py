"""The JSON Schema of mappings, for editors that complete and check YAML."""

from typing import Any

from orderdrop.mapping.model import Column, JoinedTable, Mapping


def mapping_schema() -> dict[str, Any]:
    """The schema that mappings/mapping.schema.json holds.

    A mapping that extends another may leave out what is required of others, and write `null` to remove a column.
    """
    schema = Mapping.model_json_schema()
    required = schema.pop("required")
    parts = schema["$defs"]
    tables = parts[JoinedTable.__name__]
    whole_column = {"type": ["object", "string"], "required": parts[Column.__name__].pop("required")}
    whole_columns = {"columns": {"additionalProperties": whole_column}}
    whole_table = {"required": tables.pop("required"), "properties": whole_columns}
    for columns in (table["properties"]["columns"] for table in (schema, tables)):
        columns["additionalProperties"] = {"anyOf": [columns["additionalProperties"], {"type": "null"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Orderdrop mapping",
        **{key: value for key, value in schema.items() if key != "title"},
        "required": ["mapping"],
        "if": {"required": ["extends"]},
        "else": {
            "required": required,
            "properties": {**whole_columns, "join": {"additionalProperties": whole_table}},
        },
    }
