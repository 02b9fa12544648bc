"""`python -m orderdrop.sandbox`: the stand-ins on loopback, from a plain command line."""

import argparse
import sys
from collections.abc import Sequence

from orderdrop.sandbox.parcellab.settings import ParcellabSettings
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, SandboxStartError, serve
from orderdrop.sandbox.shippify.settings import ShippifySettings
from orderdrop.sandbox.shipup.settings import ShipupSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; returns the exit code, 3 if it could not start."""
    asked = parser().parse_args(arguments)
    strict = not asked.lenient
    settings = SandboxSettings(
        shipup=ShipupSettings(
            rate=asked.rate or None,
            burst=asked.burst,
            job_delay_seconds=asked.job_delay,
            strict_semantics=strict,
        ),
        parcellab=ParcellabSettings(strict_semantics=strict),
        shippify=ShippifySettings(requests_per_minute=asked.per_minute or None, strict_semantics=strict),
    )
    try:
        serve(host=asked.host, port=asked.port, settings=settings.with_key(asked.key), announce=_print_ready)
    except SandboxStartError as problem:
        sys.stderr.write(f"{problem}\n")
        return 3
    return 0


def parser() -> argparse.ArgumentParser:
    """The options of `python -m orderdrop.sandbox`; what is published of an API is what is left out."""
    published = ShipupSettings()
    parser = argparse.ArgumentParser(prog="python -m orderdrop.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8808, help="0 lets the system choose")
    parser.add_argument(
        "--key",
        help="the one key that is taken, `a:b` for account and token or id and secret; any if left out",
    )
    parser.add_argument(
        "--rate", type=float, default=published.rate, help="Shipup: requests a second, 0 for no limit"
    )
    parser.add_argument(
        "--burst", type=int, default=published.burst, help="Shipup: requests that may come at once"
    )
    parser.add_argument(
        "--job-delay", type=float, default=published.job_delay_seconds, help="Shipup: seconds a batch takes"
    )
    parser.add_argument(
        "--per-minute",
        type=int,
        default=ShippifySettings().requests_per_minute,
        help="Shippify: creations a minute, 0 for no limit",
    )
    parser.add_argument(
        "--lenient", action="store_true", help="check types only, not the documented conditions"
    )
    return parser


def _print_ready(address: SandboxAddress) -> None:
    sys.stdout.write(f"{address.ready_line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
