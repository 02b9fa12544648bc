"""Options and arguments that several commands take, each with the one sentence that explains it."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ReceiptAsJson = Annotated[bool, typer.Option("--json", help="Print the receipt as JSON.")]
DropFile = Annotated[Path, typer.Argument(help="The CSV or Excel file.")]
FurtherFiles = Annotated[
    list[Path] | None,
    typer.Option("--with", help="Another file of the same set, where the mapping joins several."),
]
MappingName = Annotated[str, typer.Argument(help="A mapping by name, or its file.")]
MappingOption = Annotated[str, typer.Option("--mapping", help="A mapping by name, or its file.")]
