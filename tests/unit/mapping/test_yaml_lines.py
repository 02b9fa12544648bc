"""YAML with the lines on which everything stands."""

import pytest

from orderdrop.errors import Fault
from orderdrop.mapping.yaml_lines import parse


def test_what_one_reader_changes_no_other_sees() -> None:
    text = "columns:\n  Ref: {to: merchant_id}\n"
    first = parse(text, "a.yaml")
    assert not isinstance(first, Fault)
    first.data["columns"]["Ref"]["to"] = "other"
    second = parse(text, "a.yaml")
    assert not isinstance(second, Fault)
    assert second.data == {"columns": {"Ref": {"to": "merchant_id"}}}
    assert second.fault(("columns", "Ref"), "is wrong").line == 2


@pytest.mark.parametrize("name", ["a.yaml", "b.yaml"])
def test_the_same_text_in_another_file_is_called_by_its_own_name(name: str) -> None:
    found = parse("- a list", name)
    assert isinstance(found, Fault)
    assert found.file == name
