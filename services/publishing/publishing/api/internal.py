"""For reconciliation: what every copy of the public record must hold."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from publishing.handlers.publication import public_state
from publishing.rooms import Rooms
from shared.auth import Principal, principal
from shared.events import DocumentState, DocumentStatus
from shared.roles import Role


class Held(BaseModel):
    """One document of the record: its version and the hash of its public content or tombstone."""

    id: UUID
    version: int
    status: DocumentStatus
    content_hash: str


class HeldState(Held):
    state: DocumentState


class Snapshot(BaseModel):
    """A page in order of id; `next` is the `after` of the following page, null on the last."""

    items: list[HeldState]
    next: UUID | None


class Digest(BaseModel):
    items: list[Held]
    next: UUID | None


def internal_router(rooms: Rooms) -> APIRouter:
    router = APIRouter(prefix="/internal", tags=["internal"])

    def operator(who: Principal = Depends(principal)) -> None:
        who.require(Role.OPERATOR)

    @router.get("/snapshot", dependencies=[Depends(operator)], response_model=Snapshot)
    async def snapshot(after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Response:
        """Published and withdrawn documents with their full public state."""
        items = []
        async with rooms.reading() as (reading, files):
            for found in await reading.snapshot(after, limit):
                state = await public_state(found.document, found.department_name, files)
                items.append(_held_state(state, found.document.version))
        page = Snapshot(items=items, next=items[-1].id if len(items) == limit else None)
        return Response(page.model_dump_json(exclude_none=False), media_type="application/json")

    @router.get("/digest", dependencies=[Depends(operator)])
    async def digest(after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=5000)] = 1000) -> Digest:
        """The same without content."""
        async with rooms.reading() as (reading, _):
            rows = await reading.digest(after, limit)
        items = [_held(row) for row in rows]
        return Digest(items=items, next=items[-1].id if len(items) == limit else None)

    return router


def _held_state(state: DocumentState, version: int) -> HeldState:
    return HeldState(
        id=UUID(state.id), version=version, status=state.status, content_hash=state.content_hash, state=state
    )


def _held(row: Any) -> Held:
    status = DocumentStatus.WITHDRAWN if row["withdrawn_at"] else DocumentStatus.PUBLISHED
    return Held(id=row["id"], version=row["version"], status=status, content_hash=row["content_hash"])
