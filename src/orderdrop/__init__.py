"""Orderdrop: files that warehouses and merchants drop become orders that a tracking API has accepted."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("orderdrop")
except PackageNotFoundError:  # run from a bare checkout
    __version__ = "0.0.0"
