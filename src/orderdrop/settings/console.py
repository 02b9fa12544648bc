"""The console: where it listens, and how people reach it."""

from pydantic import AnyUrl, Field

from orderdrop.settings.values import Strict


class ConsoleOptions(Strict):
    """Where people reach the console."""

    listen: str = Field(
        "127.0.0.1:8080",
        pattern=r"^(\S+:)?\d{1,5}$",
        description="The address and port on which it listens.",
        examples=["127.0.0.1:8080"],
    )
    url: AnyUrl | None = Field(
        None,
        description="Where people reach it, as their browsers know it; https behind a proxy. http://LISTEN if left out.",
    )
    upload_max_mb: int = Field(200, ge=1, description="The largest file that is taken, in megabytes.")

    @property
    def address(self) -> str:
        """Where people reach it, without a slash at the end."""
        return str(self.url).rstrip("/") if self.url else f"http://{self.host}:{self.port}"

    @property
    def host(self) -> str:
        """The address without the port."""
        return self.listen.rpartition(":")[0].strip("[]") or "127.0.0.1"

    @property
    def port(self) -> int:
        """The port; 0 is any that is free."""
        return int(self.listen.rpartition(":")[2])
