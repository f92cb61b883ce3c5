"""Messages that could not take effect: kept with their reason until an operator settles each of them.

They arrive through the service's parked queue (from a handler's refusal, from exhausted retries, or from
the broker when a queue's delivery limit is reached) and are acknowledged once they are in the table.
"""

import base64
from typing import Any
from uuid import UUID, uuid5

import structlog
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import Table, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import Principal, principal
from shared.consuming import ATTEMPTS, PARKED_EXCHANGE, REASON, Message, MessageHandler, with_sender
from shared.events import new_id
from shared.outbox import Outbox
from shared.problems import Conflict, NotFound
from shared.roles import Role

log = structlog.get_logger(__name__)

DELIVERY_LIMIT_REASON = "delivered too often: each time the worker stopped before it could answer"


class ParkedMessage(BaseModel):
    """A parked message as an operator sees it; `body` is the message's text, or base64 if it is none."""

    id: UUID
    queue: str
    event_id: str
    subject: str
    reason: str
    attempts: int
    parked_at: str
    state: str
    settled_by: str | None
    headers: dict[str, Any]
    body: str = ""


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def store_parked(engine: AsyncEngine, parked: Table, user: str) -> MessageHandler:
    """The handler of a service's parked queue.

    What the service parked itself carries `user`, its name at the broker, which no other can claim. Of what
    the broker dead-lettered, neither the reason nor the sender that the message names are our word. One message may
    come from several queues, each of which it has to be replayed to.
    """

    async def store(message: Message) -> None:
        headers = {key: _text(value) for key, value in message.headers.items()}
        if message.user_id == user:
            reason = str(headers.pop(REASON, ""))
        else:
            headers, reason = with_sender(headers, message.user_id), DELIVERY_LIMIT_REASON
        key = message.message_id or str(headers.get("ce-id", ""))
        values = {
            "id": uuid5(UUID(key), message.routing_key) if _is_uuid(key) else new_id(),
            "queue": message.routing_key,
            "event_id": str(headers.get("ce-id", "")),
            "subject": str(headers.get("ce-subject", "")),
            "reason": reason,
            "attempts": message.attempts,
            "headers": headers,
            "body": message.body,
        }
        async with engine.begin() as connection:
            await connection.execute(insert(parked).values(values).on_conflict_do_nothing())

    return store


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


class ParkedStore:
    """List, show and settle the parked messages of one service."""

    def __init__(self, engine: AsyncEngine, parked: Table, outbox: Table, service: str) -> None:
        self._engine = engine
        self._parked = parked
        self._outbox = outbox
        self._service = service

    async def list(self, state: str = "parked", limit: int = 100) -> list[ParkedMessage]:
        """Newest first, without bodies."""
        query = (
            select(self._parked)
            .where(self._parked.c.state == state)
            .order_by(self._parked.c.parked_at.desc())
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [_view(row) for row in (await connection.execute(query)).mappings()]

    async def show(self, message_id: UUID) -> ParkedMessage:
        """One message with its body. Raises NotFound."""
        query = select(self._parked).where(self._parked.c.id == message_id)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise NotFound("没有这条搁置的消息")
        return _view(row, with_body=True)

    async def replay(self, message_id: UUID, by: str) -> None:
        """Send the message to its queue again, through the outbox, and record who did."""
        async with self._engine.begin() as connection:
            row = await self._settle(connection, message_id, "replayed", by)
            headers = {key: value for key, value in row["headers"].items() if key not in (ATTEMPTS, "x-death")}
            await Outbox(connection, self._outbox, self._service).add_message(
                {
                    "id": new_id(),
                    "exchange": "sunlight.retry.1",
                    "routing_key": row["queue"],
                    "subject": row["subject"],
                    "headers": headers,
                    "body": row["body"],
                }
            )

    async def discard(self, message_id: UUID, by: str) -> None:
        """Give the message up, and record who did; the row stays."""
        async with self._engine.begin() as connection:
            await self._settle(connection, message_id, "discarded", by)

    async def _settle(self, connection: Any, message_id: UUID, state: str, by: str) -> Any:
        change = (
            update(self._parked)
            .where(self._parked.c.id == message_id, self._parked.c.state == "parked")
            .values(state=state, settled_at=func.now(), settled_by=by)
            .returning(self._parked)
        )
        row = (await connection.execute(change)).mappings().first()
        if row is None:
            raise Conflict("这条消息不存在或已处理")
        log.info("parked.settled", message=str(message_id), state=state, by=by)
        return row


def _view(row: Any, with_body: bool = False) -> ParkedMessage:
    body = ""
    if with_body:
        try:
            body = row["body"].decode()
        except UnicodeDecodeError:
            body = base64.b64encode(row["body"]).decode()
    return ParkedMessage(
        id=row["id"],
        queue=row["queue"],
        event_id=row["event_id"],
        subject=row["subject"],
        reason=row["reason"],
        attempts=row["attempts"],
        parked_at=row["parked_at"].isoformat(),
        state=row["state"],
        settled_by=row["settled_by"],
        headers=row["headers"],
        body=body,
    )


def parked_router(store: ParkedStore) -> APIRouter:
    """Operators' endpoints; `PARKED_EXCHANGE` messages of this service only."""
    router = APIRouter(prefix="/internal/parked", tags=[PARKED_EXCHANGE])

    def operator(who: Principal = Depends(principal)) -> Principal:
        who.require(Role.OPERATOR)
        return who

    @router.get("")
    async def list_parked(
        state: str = "parked", limit: int = Query(100, ge=1), _: Principal = Depends(operator)
    ) -> list[ParkedMessage]:
        return await store.list(state, min(limit, 1000))

    @router.get("/{message_id}")
    async def show_parked(message_id: UUID, _: Principal = Depends(operator)) -> ParkedMessage:
        return await store.show(message_id)

    @router.post("/{message_id}/replay", status_code=204)
    async def replay_parked(message_id: UUID, who: Principal = Depends(operator)) -> None:
        await store.replay(message_id, who.subject)

    @router.post("/{message_id}/discard", status_code=204)
    async def discard_parked(message_id: UUID, who: Principal = Depends(operator)) -> None:
        await store.discard(message_id, who.subject)

    return router
