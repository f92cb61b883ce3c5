"""placeholder"""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.domain.content import StoredFile


class AttachmentKeeper:
    def __init__(self, engine: AsyncEngine, state: Path) -> None:
        pass

    async def keep(self, name: str, content: bytes, uploaded_by: str) -> StoredFile:
        raise NotImplementedError
