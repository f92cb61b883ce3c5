"""`docs/events.md`: for each payload, the events that carry it, who publishes and reads them, and its fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.events import PAYLOADS
from shared.flows import Flows

Schema = Mapping[str, Any]

INTRODUCTION = """# Events

Written by `make contracts` from the code; do not edit. Every event is a CloudEvent whose data is the full public
state after the change. Readers compare `sequence` and ignore fields they do not know. Adding an optional field is
compatible; anything that narrows a schema is a new type. A new value of an enumeration reaches old readers as an
error, so they are deployed first.
"""


def events_table(flows: Flows, schemas: Mapping[str, Schema]) -> str:
    """The whole page; `schemas` are those of events and of the department gateway, by type."""
    sections = [INTRODUCTION]
    payloads: dict[str, list[str]] = {}
    for event_type in PAYLOADS:
        payloads.setdefault(schemas[event_type]["title"], []).append(event_type)
    for title, events in payloads.items():
        sections.append("\n".join(_section(title, flows, events, schemas[events[0]])))
    gateway = [name for name in schemas if name not in PAYLOADS]
    sections.append("## The department gateway\n")
    sections += ["\n".join(_gateway_section(name, schemas[name])) for name in gateway]
    return "\n".join(sections)


def _section(title: str, flows: Flows, events: list[str], schema: Schema) -> Iterator[str]:
    yield f"## {title}\n"
    yield from _meaning(schema)
    yield "| event | published by | read by |\n|---|---|---|"
    for event_type in events:
        readers = ", ".join(f"`{queue}`" for queue in flows.readers(event_type)) or "nobody yet"
        yield f"| `{event_type}` | {', '.join(flows.owners(event_type))} | {readers} |"
    yield ""
    yield from _fields(schema)


def _gateway_section(name: str, schema: Schema) -> Iterator[str]:
    yield f"### {name}\n"
    yield from _meaning(schema)
    yield from _fields(schema)


def _meaning(schema: Schema) -> Iterator[str]:
    if "description" in schema:
        yield f"{_one_line(schema['description'])}\n"


def _fields(schema: Schema) -> Iterator[str]:
    yield from _rows(schema)
    for title, definition in schema.get("$defs", {}).items():
        if "properties" in definition:
            yield f"`{title}`: {_one_line(definition.get('description', ''))}\n"
            yield from _rows(definition)


def _rows(schema: Schema) -> Iterator[str]:
    yield "| field | type | needed | meaning |\n|---|---|---|---|"
    definitions = schema.get("$defs", {})
    for name, field in schema["properties"].items():
        needed = "yes" if name in schema.get("required", ()) else ""
        yield f"| `{name}` | {_type(field, definitions)} | {needed} | {field.get('description', '')} |"
    yield ""


def _type(field: Schema, definitions: Schema) -> str:
    """A field's type in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        values = definitions.get(name, {}).get("enum")
        return ", ".join(f"`{value}`" for value in values) if values else name
    if "anyOf" in field:
        kinds = [_type(one, definitions) for one in field["anyOf"] if one.get("type") != "null"]
        return " or ".join(kinds)
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}), definitions)}"
    return str(field.get("format") or field.get("type") or "any")


def _one_line(text: str) -> str:
    return " ".join(text.split())
