"""Commands about mappings: check, schema; suggestions, versions and examples have modules of their own."""

import json
from typing import Annotated

import typer

from orderdrop.cli import mapping_examples, mapping_history, render, suggesting
from orderdrop.cli.registering import add, add_group


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = add_group(app, "mapping", _mappings)
    add(group, check)
    suggesting.register(group)
    mapping_examples.register(group)
    mapping_history.register(group)
    add(group, schema)


def _mappings() -> None:
    """The YAML files that say which column goes where.

    Example: orderdrop mapping check acme-shipments
    """


def check(
    context: typer.Context,
    mapping: Annotated[str, typer.Argument(help="A mapping by name, or its file.")],
) -> None:
    """Check a mapping and say in words what it does.

    Example: orderdrop mapping check acme-shipments
    """
    from orderdrop import wiring
    from orderdrop.cli.session import settings_of
    from orderdrop.mapping.explain import explain

    loaded = wiring.load_mapping(settings_of(context.obj, need_secrets=False), mapping)
    render.lines(explain(loaded))


def schema() -> None:
    """Print the JSON Schema of mappings, for editors.

    Example: orderdrop mapping schema > mappings/mapping.schema.json
    """
    from orderdrop.mapping.json_schema import mapping_schema

    render.lines([json.dumps(mapping_schema(), indent=2, ensure_ascii=False)])
