"""Dependencies by which a page reaches the services, and what it shows when one is away."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request

from portal.clients.services import Services
from portal.refusals import Missing, ServiceAway

Value = TypeVar("Value")


def services_of(request: Request) -> Services:
    """Dependency: the services."""
    services: Services = request.app.state.services
    return services


async def if_there(asked: Awaitable[Value], otherwise: Value) -> Value:
    """The answer, or `otherwise` when the service is away or has none: for parts a page can do without."""
    try:
        return await asked
    except (ServiceAway, Missing):
        return otherwise


async def names_of(services: Services) -> tuple[dict[str, str], dict[str, str]]:
    """Names of departments and of columns by code; empty when the service is away."""
    departments, columns = await asyncio.gather(
        if_there(services.identity.departments(), []), if_there(services.catalog.columns(), [])
    )
    return {d.code: d.name for d in departments}, {c.code: c.name for c in columns}
