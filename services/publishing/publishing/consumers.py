"""What other services announce and publishing must know: departments with systems, columns, catalogue items."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.store.directory import DirectoryStore
from shared.events import CatalogueItemState, ColumnState, DepartmentState, Event


def know_departments(engine: AsyncEngine) -> Callable[[Event], Awaitable[None]]:
    """Keep the newest state of each department; sequences decide, so order and repetition do not matter."""

    async def handle(event: Event) -> None:
        if isinstance(event.data, DepartmentState):
            async with engine.begin() as connection:
                await DirectoryStore(connection).put_department(event.data, event.sequence)

    return handle


def know_columns(engine: AsyncEngine) -> Callable[[Event], Awaitable[None]]:
    """Keep the newest state of each column."""

    async def handle(event: Event) -> None:
        if isinstance(event.data, ColumnState):
            async with engine.begin() as connection:
                await DirectoryStore(connection).put_column(event.data, event.sequence)

    return handle


def know_catalogue_items(engine: AsyncEngine) -> Callable[[Event], Awaitable[None]]:
    """Keep the newest name of each item of the disclosure catalogue, so that a document can say what it fulfils."""

    async def handle(event: Event) -> None:
        if isinstance(event.data, CatalogueItemState):
            async with engine.begin() as connection:
                await DirectoryStore(connection).put_catalogue_item(event.data, event.sequence)

    return handle
