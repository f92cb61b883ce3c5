"""Rebuilds and repairs for operators, and for everyone whether the index has today's shape."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from search.comparing import KIND_LABELS
from search.rebuilding.aliases import Indices
from search.rebuilding.work import (
    begin_rebuild,
    begin_rollback,
    cancel,
    drop_previous,
    release,
    shown,
    situation,
)
from search.reconciling.store import RepairStore
from shared.auth import Principal, principal
from shared.roles import Role


class Asked(BaseModel):
    """`hold` stops before the swap until released; `skip_gate` goes live whatever the results look like."""

    hold: bool = False
    skip_gate: bool = False


def operator(who: Principal = Depends(principal)) -> Principal:
    who.require(Role.OPERATOR)
    return who


def rebuilding_router(database: AsyncEngine, indices: Indices) -> APIRouter:
    router = APIRouter(tags=["operations"])
    _watching(router, database, indices)
    _beginning(router, database, indices)
    _ending(router, database, indices)
    return router


def _watching(router: APIRouter, database: AsyncEngine, indices: Indices) -> None:
    """What is being done, and what was mended."""

    @router.get("/health/index")
    async def shape() -> dict[str, Any]:
        """Whether the live index has today's shape, and what is being done about it."""
        found = await situation(database, indices)
        running = next((each for each in found["rebuilds"] if each["finished_at"] is None), None)
        progress = (
            {name: running[name] for name in ("purpose", "step_label", "written", "expected")} if running else None
        )
        return {"rebuild_needed": found["rebuild_needed"], "running": progress}

    @router.get("/internal/reindex", dependencies=[Depends(operator)])
    async def now() -> dict[str, Any]:
        return await situation(database, indices)

    @router.get("/internal/repairs", dependencies=[Depends(operator)])
    async def repairs(limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> dict[str, Any]:
        """What reconciliation mended and could not mend, and when it last looked."""
        async with database.connect() as connection:
            store = RepairStore(connection)
            return {
                "labels": KIND_LABELS,
                "totals": await store.totals(),
                "open": await store.recent(limit, mended=False),
                "recent": await store.recent(limit, mended=True),
                "last_look": await store.last_look(),
            }


def _beginning(router: APIRouter, database: AsyncEngine, indices: Indices) -> None:
    @router.post("/internal/reindex", status_code=202)
    async def begin(asked: Asked, who: Principal = Depends(operator)) -> dict[str, Any]:
        return shown(await begin_rebuild(database, indices, who.subject, asked.hold, asked.skip_gate))

    @router.post("/internal/reindex/rollback", status_code=202)
    async def rollback(who: Principal = Depends(operator)) -> dict[str, Any]:
        return shown(await begin_rollback(database, indices, who.subject))


def _ending(router: APIRouter, database: AsyncEngine, indices: Indices) -> None:
    @router.post("/internal/reindex/release", status_code=202, dependencies=[Depends(operator)])
    async def let_go() -> dict[str, Any]:
        return shown(await release(database))

    @router.post("/internal/reindex/cancel", dependencies=[Depends(operator)])
    async def end() -> dict[str, Any]:
        return shown(await cancel(database))

    @router.delete("/internal/reindex/previous", status_code=204, dependencies=[Depends(operator)])
    async def drop() -> None:
        await drop_previous(database, indices)
