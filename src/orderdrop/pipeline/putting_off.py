"""A drop that has to wait because something went wrong over it: told, with the reason, to whoever watches."""

from orderdrop.core.progress import Event, Step
from orderdrop.errors import OrderdropError
from orderdrop.pipeline.parts import Parts


def put_off(parts: Parts, name: str, error: Exception, *, batch: str | None = None) -> None:
    """Tell that a drop has to wait for the next try, and why."""
    parts.watcher(Event(step=Step.PUT_OFF, batch=batch, name=name, facts={"why": why(error)}))


def why(error: Exception) -> str:
    """An error in words; of one that orderdrop does not raise on purpose only the kind, for its text may quote a row."""
    return (
        str(error) if isinstance(error, OrderdropError) else f"a fault in orderdrop: {type(error).__name__}"
    )
