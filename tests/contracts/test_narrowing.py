"""What counts as taking something back from those who rely on a schema."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, create_model

from shared.narrowing import narrowings

Inner = create_model("Inner", name=(str, ...))
SmallerInner = create_model("Inner", other=(str, ""))


def schema(**fields: Any) -> dict[str, Any]:
    """The schema of a model with these fields."""
    model: type[BaseModel] = create_model("Data", **fields)
    return model.model_json_schema()


NARROWED = {
    "a field is removed": (schema(a=(str, ""), b=(str, "")), schema(a=(str, "")), "b: removed"),
    "a type changes": (schema(a=(str, ...)), schema(a=(int, ...)), "a: no longer string, only integer"),
    "null is taken away": (schema(a=(str | None, None)), schema(a=(str, "")), "a: no longer null, only string"),
    "one of two types goes": (schema(a=(str | int, 1)), schema(a=(int, 1)), "a: no longer string, only integer"),
    "a number becomes whole": (schema(a=(float, 1)), schema(a=(int, 1)), "a: no longer number, only integer"),
    "anything becomes something": (schema(a=(Any, 1)), schema(a=(int, 1)), "a: no longer anything, only integer"),
    "a field is newly required": (schema(a=(str, "")), schema(a=(str, ...)), "a: newly required"),
    "a new field is required": (schema(), schema(a=(str, ...)), "a: newly required"),
    "an enumeration loses a value": (
        schema(a=(Literal["x", "y"], "x")),
        schema(a=(Literal["x", "z"], "x")),
        "a: 'y' is no longer allowed",
    ),
    "only one value of several is left": (
        schema(a=(Literal["x", "y"], "x")),
        schema(a=(Literal["x"], "x")),
        "a: 'y' is no longer allowed",
    ),
    "a text becomes an enumeration": (
        schema(a=(str, "x")),
        schema(a=(Literal["x", "y"], "x")),
        "a: now one of a fixed list",
    ),
    "a format is added": (
        {"properties": {"a": {"type": "string"}}, "type": "object"},
        {"properties": {"a": {"type": "string", "format": "uuid"}}, "type": "object"},
        "a: format is now uuid",
    ),
    "a format changes": (
        {"properties": {"a": {"type": "string", "format": "date"}}, "type": "object"},
        {"properties": {"a": {"type": "string", "format": "uuid"}}, "type": "object"},
        "a: format is now uuid",
    ),
    "a text must be shorter": (
        schema(a=(str, Field("", max_length=9))),
        schema(a=(str, Field("", max_length=8))),
        "a: maxLength is now 8",
    ),
    "a number must be larger": (schema(a=(int, 1)), schema(a=(int, Field(1, ge=1))), "a: minimum is now 1"),
    "a pattern is added": (schema(a=(str, "")), schema(a=(str, Field("", pattern="^x"))), "a: pattern is now ^x"),
    "unknown fields are refused": (
        {"type": "object"},
        {"type": "object", "additionalProperties": False},
        "data: unknown fields are now refused",
    ),
    "deep inside a list of objects": (
        schema(a=(list[Inner], [])),
        schema(a=(list[SmallerInner], [])),
        "a[].name: removed",
    ),
    "in the elements of a list": (
        schema(a=(list[str], [])),
        schema(a=(list[int], [])),
        "a[]: no longer string, only integer",
    ),
    "in an object that may be absent": (
        schema(a=(Inner | None, None)),
        schema(a=(SmallerInner | None, None)),
        "a.name: removed",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), NARROWED.values(), ids=NARROWED)
def test_what_is_taken_back_is_named(old: dict[str, Any], new: dict[str, Any], said: str) -> None:
    assert narrowings(old, new) == [said]


WIDENED = {
    "nothing changes": (schema(a=(list[Inner], [])), schema(a=(list[Inner], []))),
    "an optional field is added": (schema(a=(str, ...)), schema(a=(str, ...), b=(str, ""))),
    "a field may be left out": (schema(a=(str, ...)), schema(a=(str, ""))),
    "null is allowed": (schema(a=(str, "")), schema(a=(str | None, None))),
    "an enumeration gains a value": (schema(a=(Literal["x"], "x")), schema(a=(Literal["x", "y"], "x"))),
    "an enumeration is opened": (schema(a=(Literal["x", "y"], "x")), schema(a=(str, "x"))),
    "a whole number may be any": (schema(a=(int, 1)), schema(a=(float, 1))),
    "something becomes anything": (schema(a=(int, 1)), schema(a=(Any, 1))),
    "a text may be longer": (schema(a=(str, Field("", max_length=8))), schema(a=(str, Field("", max_length=9)))),
    "a model is renamed": (schema(a=(Inner, ...)), schema(a=(create_model("Other", name=(str, ...)), ...))),
}


@pytest.mark.parametrize(("old", "new"), WIDENED.values(), ids=WIDENED)
def test_what_takes_nothing_back_passes(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert narrowings(old, new) == []
