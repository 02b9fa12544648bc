"""How the rows hang together."""

from orderdrop.mapping.suggest.sample import profile
from orderdrop.mapping.suggest.structure import grouped_by, names_one, names_orders

ORDERS = profile("order", ["A1", "A1", "A2", "A3", "A3"])
TOWN = profile("town", ["Lyon", "", "Nice", "Lyon", "Lyon"])
DAY = profile("day", ["1", "1", "2", "3", "3"])
SKU = profile("sku", ["x", "y", "x", "y", "z"])
ALL = [ORDERS, TOWN, DAY, SKU]


def test_a_column_of_the_order_is_constant_within_it_and_blanks_say_nothing() -> None:
    grouping = grouped_by(0, ALL)
    assert (grouping.groups, grouping.several) == (3, 2)
    assert grouping.is_constant(1) is True
    assert grouping.is_constant(3) is False


def test_the_column_that_names_the_orders_makes_others_constant() -> None:
    assert names_orders(0, ALL) > names_orders(1, ALL)
    assert names_orders(0, ALL) > names_orders(3, ALL)


def test_a_column_with_a_blank_names_no_order() -> None:
    assert names_orders(1, ALL) == 0.0


def test_where_every_row_is_an_order_nothing_tells() -> None:
    single = [profile("order", ["A1", "A2"]), profile("town", ["Lyon", "Nice"])]
    assert grouped_by(0, single).is_constant(1) is None


def test_another_number_of_the_order_stands_in_one_order_only() -> None:
    assert names_one(2, 0, ALL) == 1.0
    assert names_one(1, 0, ALL) == 0.5
