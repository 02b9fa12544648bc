"""Everything that is set up: the ledger, the folders, the console, the accounts and the feeds."""

# ruff: noqa: ARG003 - pydantic-settings calls its hook with these names

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ByteSize, Field, field_serializer
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from orderdrop.references import without_password
from orderdrop.settings.account import Account
from orderdrop.settings.console import ConsoleOptions
from orderdrop.settings.feed import Feed
from orderdrop.settings.notices import NoticeOptions
from orderdrop.settings.values import period, size


class Settings(BaseSettings):
    """Everything that is set up; paths are absolute."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="ORDERDROP_", hide_input_in_errors=True
    )

    ledger: str = Field(
        "sqlite:///var/orderdrop.db",
        repr=False,  # a database URL may hold a password
        description="The database of everything that happened.",
    )
    workdir: Path = Field(Path("var"), description="Kept drops, reports, and what does not fit into memory.")
    mappings: Path = Field(Path("mappings"), description="The folder of the mappings.")
    retention: Annotated[timedelta, BeforeValidator(period)] | None = Field(
        None,
        description="How long personal data of finished batches are kept, in days: 90d. `orderdrop serve` removes what is "
        "older once a day; nothing is removed if left out.",
        examples=["90d"],
    )
    largest_file: Annotated[ByteSize, BeforeValidator(size)] = Field(  # type: ignore[assignment]  # read by size
        "2GB",
        description="A larger file is refused before it is fetched; 500MB or 2GB.",
        examples=["500MB"],
    )
    console: ConsoleOptions | None = Field(
        None, description="The console in the browser; `orderdrop serve` has none if left out."
    )
    notices: NoticeOptions | None = Field(
        None, description="Whom `orderdrop serve` tells when something is wrong; nobody if left out."
    )
    accounts: dict[str, Account] = Field(default_factory=dict, description="The accounts, by name.")
    feeds: dict[str, Feed] = Field(default_factory=dict, description="The feeds, by name.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it reads the environment that it is given, never the process's own."""
        return (init_settings,)

    @field_serializer("ledger")
    def _without_password(self, ledger: str) -> str:
        return without_password(ledger)
