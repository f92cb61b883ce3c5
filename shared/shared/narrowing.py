"""Whether a newer JSON Schema still accepts, and still promises, all that an older one did."""

import operator
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

UPPER_BOUNDS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
LOWER_BOUNDS = ("minLength", "minimum", "exclusiveMinimum", "minItems")
EXACT = ("format", "pattern", "contentEncoding")
ANYTHING = "anything"


def narrowings(old: Schema, new: Schema) -> list[str]:
    """What someone who relies on `old` loses with `new`, one line each; empty when nothing is lost.

    Understands what Pydantic writes: objects, lists, `$defs`, `anyOf` with one alternative per type.
    """
    return list(_compare("", (old, old.get("$defs", {})), (new, new.get("$defs", {}))))


_Located = tuple[Schema, Schema]
"""A schema with the definitions its references point to."""


def _compare(place: str, old: _Located, new: _Located) -> Iterator[str]:
    before, after = _by_type(old), _by_type(new)
    for kind, schema in before.items():
        accepted = [ANYTHING, kind, "number"] if kind == "integer" else [ANYTHING, kind]
        now = next((after[name] for name in accepted if name in after), None)
        if now is None:
            yield f"{place or 'data'}: no longer {kind}, only {' or '.join(after)}"
            continue
        yield from _constraints(place or "data", schema, now)
        if kind == "object":
            yield from _fields(place, (schema, old[1]), (now, new[1]))
        if kind == "array" and "items" in now:
            items = schema.get("items", {})
            yield from _compare(f"{place}[]", (items, old[1]), (now["items"], new[1]))


def _by_type(located: _Located) -> dict[str, Schema]:
    """The alternatives of a schema by JSON type; references followed, `anyOf` and lists of types unfolded."""
    schema, definitions = located
    if "$ref" in schema:
        target = {**definitions[schema["$ref"].removeprefix("#/$defs/")], **schema}
        del target["$ref"]
        return _by_type((target, definitions))
    if "anyOf" in schema:
        found: dict[str, Schema] = {}
        for alternative in schema["anyOf"]:
            found |= _by_type((alternative, definitions))
        return found
    kinds = schema.get("type", ANYTHING)
    return dict.fromkeys([kinds] if isinstance(kinds, str) else kinds, schema)


def _fields(place: str, old: _Located, new: _Located) -> Iterator[str]:
    before, after = old[0].get("properties", {}), new[0].get("properties", {})
    for name, schema in before.items():
        where = f"{place}.{name}".lstrip(".")
        if name in after:
            yield from _compare(where, (schema, old[1]), (after[name], new[1]))
        else:
            yield f"{where}: removed"
    for name in new[0].get("required", ()):
        if name not in old[0].get("required", ()):
            yield f"{place}.{name}: newly required".lstrip(".")


def _constraints(place: str, old: Schema, new: Schema) -> Iterator[str]:
    yield from _values(place, old, new)
    for name in EXACT:
        if name in new and old.get(name) != new[name]:
            yield f"{place}: {name} is now {new[name]}"
    for names, tighter in ((UPPER_BOUNDS, operator.lt), (LOWER_BOUNDS, operator.gt)):
        for name in names:
            if name in new and (name not in old or tighter(new[name], old[name])):
                yield f"{place}: {name} is now {new[name]}"
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{place}: unknown fields are now refused"


def _values(place: str, old: Schema, new: Schema) -> Iterator[str]:
    was, now = _listed(old), _listed(new)
    if now is None:
        return
    if was is None:
        yield f"{place}: now one of a fixed list"
    for value in was or ():
        if value not in now:
            yield f"{place}: {value!r} is no longer allowed"


def _listed(schema: Schema) -> list[Any] | None:
    """The values a schema allows one by one; None when it does not list them."""
    return [schema["const"]] if "const" in schema else schema.get("enum")
