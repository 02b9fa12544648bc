"""Drops larger than memory: five million rows of eighteen columns, the rows of an order scattered over the whole file.

Each way is a process of its own, so that its peak of memory is its own: the sum over it and its children, looked at
ten times a second. Orders are prepared in full (read, checked, nested, held up against the contract) and let go. Receiving
the drop before (a copy, its hash, a sync to disk) is told apart: it is as fast as the disk, and no part of preparing.
"""

import random
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.side_by_side import verdict

HEADINGS = (
    "Order", "Ordered", "Email", "First name", "Last name", "Street", "Postcode", "Town", "Country", "Total", "Currency",
    "Parcel", "Carrier", "Tracking", "SKU", "Title", "Qty", "Weight",
)  # fmt: skip
MAPPING = """\
mapping: large
destination: shipup
columns:
  Order: {to: merchant_id, required: true, pattern: "[A-Z]{2}-[0-9]+"}
  Ordered: {to: ordered_at, type: datetime, format: "%Y-%m-%d %H:%M", timezone: Europe/Paris}
  Email: {to: email, type: email}
  First name: {to: first_name}
  Last name: {to: last_name, required: true}
  Street: {to: shipping_address.address1}
  Postcode: {to: shipping_address.zip}
  Town: {to: shipping_address.city}
  Country: {to: shipping_address.country_code, type: country, required: true}
  Total: {to: order_details.total_order_price_incl_tax_amount, type: decimal, decimal: ".", minimum: 0}
  Currency: {to: order_details.currency_code, type: currency}
  Parcel: {to: fulfillments.merchant_id, required: true}
  Carrier: {to: fulfillments.trackers.carrier_code, one_of: [colissimo, ups, dhl]}
  Tracking: {to: fulfillments.trackers.tracking_number, required: true}
  SKU: {to: [fulfillments.trackers.line_items.merchant_id, fulfillments.trackers.line_items.sku], required: true}
  Title: {to: fulfillments.trackers.line_items.title}
  Qty: {to: fulfillments.trackers.line_items.quantity, type: integer, minimum: 1, required: true}
  Weight: ignore
constants: {fulfillments.status_code: shipped}
"""
ROWS_AN_ORDER = 3
_LOOK_SECONDS = 0.1
_MIB = 1024 * 1024


def run(folder: Path, rows: int) -> bool:
    """Print speed and peaks of both ways; whether all bounds are kept. `rows` is the large drop, a fifth of it the small one."""
    import polars  # noqa: F401 - of the group `bench`; its absence is told before the files are made

    large, small = drop(folder / "large.csv", rows), drop(folder / "small.csv", rows // 5)
    print(
        f"\nlarge drops: {rows:,} rows, {large.stat().st_size / 1e9:.2f} GB, rows of an order all over the file"
    )
    little = _way("orderdrop", small, folder, rows // 5)
    other = _way("polars", large, folder, rows)
    ours = _way("orderdrop", large, folder, rows)
    kept = [
        verdict("rows a second, thousands:", ours[0] / 1000, 80.0, at_least=True),
        verdict("of the speed of polars", ours[0] / other[0], 0.3, at_least=True),
        verdict("peak of memory, MiB:", ours[1], 800.0, at_least=False),
        verdict("times the peak of a fifth of the rows", ours[1] / little[1], 1.2, at_least=False),
    ]
    return all(kept)


def drop(path: Path, rows: int) -> Path:
    """Write a drop: every third row belongs to the same order, a third of the file further on."""
    orders = rows // ROWS_AN_ORDER
    chance = random.Random(11)
    carriers, countries = ("colissimo", "ups", "dhl"), ("FR", "DE", "BE", "ES")
    multiplier = 1_000_003  # orders come in another order than they were numbered
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADINGS) + "\n")
        for line in range(ROWS_AN_ORDER):
            for at in range(orders):
                order = at * multiplier % orders
                town, day = order % 977, 1 + order % 28
                file.write(
                    f"AC-{order + 100_000},2026-11-{day:02d} {order % 24:02d}:30,customer{order}@example.com,Zoe,Martin{town},"
                    f"{order % 300} rue Haute du Petit Marais,{10_000 + town},Lyon-sur-Mer {town},{countries[order % 4]},{order % 900}.{order % 90 + 10},"
                    f"EUR,P-{order},{carriers[order % 3]},003404{order:014d},SKU-{order}-{line},Merino wool socks for walking in high mountains night blue size 42,"
                    f"{chance.randint(1, 5)},0.{order % 90 + 10}\n"
                )
    return path


def _way(name: str, path: Path, folder: Path, rows: int) -> tuple[float, float]:
    """Run one way in a process of its own; gives rows a second, receiving aside, and the peak in MiB."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.large", name, str(path), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        time.sleep(_LOOK_SECONDS)
    told, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{name} failed")
    receiving = float(told or 0)
    seconds = time.perf_counter() - began - receiving
    print(
        f"  {name:<10} {rows:>10,} rows {seconds:8.1f} s {rows / seconds:10,.0f} rows/s, peak {peak / _MIB:6,.0f} MiB"
        + (f"; received in {receiving:.1f} s before" if receiving else "")
    )
    return rows / seconds, peak / _MIB


def _resident(pid: int) -> int:
    """The resident bytes of a process and all that it started."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages * 4096 + sum(_resident(int(child)) for child in children)


def _orderdrop(path: Path, folder: Path) -> None:
    from benchmarks.preparing import prepared

    (folder / "large.yaml").write_text(MAPPING)
    prepared(folder, path, mapping="large", mappings=folder, received=print)


def _polars(path: Path, folder: Path) -> None:
    import polars as pl

    line = ("SKU", "Title", "Qty", "Weight")
    tracker = ("Carrier", "Tracking")
    head = HEADINGS[: HEADINGS.index("Parcel")]
    (
        pl.scan_csv(path, infer_schema=False)
        .group_by("Order", "Parcel", "Tracking")
        .agg(pl.col(*head[1:], "Carrier").first(), pl.struct(line).alias("line_items"))
        .group_by("Order", "Parcel")
        .agg(pl.col(*head[1:]).first(), pl.struct(*tracker, "line_items").alias("trackers"))
        .group_by("Order")
        .agg(pl.col(*head[1:]).first(), pl.struct("Parcel", "trackers").alias("fulfillments"))
        .sink_ndjson(folder / "polars.ndjson")
    )


if __name__ == "__main__":
    {"orderdrop": _orderdrop, "polars": _polars}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
