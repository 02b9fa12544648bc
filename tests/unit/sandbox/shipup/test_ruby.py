"""Values in messages look as Ruby prints them."""

from typing import Any

import pytest

from orderdrop.sandbox.shipup.ruby import ruby_class, ruby_text


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        pytest.param({}, "Hash", "{}", id="empty-object"),
        pytest.param({"a": {"b": True}}, "Hash", '{"a"=>{"b"=>true}}', id="nested-object"),
        pytest.param([], "Array", "[]", id="empty-array"),
        pytest.param(["x", None, 1.0], "Array", '["x", nil, 1.0]', id="array"),
        pytest.param(True, "TrueClass", "true", id="true"),
        pytest.param(False, "FalseClass", "false", id="false"),
        pytest.param(None, "NilClass", "", id="null-prints-nothing"),
        pytest.param("true", "String", "true", id="text-is-bare"),
        pytest.param(10**20, "Integer", "100000000000000000000", id="long-integer"),
        pytest.param(1e20, "Float", "1.0e+20", id="large-float"),
        pytest.param(0.00001, "Float", "1.0e-05", id="small-float"),
        pytest.param(2.5e-7, "Float", "2.5e-07", id="small-float-with-decimals"),
    ],
)
def test_a_value_has_its_ruby_class_and_text(value: Any, name: str, text: str) -> None:
    assert (ruby_class(value), ruby_text(value)) == (name, text)
