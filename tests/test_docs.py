"""The documentation is built from the code or held against it: what it shows is there, and what is there is shown."""

import re
from pathlib import Path
from typing import Annotated, Any

import pytest
from docs.blocks import example_of
from pydantic import BaseModel, TypeAdapter
from typer._click.core import Command
from typer.main import get_command

from orderdrop import settings
from orderdrop.cli.app import app
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Code
from orderdrop.mapping import yaml_lines
from orderdrop.mapping.model import ColumnType, Mapping
from orderdrop.mapping.model.texts import Strict

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def every_command(group: Command, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Command]:
    """All commands that do something, by their words."""
    found = {} if hasattr(group, "commands") else {path: group}
    for name, sub in getattr(group, "commands", {}).items():
        found |= every_command(sub, (*path, name))
    return found


COMMANDS = every_command(get_command(app))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_ends_in_an_example(words: tuple[str, ...]) -> None:
    told = COMMANDS[words].epilog or ""
    example = told.strip().splitlines()[-1]
    assert (
        example.startswith(f"Example: orderdrop {' '.join(words)}".strip())
        or f" {' '.join(words)}" in example
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_command_reference(words: tuple[str, ...]) -> None:
    assert f"## orderdrop {' '.join(words)}\n" in (ROOT / "docs/commands.md").read_text()


MAPPING_MODELS: list[type[BaseModel]] = [*Strict.__subclasses__()]
"""Every table of keys that a mapping can have, those of tomorrow included."""


@pytest.mark.parametrize(
    ("page", "model"),
    [
        *(pytest.param("mapping.md", model, id=model.__name__) for model in MAPPING_MODELS),
        *(
            pytest.param("settings.md", model, id=model.__name__)
            for model in (
                settings.Settings,
                settings.Account,
                settings.Feed,
                settings.ExpectedOptions,
                settings.SettleOptions,
                settings.ConsoleOptions,
                settings.NoticeOptions,
                settings.ChannelOptions,
            )
        ),
    ],
)
def test_every_key_is_in_the_reference_and_says_what_it_does(page: str, model: type[BaseModel]) -> None:
    text = (ROOT / "docs" / page).read_text()
    for name, info in model.model_fields.items():
        assert f"| `{name}` |" in text
        assert info.description, f"{model.__name__}.{name} says nothing about itself"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        pytest.param(model, name, id=f"{model.__name__}.{name}")
        for model in MAPPING_MODELS
        for name in model.model_fields
    ],
)
def test_every_key_of_a_mapping_shows_an_example_that_is_taken(model: type[BaseModel], name: str) -> None:
    info = model.model_fields[name]
    assert info.examples, f"give {model.__name__}.{name} an example: Field(..., examples=[...])"
    shown = example_of(name, info)
    assert shown.replace("|", "\\|") in (ROOT / "docs/mapping.md").read_text()
    document = yaml_lines.parse(shown.strip("`"), name)
    assert isinstance(document, yaml_lines.Document), document
    field: Any = Annotated[info.annotation, info]
    TypeAdapter(field).validate_python(document.data[name])


@pytest.mark.parametrize("member", ColumnType)
def test_every_type_of_a_column_is_explained(member: ColumnType) -> None:
    assert re.search(rf"^\| `{member}` \| .+ \|$", (ROOT / "docs/mapping.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("member", [*Code, *BatchStatus, *OrderFate])
def test_every_code_status_and_fate_is_explained(member: str) -> None:
    rows = re.findall(rf"^\| `{member}` \| (.+) \|$", (ROOT / "docs/receipt.md").read_text(), re.MULTILINE)
    assert rows
    assert all(row.strip() for row in rows)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_readme_opens_with_the_two_commands_that_the_makefile_has() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    opening = readme.split("##")[0]
    for target in ("demo", "test"):
        assert f"make {target}" in opening
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_command_that_the_readme_names_is_there() -> None:
    named = re.findall(r"^    orderdrop ([a-z]+(?: [a-z]+)?)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named
    for words in named:
        first, _, second = words.partition(" ")
        assert (first,) in COMMANDS or (first, second) in COMMANDS, words


def test_the_yaml_that_the_readme_shows_is_taken(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    shown_settings, shown_mapping = blocks
    (tmp_path / "orderdrop.yaml").write_text(shown_settings)
    environment = {"SHIPUP_KEY": "secret", "ACME_KEY_FILE": "key"}
    assert settings.load(None, environment, tmp_path).feeds["acme-nightly"].reply
    document = yaml_lines.parse(shown_mapping, "README.md")
    assert isinstance(document, yaml_lines.Document)
    Mapping.model_validate(document.data)
