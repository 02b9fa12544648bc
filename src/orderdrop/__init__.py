"""Orderdrop: files that warehouses and merchants drop become orders that a tracking API has accepted."""


def version() -> str:
    """The version that is installed; 0.0.0 in a bare checkout."""
    from importlib import metadata  # takes longer to load than a short command to run

    try:
        return metadata.version("orderdrop")
    except metadata.PackageNotFoundError:
        return "0.0.0"
