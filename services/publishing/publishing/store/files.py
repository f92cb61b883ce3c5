"""What we know of stored files: type, size and the text found in them. The bytes are in the blob store."""

from collections.abc import Collection

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from publishing.domain.content import StoredFile
from publishing.store.tables import stored_file

_FIND = select(stored_file).where(stored_file.c.sha256 == func.any(bindparam("hashes")))


class FileStore:
    """Facts about files through one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, file: StoredFile, uploaded_by: str) -> None:
        """Remember a file; the first upload of the same bytes stands."""
        values = {
            "sha256": file.sha256,
            "size": file.size,
            "media_type": file.media_type,
            "text": file.text,
            "extraction": file.extraction,
            "uploaded_by": uploaded_by,
        }
        await self._connection.execute(insert(stored_file).values(values).on_conflict_do_nothing())

    async def find(self, hashes: Collection[str]) -> dict[str, StoredFile]:
        """The files among these that we hold, by hash."""
        if not hashes:
            return {}
        rows = await self._connection.execute(_FIND, {"hashes": list(hashes)})
        return {row.sha256: StoredFile(row.sha256, row.size, row.media_type, row.text, row.extraction) for row in rows}
