"""Which system an Idempotency-Key made; its secrets are not kept, so only its id can be."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.store.tables import delivery


class IssuedStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, key: str, caller: str) -> tuple[str, str] | None:
        """Fingerprint and client id kept under the caller's key."""
        columns = delivery.idempotency.c
        query = select(columns.fingerprint, columns.response).where(columns.key == key, columns.caller == caller)
        row = (await self._connection.execute(query)).first()
        return (row.fingerprint, row.response.decode()) if row else None

    async def keep(self, key: str, caller: str, fingerprint: str, client_id: str) -> None:
        row = {"key": key, "caller": caller, "fingerprint": fingerprint, "response": client_id.encode()}
        await self._connection.execute(insert(delivery.idempotency).values(row).on_conflict_do_nothing())
