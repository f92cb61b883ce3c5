"""For reconciliation: what every copy of the public record must hold."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from publishing.handlers.publication import Files, public_state
from publishing.rooms import Rooms
from publishing.store.comparing import bucket_sums, rows_after, rows_of_buckets
from publishing.store.reading import Published
from shared.auth import Principal, principal
from shared.digests import BUCKET_DIGITS
from shared.events import DocumentState, DocumentStatus, now
from shared.roles import Role


class Held(BaseModel):
    """One document of the record: its version and the hash of its public content or tombstone."""

    id: UUID
    version: int
    status: DocumentStatus
    content_hash: str


class ComparedRow(Held):
    """`changed_at` is the last change of any kind; `relayed`: the broker has every event of this document."""

    changed_at: datetime
    relayed: bool


class BucketSums(BaseModel):
    """Documents and sum of fingerprints by bucket (`shared.digests`); `read_at` by publishing's clock."""

    buckets: dict[str, tuple[int, int]]
    read_at: datetime


class Compared(BaseModel):
    items: list[ComparedRow]
    next: UUID | None


Bucket = Annotated[str, Field(pattern=f"^[0-9a-f]{{{BUCKET_DIGITS}}}$")]


class Wanted(BaseModel):
    ids: list[UUID] = Field(max_length=500)


class HeldState(Held):
    state: DocumentState


class Snapshot(BaseModel):
    """A page in order of id; `next` is the `after` of the following page, null on the last."""

    items: list[HeldState]
    next: UUID | None


class Digest(BaseModel):
    items: list[Held]
    next: UUID | None


def reader(who: Principal = Depends(principal)) -> None:
    who.require(Role.OPERATOR, Role.SERVICE)


def internal_router(rooms: Rooms) -> APIRouter:
    router = APIRouter(prefix="/internal", tags=["internal"], dependencies=[Depends(reader)])
    _telling(router, rooms)
    _comparing(router, rooms)
    return router


def _telling(router: APIRouter, rooms: Rooms) -> None:
    """Whole documents, to fill and to mend a copy."""

    @router.get("/snapshot", response_model=Snapshot)
    async def snapshot(after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Response:
        """Published and withdrawn documents with their full public state."""
        async with rooms.reading() as (reading, files):
            items = [await _held_state(found, files) for found in await reading.snapshot(after, limit)]
        page = Snapshot(items=items, next=items[-1].id if len(items) == limit else None)
        return Response(page.model_dump_json(exclude_none=False), media_type="application/json")

    @router.post("/states", response_model=Snapshot)
    async def states(wanted: Wanted) -> Response:
        """The same for these documents alone; one the public never saw is left out."""
        async with rooms.reading() as (reading, files):
            found = await reading.snapshot_of(wanted.ids)
            page = Snapshot(items=[await _held_state(each, files) for each in found], next=None)
        return Response(page.model_dump_json(exclude_none=False), media_type="application/json")


def _comparing(router: APIRouter, rooms: Rooms) -> None:
    """Versions and hashes, to find where a copy differs."""

    @router.get("/buckets")
    async def buckets() -> BucketSums:
        """What every bucket of documents adds up to."""
        read_at = now()
        async with rooms.engine.connect() as connection:
            return BucketSums(buckets=await bucket_sums(connection), read_at=read_at)

    @router.get("/compared")
    async def compared(
        bucket: Annotated[list[Bucket], Query(max_length=64)] = [],  # noqa: B006 - FastAPI copies defaults
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    ) -> Compared:
        """The documents of these buckets, all of them; without buckets, a page of all documents."""
        async with rooms.engine.connect() as connection:
            if bucket:
                return Compared(items=_all_compared(await rows_of_buckets(connection, bucket)), next=None)
            items = _all_compared(await rows_after(connection, after, limit))
        return Compared(items=items, next=items[-1].id if len(items) == limit else None)

    @router.get("/digest")
    async def digest(after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=5000)] = 1000) -> Digest:
        """The same without content."""
        async with rooms.reading() as (reading, _):
            rows = await reading.digest(after, limit)
        items = [_held(row) for row in rows]
        return Digest(items=items, next=items[-1].id if len(items) == limit else None)


async def _held_state(found: Published, files: Files) -> HeldState:
    state = await public_state(found.document, found.department_name, files)
    return HeldState(
        id=found.document.id,
        version=found.document.version,
        status=state.status,
        content_hash=state.content_hash,
        state=state,
    )


def _held(row: Any) -> Held:
    status = DocumentStatus.WITHDRAWN if row["withdrawn_at"] else DocumentStatus.PUBLISHED
    return Held(id=row["id"], version=row["version"], status=status, content_hash=row["content_hash"])


def _all_compared(rows: Iterable[Any]) -> list[ComparedRow]:
    return [ComparedRow(**row) for row in rows]
