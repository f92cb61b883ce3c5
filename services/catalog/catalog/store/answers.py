"""Answers kept for repeated requests with one Idempotency-Key."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.delivery_tables import DeliveryTables

CREATED = 201


class AnswerStore:
    def __init__(self, connection: AsyncConnection, delivery: DeliveryTables) -> None:
        self._connection = connection
        self._table = delivery.idempotency

    async def earlier(self, key: str, caller: str, fingerprint: str) -> tuple[str, str] | None:
        """The insert waits for another transaction with the same key."""
        mine = insert(self._table).values(key=key, caller=caller, fingerprint=fingerprint)
        taken = await self._connection.execute(mine.on_conflict_do_nothing().returning(self._table.c.key))
        if taken.first() is not None:
            return None
        query = select(self._table).where(self._table.c.key == key, self._table.c.caller == caller)
        row = (await self._connection.execute(query)).one()
        return row.fingerprint, bytes(row.response).decode()

    async def keep(self, key: str, caller: str, answer: str) -> None:
        held = update(self._table).where(self._table.c.key == key, self._table.c.caller == caller)
        await self._connection.execute(held.values(status=CREATED, response=answer.encode()))
