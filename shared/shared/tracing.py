"""Where a subject's events have been, as this service knows it: for `sunlight trace`."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import Principal, principal
from shared.delivery_tables import DeliveryTables
from shared.parking import ParkedStore, parked_router
from shared.problems import Invalid
from shared.roles import Role


class TraceEntry(BaseModel):
    """One sighting of an event; `at` is when, `stage` where: outbox, relayed, inbox or parked."""

    at: str
    stage: str
    event_id: str
    what: str


async def trace_subject(engine: AsyncEngine, tables: DeliveryTables, subject: str) -> list[TraceEntry]:
    """Every sighting of the subject's events in this service's database, oldest first."""
    entries: list[TraceEntry] = []
    async with engine.connect() as connection:
        for row in await connection.execute(select(tables.outbox).where(tables.outbox.c.subject == subject)):
            what = f"{row.routing_key} #{row.headers.get('ce-sequence', '')}"
            entries.append(_entry(row.created_at, "outbox", row.id, what))
            if row.sent_at:
                entries.append(_entry(row.sent_at, "relayed", row.id, what))
        for row in await connection.execute(select(tables.inbox).where(tables.inbox.c.subject == subject)):
            entries.append(_entry(row.processed_at, "inbox", row.event_id, row.consumer))
        for row in await connection.execute(select(tables.parked).where(tables.parked.c.subject == subject)):
            entries.append(_entry(row.parked_at, "parked", row.event_id, f"{row.queue}: {row.reason}"))
    return sorted(entries, key=lambda entry: entry.at)


def _entry(at: Any, stage: str, event_id: Any, what: str) -> TraceEntry:
    return TraceEntry(at=at.isoformat(), stage=stage, event_id=str(event_id), what=what)


Sightings = Callable[[str], Awaitable[list[TraceEntry]]]


def delivery_routers(
    engine: AsyncEngine, tables: DeliveryTables, service: str, sightings: Sightings | None = None
) -> list[APIRouter]:
    """The operators' endpoints every service with a database has: parked messages and traces.

    `sightings` adds what a service knows of a subject beyond its database, such as the index's entry.
    """
    router = APIRouter(prefix="/internal/trace", tags=["trace"])

    @router.get("/{subject}")
    async def trace(subject: str, who: Principal = Depends(principal)) -> list[TraceEntry]:
        who.require(Role.OPERATOR)
        if "\x00" in subject:
            raise Invalid("编号中有不能显示的字符", field="subject")
        entries = await trace_subject(engine, tables, subject)
        return entries + (await sightings(subject) if sightings else [])

    return [parked_router(ParkedStore(engine, tables.parked, tables.outbox, service)), router]
