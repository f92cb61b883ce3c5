"""What HTTP use cases work with, opened for one transaction each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from publishing.files.blobs import Blobs
from publishing.files.keeper import AttachmentKeeper
from publishing.gateway import SERVICE, Gateway
from publishing.handlers.drafting import Desk
from publishing.store.directory import Directory
from publishing.store.documents import DocumentStore
from publishing.store.files import FileStore
from publishing.store.reading import Reading
from publishing.store.tables import delivery
from shared.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Rooms:
    """The engine and everything that outlives a request."""

    engine: AsyncEngine
    directory: Directory
    blobs: Blobs
    keeper: AttachmentKeeper
    gateway: Gateway

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[tuple[Desk, AsyncConnection]]:
        """Staff's desk in a transaction that commits when the context is left without an error."""
        async with self.engine.begin() as connection:
            outbox = Outbox(connection, delivery.outbox, SERVICE)
            yield Desk(DocumentStore(connection), FileStore(connection), outbox, self.directory), connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[tuple[Reading, FileStore]]:
        """Queries on one connection."""
        async with self.engine.connect() as connection:
            yield Reading(connection), FileStore(connection)
