"""After an upgrade that changes the shape of the index: rebuild by itself when that is quick, else say so."""

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from search.rebuilding.aliases import Indices
from search.rebuilding.domain import Purpose
from search.rebuilding.store import RebuildStore
from search.rebuilding.work import new_index

log = structlog.get_logger(__name__)

AUTOMATIC = "upgrade"


class Automatic:
    """Begins a rebuild when the live index has an older shape and at most `documents` documents.

    Never again for a shape that was tried and failed, was cancelled, or was left by a rollback: that is for a person
    to decide.
    """

    def __init__(self, database: AsyncEngine, indices: Indices, documents: int) -> None:
        self._database = database
        self._indices = indices
        self._documents = documents

    async def begin(self) -> bool:
        """Whether a rebuild was begun. Raises DependencyAway."""
        names = self._indices.names
        live = await self._indices.behind(names.write)
        if live is None or names.shape_of(live) == names.shape:
            return False
        if await self._indices.documents(names.write) > self._documents:
            return False
        async with self._database.begin() as connection:
            store = RebuildStore(connection)
            last = await store.latest(limit=20)
            if any(each.purpose is Purpose.REBUILD and names.shape_of(each.index) == names.shape for each in last):
                return False
            await store.begin(Purpose.REBUILD, new_index(names), AUTOMATIC, ungated=True)
        log.info("rebuild.begun_after_upgrade", live=live)
        return True
