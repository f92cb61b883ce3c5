"""Events on the wire: CloudEvents 1.0 in the binary mode of the SDK's RabbitMQ binding.

Attributes travel as `ce-*` headers, the body is the data as JSON. The headers are written here,
not by the SDK, because the relay's outbox stores them; a contract test reads them back with the SDK.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.events import PAYLOADS, TYPE_PREFIX, TYPE_VERSION, Event

CONTENT_TYPE = "application/json"


class MalformedMessage(ValueError):
    """This message is not an event we know; delivering it again cannot help."""


def encode(event: Event, source: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of an event published by service `source`."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": str(event.id),
        "ce-source": f"/sunlight/{source}",
        "ce-type": f"{TYPE_PREFIX}{event.type}{TYPE_VERSION}",
        "ce-subject": event.subject,
        "ce-time": event.time.isoformat(),
        "ce-dataschema": f"/schemas/{event.type}{TYPE_VERSION}.json",
        "ce-sequence": str(event.sequence),
        "ce-actor": event.actor or source,
    }
    if event.traceparent:
        headers["ce-traceparent"] = event.traceparent
    return headers, event.data.model_dump_json(exclude_none=True).encode()


def header(headers: Mapping[str, Any], name: str) -> str:
    """A required `ce-` attribute as text."""
    value = headers.get(f"ce-{name}")
    if not isinstance(value, str | bytes) or not value:
        raise MalformedMessage(f"header ce-{name} is missing")
    return value.decode() if isinstance(value, bytes) else value


def decode(headers: Mapping[str, Any], body: bytes) -> Event:
    """The event in a message.

    Raises:
        MalformedMessage: a required attribute is missing, the type is unknown, or the data does not fit.
    """
    wire_type = header(headers, "type")
    event_type = wire_type.removeprefix(TYPE_PREFIX).removesuffix(TYPE_VERSION)
    payload = PAYLOADS.get(event_type)
    if payload is None or wire_type != f"{TYPE_PREFIX}{event_type}{TYPE_VERSION}":
        raise MalformedMessage(f"unknown event type {wire_type}")
    try:
        return Event(
            type=event_type,
            subject=header(headers, "subject"),
            sequence=int(header(headers, "sequence")),
            data=payload.model_validate_json(body),
            actor=str(headers.get("ce-actor") or ""),
            traceparent=str(headers["ce-traceparent"]) if headers.get("ce-traceparent") else None,
            id=UUID(header(headers, "id")),
            time=datetime.fromisoformat(header(headers, "time")),
        )
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise MalformedMessage(f"data of {event_type}: {place}: {problem['msg']}") from error
    except ValueError as error:
        raise MalformedMessage(f"{event_type}: {error}") from error
