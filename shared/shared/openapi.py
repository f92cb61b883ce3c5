"""The OpenAPI documents of the services' HTTP APIs, from the applications themselves and without a server.

A service names its application in its package's entry points. The portal has none: it serves pages for people.
"""

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from shared.settings import Settings

APIS = "sunlight.api"
NOWHERE = "127.0.0.1:9"  # the discard port, where nothing listens


def disconnected(service: str) -> Settings:
    """Settings that put a service together so that it can be read, not run."""
    return Settings(
        service=service,
        database_url=f"postgresql+asyncpg://nobody:none@{NOWHERE}/none",
        amqp_url=f"amqp://nobody:none@{NOWHERE}/none",
        opensearch_url=f"http://{NOWHERE}",
        rabbitmq_management_url=f"http://nobody:none@{NOWHERE}",
        data_key="A" * 43 + "=",
    )


@cache
def api_documents() -> dict[str, Any]:
    """What each service answers at `/openapi.json`, by the service's name, with every key in its sorted place."""
    found = sorted(entry_points(group=APIS), key=lambda one: one.name)
    return {one.name: _sorted(one.load()(disconnected(one.name)).openapi()) for one in found}


def _sorted(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _sorted(part[key]) for key in sorted(part)}
    return [_sorted(value) for value in part] if isinstance(part, list) else part
