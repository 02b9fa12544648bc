"""Commands about mappings: schema; checks, suggestions, versions and examples have modules of their own."""

import json

import typer

from orderdrop.cli import render
from orderdrop.cli.commands import mapping_checks, mapping_examples, mapping_history, suggesting
from orderdrop.cli.registering import add, add_group


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = add_group(app, "mapping", _mappings)
    mapping_checks.register(group)
    suggesting.register(group)
    mapping_examples.register(group)
    mapping_history.register(group)
    add(group, schema)


def _mappings() -> None:
    """The YAML files that say which column goes where.

    Example: orderdrop mapping check acme-shipments
    """


def schema() -> None:
    """Print the JSON Schema of mappings, for editors.

    Example: orderdrop mapping schema > mappings/mapping.schema.json
    """
    from orderdrop.mapping.json_schema import mapping_schema

    render.lines([json.dumps(mapping_schema(), indent=2, ensure_ascii=False)])
