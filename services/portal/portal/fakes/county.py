"""All invented services together, and the settings that lead a portal to them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from portal.fakes.alerts import with_alerts
from portal.fakes.catalog import catalog
from portal.fakes.curation import with_curation
from portal.fakes.identity import identity
from portal.fakes.intake import intake
from portal.fakes.parked import with_parked
from portal.fakes.publishing import publishing
from portal.fakes.sample import documents
from portal.fakes.search import search
from portal.fakes.supervision import supervision

Serve = Callable[[FastAPI], AbstractAsyncContextManager[str]]


def county() -> dict[str, FastAPI]:
    """Fresh services by name; search finds what publishing publishes."""
    published = documents()
    apps = {
        "identity": identity(),
        "catalog": catalog(),
        "publishing": publishing(published),
        "intake": intake(),
        "search": search(published),
        "supervision": supervision(),
    }
    with_curation(apps["search"], list(published.values()))
    with_alerts(apps["search"])
    for name, app in apps.items():
        with_parked(app, f"{name}.document", count=2 if name == "search" else 0)
    return apps


@asynccontextmanager
async def served(apps: dict[str, FastAPI], serve: Serve) -> AsyncIterator[dict[str, str]]:
    """The services on ports of their own, as the settings' fields that name their addresses."""
    async with AsyncExitStack() as stack:
        yield {f"{name}_url": await stack.enter_async_context(serve(app)) for name, app in apps.items()}
