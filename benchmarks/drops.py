"""Drops of any size in the layout of the Acme sample: 22 columns, about three rows an order, rows of an order together."""

import csv
import random
from pathlib import Path

import xlsxwriter

HEADINGS = (
    "Type", "Order ref", "Shop no", "Ordered", "Email", "Mobile", "First name", "Last name", "Street", "Postcode", "Town",
    "Ship-to ctry", "Order total", "Currency", "Parcel", "Carrier", "Tracking no", "SKU", "Title", "Variant", "Qty", "Remarks",
)  # fmt: skip
CARRIERS = ("La Poste", "UPS", "DHL")


def rows(count: int, bad_share: float = 0.0, seed: int = 7) -> list[list[str]]:
    """The rows of a drop; `bad_share` of them have a quantity that is none."""
    chance = random.Random(seed)
    made: list[list[str]] = []
    order = 0
    while len(made) < count:
        order += 1
        head = [
            "LINE", f"AC-{100_000 + order}", str(order), f"{chance.randint(1, 28):02d}/11/2026 {chance.randint(0, 23):02d}:30",
            f"customer{order}@example.com", f"+336{chance.randint(10_000_000, 99_999_999)}", "Zoé", f"Martin{order % 977}",
            f"{order % 300} rue Haute", f"{chance.randint(1_000, 95_000):05d}", "Lyon", chance.choice(("FR", "France", "Germany", "BE")),
            f"{chance.randint(5, 900)},{chance.randint(0, 99):02d}", "EUR", f"P-{order}", CARRIERS[order % 3], f"003404{order:014d}",
        ]  # fmt: skip
        for line in range(chance.choice((2, 3, 3, 4))):
            quantity = "x" if bad_share and chance.random() < bad_share else str(chance.randint(1, 5))
            made.append([*head, f"SKU-{order}-{line}", "Wool socks", "black", quantity, ""])
    return made[:count]


def csv_drop(path: Path, count: int, bad_share: float = 0.0) -> Path:
    """Write a drop as the Acme warehouse does: semicolons, cp1252."""
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS)
        writer.writerows(rows(count, bad_share))
    return path


def xlsx_drop(path: Path, count: int) -> Path:
    """Write the same as a workbook, every cell as text but the quantity."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for number, row in enumerate(rows(count), 1):
            for column, cell in enumerate(row):
                if column == 20:
                    sheet.write_number(number, column, int(cell))
                else:
                    sheet.write_string(number, column, cell)
    return path
