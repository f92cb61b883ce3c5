"""What each service sends and receives, as AsyncAPI 3.0 documents made from the topology and the payloads.

An event's message is the same wherever it appears: CloudEvents attributes as headers, and as payload a
reference to the committed JSON Schema of its type.
"""

from collections.abc import Iterable
from typing import Any

from shared.envelope import CONTENT_TYPE
from shared.events import PAYLOADS, TYPE_PREFIX, TYPE_VERSION
from shared.flows import Flows, Queue

Json = dict[str, Any]

SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
SCHEMA_FOLDER = "../../shared/schemas"
AMQP_BINDING = "0.3.0"
GATEWAY = "department-gateway"
OUTCOME = "submission.outcome"
TEXT: Json = {"type": "string", "minLength": 1}


def service_document(flows: Flows, service: str, gateway: Iterable[str]) -> Json:
    """One service's document. `gateway` names the message types of the department gateway."""
    published, queues = flows.published_by(service), flows.read_by(service)
    actions = [name for name in gateway if name != OUTCOME]
    channels, operations, messages = {}, {}, set(published)
    for event_type in published:
        channels[event_type] = _sent(flows.events_exchange, event_type, [event_type])
        operations[f"send.{event_type}"] = _operation("send", event_type, [event_type])
    for queue in queues:
        brought = flows.events_in(queue) or actions
        channels[queue.name] = _queue(queue.name, brought, _filled(queue))
        operations[f"receive.{queue.name}"] = _operation("receive", queue.name, brought)
        messages.update(brought)
        if brought is actions:
            channels["outcome"] = _outcome_sent(flows)
            operations["send.outcome"] = _operation("send", "outcome", [OUTCOME])
            messages.add(OUTCOME)
    told = f"What the {service} service publishes, and the queues it reads. Parked and retry queues are left out."
    return _document(f"Sunlight: {service}", told, channels, operations, _messages(flows, messages))


def gateway_document(flows: Flows, gateway: Iterable[str]) -> Json:
    """The department gateway from the side of a department's own system: it sends, and reads its answers."""
    channels, operations = {}, {}
    for name in gateway:
        if name == OUTCOME:
            channels["outcome"] = _of_department(
                _queue("{department}.outcome", [OUTCOME], "Filled from sunlight.outcomes.")
            )
            operations["receive.outcome"] = _operation("receive", "outcome", [OUTCOME])
        else:
            action = name.partition(".")[2]
            key = "{department}.document." + action
            channels[action] = _of_department(_sent(flows.departments_exchange, key, [name]))
            operations[f"send.{action}"] = _operation("send", action, [name])
    told = (
        "For the authors of departments' systems. Sign in to the broker as the department's own user and set the "
        "message property user_id to it; a message without it is refused. Confirm publishing, and send again "
        "when in doubt: external_id and sequence make repetition harmless."
    )
    return _document("Sunlight: department gateway", told, channels, operations, _messages(flows, gateway))


def _document(title: str, told: str, channels: Json, operations: Json, messages: Json) -> Json:
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": "1", "description": told, "license": {"name": "Apache-2.0"}},
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _filled(queue: Queue) -> str:
    return f"Bound to {queue.exchange} under {queue.key}."


def _sent(exchange: str, key: str, messages: Iterable[str]) -> Json:
    to = {"name": exchange, "type": "topic", "durable": True, "autoDelete": False}
    return _channel(key, f"Routing key on {exchange}.", messages, {"is": "routingKey", "exchange": to})


def _queue(name: str, messages: Iterable[str], told: str) -> Json:
    queue = {"name": name, "durable": True, "exclusive": False, "autoDelete": False}
    return _channel(name, told, messages, {"is": "queue", "queue": queue})


def _outcome_sent(flows: Flows) -> Json:
    return _of_department(_sent(flows.outcomes_exchange, "{department}.outcome", [OUTCOME]))


def _of_department(channel: Json) -> Json:
    return {**channel, "parameters": {"department": {"description": "The department's code."}}}


def _channel(address: str, told: str, messages: Iterable[str], binding: Json) -> Json:
    return {
        "address": address,
        "description": told,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"amqp": {**binding, "bindingVersion": AMQP_BINDING}},
    }


def _operation(action: str, channel: str, messages: Iterable[str]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _messages(flows: Flows, names: Iterable[str]) -> Json:
    return {name: _message(flows, name) for name in sorted(names)}


def _message(flows: Flows, name: str) -> Json:
    file = f"{name}{TYPE_VERSION}.json"
    return {
        "name": f"{TYPE_PREFIX}{name}{TYPE_VERSION}",
        "contentType": CONTENT_TYPE,
        "headers": _event_headers(flows, name) if name in PAYLOADS else _gateway_headers(name),
        "payload": {"schemaFormat": SCHEMA_FORMAT, "schema": {"$ref": f"{SCHEMA_FOLDER}/{file}"}},
    }


def _event_headers(flows: Flows, event_type: str) -> Json:
    (owner,) = flows.owners(event_type)
    attributes = {
        **_attributes(event_type),
        "ce-source": {"const": f"/sunlight/{owner}"},
        "ce-id": {"type": "string", "format": "uuid"},
        "ce-time": {"type": "string", "format": "date-time"},
        "ce-dataschema": {"const": f"/schemas/{event_type}{TYPE_VERSION}.json"},
        "ce-actor": {**TEXT, "description": "Who did it: a person's or system's id, or the service itself."},
    }
    optional = {"ce-traceparent": {"type": "string", "description": "W3C trace context."}}
    return {"type": "object", "required": list(attributes), "properties": {**attributes, **optional}}


def _gateway_headers(name: str) -> Json:
    attributes = _attributes(name)
    return {"type": "object", "required": list(attributes), "properties": attributes}


def _attributes(name: str) -> Json:
    """The attributes of every message; headers carry text, so a sequence is a number written out."""
    sequence = {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "The subject's version."}
    return {
        "ce-specversion": {"const": "1.0"},
        "ce-type": {"const": f"{TYPE_PREFIX}{name}{TYPE_VERSION}"},
        "ce-source": TEXT,
        "ce-id": TEXT,
        "ce-subject": TEXT,
        "ce-sequence": sequence,
    }
