"""The contracts between services, written from the code: `python -m shared.contracts` (`make contracts`).

`shared/schemas` gets a JSON Schema per message type, `docs/asyncapi` a document per service and one for
departments, `docs/openapi` one per HTTP API, `docs/events.md` a table per payload. The department gateway's
messages and the HTTP APIs belong to services, which name them in their packages' entry points, as nothing
shared knows a service.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.asyncapi import GATEWAY, gateway_document, service_document
from shared.events import PAYLOADS, TYPE_VERSION
from shared.events_table import events_table
from shared.flows import Flows
from shared.narrowing import narrowings
from shared.openapi import api_documents

REPOSITORY = Path(__file__).resolve().parents[2]
TOPOLOGY = REPOSITORY / "deploy" / "rabbitmq" / "topology.toml"
SCHEMAS = "shared/schemas"
ASYNCAPI = "docs/asyncapi"
OPENAPI = "docs/openapi"
MESSAGES = "sunlight.messages"

Json = dict[str, Any]


def gateway_payloads() -> dict[str, type[BaseModel]]:
    """The messages between departments and the gateway, by type, as the installed services declare them."""
    return {found.name: found.load() for found in sorted(entry_points(group=MESSAGES), key=lambda one: one.name)}


def schema_of(name: str, payload: type[BaseModel]) -> Json:
    """The JSON Schema of one message type's data."""
    identity = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/schemas/{name}{TYPE_VERSION}.json",
    }
    return {**identity, **payload.model_json_schema()}


def contracts() -> dict[str, str]:
    """Every generated file's text by its path in the repository; the same code gives the same text."""
    flows, gateway = Flows.read(TOPOLOGY), gateway_payloads()
    schemas = {name: schema_of(name, payload) for name, payload in {**PAYLOADS, **gateway}.items()}
    files = {f"{SCHEMAS}/{name}{TYPE_VERSION}.json": _text(schema) for name, schema in schemas.items()}
    for service in flows.owned:
        files[f"{ASYNCAPI}/{service}.json"] = _text(service_document(flows, service, gateway))
    files[f"{ASYNCAPI}/{GATEWAY}.json"] = _text(gateway_document(flows, gateway))
    for service, document in api_documents().items():
        files[f"{OPENAPI}/{service}.json"] = _text(document)
    files["docs/events.md"] = events_table(flows, schemas)
    return files


def broken_promises(files: Mapping[str, str], repository: Path) -> Iterator[str]:
    """Where the new schemas take back something that those in the repository promise."""
    for path in sorted((repository / SCHEMAS).glob("*.json")):
        name = path.relative_to(repository).as_posix()
        if name not in files:
            yield f"{name}: the message type is gone"
            continue
        for narrowing in narrowings(json.loads(path.read_text(encoding="utf-8")), json.loads(files[name])):
            yield f"{name}: {narrowing}"


def main() -> int:
    """Write the files; refuse, and write none, when a schema would become narrower."""
    files = contracts()
    broken = list(broken_promises(files, REPOSITORY))
    if broken:
        advice = "A breaking change is a new type with a new version. Nobody uses this one? Delete its schema first."
        sys.stderr.write("\n".join([*broken, advice, ""]))
        return 1
    for name, text in files.items():
        path = REPOSITORY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _text(content: Json) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
