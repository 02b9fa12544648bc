"""The column that says what the rows of an order ask for."""

from typing import Literal

from pydantic import Field

from orderdrop.core.orders import Command
from orderdrop.mapping.model.texts import Names, Strict


class Commands(Strict):
    """The column that says what the rows of an order ask for."""

    column: str = Field(min_length=1, description="Its heading.", examples=["Action"])
    aliases: Names = Field((), description="Other headings of the same column.", examples=[["Aktion"]])
    values: dict[str, Command] = Field(
        min_length=1,
        description='Text in the file: create, update or cancel; "" for a blank cell. Any other text is a problem.',
        examples=[{"N": "create", "X": "cancel", "": "update"}],
    )
    unknown_orders: Literal["refuse", "send"] = Field(
        "refuse",
        description="An update or a cancel of an order that the account never accepted from here is a problem, or is sent all the "
        "same.",
        examples=["send"],
    )
