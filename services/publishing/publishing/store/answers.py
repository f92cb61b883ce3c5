"""Answers kept for repeated requests with one Idempotency-Key."""

import hashlib

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from publishing.store.tables import delivery
from shared.problems import Conflict

_table = delivery.idempotency
CREATED = 201


class AnswerStore:
    """One caller's keys through one connection."""

    def __init__(self, connection: AsyncConnection, caller: str) -> None:
        self._connection = connection
        self._caller = caller

    async def earlier(self, key: str, request: bytes) -> bytes | None:
        """The answer this key got before; None when it is ours to give. Waits for another request in hand.

        Raises:
            Conflict: the key was used for a different request.
        """
        fingerprint = hashlib.sha256(request).hexdigest()
        mine = insert(_table).values(key=key, caller=self._caller, fingerprint=fingerprint)
        taken = await self._connection.execute(mine.on_conflict_do_nothing().returning(_table.c.key))
        if taken.first() is not None:
            return None
        query = select(_table).where(_table.c.key == key, _table.c.caller == self._caller)
        row = (await self._connection.execute(query)).one()
        if row.fingerprint != fingerprint:
            raise Conflict("这个 Idempotency-Key 已用于另一项请求")
        return bytes(row.response)

    async def keep(self, key: str, answer: bytes) -> None:
        """Keep the answer; it commits with what it tells of."""
        held = update(_table).where(_table.c.key == key, _table.c.caller == self._caller)
        await self._connection.execute(held.values(status=CREATED, response=answer))
