"""Taking a file in: staged, recognised, read, kept. A refusal leaves nothing behind."""

import asyncio
import io
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.domain.content import StoredFile
from publishing.files.blobs import Blobs, Staged
from publishing.files.extraction import ExtractionPool
from publishing.files.types import media_type, refuse_false_name
from publishing.store.files import FileStore

MAX_FILE = 50 * 1024 * 1024


class AttachmentKeeper:
    """Keeps files that documents may attach; the same bytes are read and stored once."""

    def __init__(self, engine: AsyncEngine, blobs: Blobs, pool: ExtractionPool) -> None:
        self._engine = engine
        self._blobs = blobs
        self._pool = pool

    async def keep(self, name: str, content: bytes, uploaded_by: str) -> StoredFile:
        """Keep bytes. Raises FileRefused."""
        return await self.keep_file(name, io.BytesIO(content), uploaded_by)

    async def keep_file(self, name: str, source: BinaryIO, uploaded_by: str) -> StoredFile:
        """Keep what can be read from the source, with the text found in it.

        Raises:
            FileRefused: it is empty, too large, a bomb, has macros, or is of a type we do not take or
                not of the one its name says.
        """
        staged = await asyncio.to_thread(self._blobs.stage, source, MAX_FILE)
        try:
            known = await self._known(staged)
            if known is None:
                return await self._keep_new(name, staged, uploaded_by)
            refuse_false_name(name, known.media_type)
            await asyncio.to_thread(self._blobs.keep, staged)  # heals a store that has lost them
            return known
        finally:
            await asyncio.to_thread(self._blobs.discard, staged)

    async def _known(self, staged: Staged) -> StoredFile | None:
        async with self._engine.connect() as connection:
            return (await FileStore(connection).find([staged.sha256])).get(staged.sha256)

    async def _keep_new(self, name: str, staged: Staged, uploaded_by: str) -> StoredFile:
        kind = await asyncio.to_thread(media_type, staged.path, name)
        refuse_false_name(name, kind)
        found = await self._pool.extract(staged.path, kind)
        file = StoredFile(staged.sha256, staged.size, kind, found.text, found.status)
        await asyncio.to_thread(self._blobs.keep, staged)
        async with self._engine.begin() as connection:
            await FileStore(connection).put(file, uploaded_by)
        return file
