"""The AsyncAPI documents as documents: every reference leads somewhere, every part has its place.

No package of this project's registry ships the official schema; FastStream's models of AsyncAPI 3.0 stand in.
"""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from shared.contracts import ASYNCAPI, TOPOLOGY, contracts
from shared.flows import Flows

FILES = contracts()
DOCUMENTS = {name: json.loads(text) for name, text in FILES.items() if name.startswith(ASYNCAPI)}
each_document = pytest.mark.parametrize("name", DOCUMENTS)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolve(name: str, reference: str) -> Any:
    """What a reference in a document stands for. Raises KeyError when it leads nowhere."""
    file, _, place = reference.partition("#")
    if file:
        parts: list[str] = []
        for part in (PurePosixPath(name).parent / file).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        return json.loads(FILES["/".join(parts)])
    found = DOCUMENTS[name]
    for part in place.strip("/").split("/"):
        found = found[part]
    return found


@each_document
def test_every_reference_leads_somewhere(name: str) -> None:
    assert all(resolve(name, reference) for reference in references(DOCUMENTS[name]))


@each_document
def test_a_document_has_the_parts_that_asyncapi_3_asks_for(name: str) -> None:
    document = DOCUMENTS[name]
    read = ApplicationSchema.model_validate(document)
    assert (read.asyncapi, read.operations.keys()) == ("3.0.0", document["operations"].keys())
    for operation in document["operations"].values():
        channel = resolve(name, operation["channel"]["$ref"])
        assert operation["action"] in ("send", "receive")
        assert [resolve(name, message["$ref"]) for message in operation["messages"]] == [*channel["messages"].values()]


@each_document
def test_every_parameter_of_an_address_is_described(name: str) -> None:
    for channel in DOCUMENTS[name]["channels"].values():
        assert channel["address"].format(**channel.get("parameters", {})) != ""
        assert all(f"{{{parameter}}}" in channel["address"] for parameter in channel.get("parameters", {}))


@each_document
def test_every_message_is_used_and_says_where_its_payload_is_described(name: str) -> None:
    document = DOCUMENTS[name]
    used = {message for channel in document["channels"].values() for message in channel["messages"]}
    assert used == document["components"]["messages"].keys()
    for key, message in document["components"]["messages"].items():
        assert message["payload"]["schema"]["$ref"] == f"../../shared/schemas/{key}.v1.json"


def test_each_service_with_a_place_on_the_broker_has_a_document() -> None:
    flows = Flows.read(TOPOLOGY)
    for service in flows.owned:
        channels = DOCUMENTS[f"{ASYNCAPI}/{service}.json"]["channels"]
        expected = {*flows.published_by(service), *(queue.name for queue in flows.read_by(service))}
        assert expected <= channels.keys()
