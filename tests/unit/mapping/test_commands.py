"""Commands that a destination cannot carry out are told when the mapping is loaded, with their line."""

import pytest

from orderdrop.destinations import registry
from orderdrop.errors import MappingError
from orderdrop.mapping import load
from orderdrop.mapping.explain import explain

KEYS = {"shipup": "merchant_id", "parcellab": "order_number", "shippify": "referenceId"}


def loaded(destination: str, commands: str) -> load.LoadedMapping:
    text = f"mapping: small\ndestination: {destination}\ncolumns:\n  Id: {{to: {KEYS[destination]}, required: true}}\ncommands:\n{commands}"
    return load.parse(text, "small.yaml", lambda name: registry.find(name).shape, registry.names())


def faults(destination: str, commands: str) -> list[str]:
    with pytest.raises(MappingError) as raised:
        loaded(destination, commands)
    return [f":{fault.line}: {fault.message}" for fault in raised.value.faults]


@pytest.mark.parametrize("destination", ["shipup", "parcellab"])
def test_what_a_destination_can_do_is_read_like_a_sentence(destination: str) -> None:
    mapping = loaded(
        destination, '  column: Action\n  values: {N: create, U: update, X: cancel, "": update}\n'
    )
    assert mapping.mapping.commands is not None
    assert (
        "`Action` says what becomes of an order: 'N' creates it, 'U' updates it, 'X' cancels it, a blank cell updates it. An "
        "update or a cancel of an order that was never sent from here is a problem."
    ) in [one.text for one in explain(mapping)]


def test_shippify_takes_new_orders_only() -> None:
    assert faults(
        "shippify", "  column: Action\n  values:\n    N: create\n    U: update\n    X: cancel\n"
    ) == [
        ":9: orders cannot be updated at shippify from here; leave `U` out",
        ":10: orders cannot be cancelled at shippify from here; leave `X` out",
    ]


def test_one_text_has_one_meaning() -> None:
    assert faults("shipup", "  column: Action\n  values:\n    n: create\n    N: update\n") == [
        ":8: `n` stands there more than once; capitals do not matter",
        ":9: `N` stands there more than once; capitals do not matter",
    ]


def test_an_unknown_command_is_told_with_those_there_are() -> None:
    (fault,) = faults("shipup", "  column: Action\n  values: {N: insert}\n")
    assert fault == ":7: `commands.values.N` is 'insert'; it must be `create`, `update` or `cancel`"
