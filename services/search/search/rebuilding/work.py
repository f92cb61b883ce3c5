"""What an operator may ask of rebuilds: begin, wait, let go live, cancel, go back, drop what is kept."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from search.index import Names
from search.rebuilding.aliases import Indices
from search.rebuilding.domain import (
    STEP_LABELS,
    NoPrevious,
    NotHeld,
    NothingRunning,
    Purpose,
    Rebuild,
    RebuildRunning,
    Step,
    TooLateToCancel,
)
from search.rebuilding.store import RebuildStore

SHOWN = 5


def new_index(names: Names) -> str:
    """The name of an index that is not there yet: today's shape and the present moment."""
    return names.physical(f"{datetime.now(UTC):%Y%m%d%H%M%S%f}")


async def begin_rebuild(database: AsyncEngine, indices: Indices, by: str, hold: bool, ungated: bool) -> Rebuild:
    """Begin to rebuild; the steward goes on from here. Raises RebuildRunning."""
    async with database.begin() as connection:
        return await RebuildStore(connection).begin(Purpose.REBUILD, new_index(indices.names), by, hold, ungated)


async def begin_rollback(database: AsyncEngine, indices: Indices, by: str) -> Rebuild:
    """Begin to make the previous index live again, once it is up to date. Raises RebuildRunning, NoPrevious."""
    previous = await indices.behind(indices.names.previous)
    if previous is None:
        raise NoPrevious
    async with database.begin() as connection:
        return await RebuildStore(connection).begin(Purpose.ROLLBACK, previous, by, ungated=True)


async def cancel(database: AsyncEngine) -> Rebuild:
    """End what runs; the steward deletes what it has made. Raises NothingRunning, TooLateToCancel."""
    async with database.begin() as connection:
        store = RebuildStore(connection)
        running = await store.running()
        if running is None:
            raise NothingRunning
        if running.step is Step.SWAP:
            raise TooLateToCancel
        return await store.change(running, step=Step.CANCELLED)


async def release(database: AsyncEngine) -> Rebuild:
    """Let a held rebuild go live; it is compared once more when it is. Raises NothingRunning, NotHeld."""
    async with database.begin() as connection:
        store = RebuildStore(connection)
        running = await store.running()
        if running is None:
            raise NothingRunning
        if running.step is not Step.HOLD:
            raise NotHeld(step=STEP_LABELS[running.step])
        return await store.change(running, step=Step.SWAP)


async def drop_previous(database: AsyncEngine, indices: Indices) -> None:
    """Delete the index kept for a rollback. Raises NoPrevious, RebuildRunning."""
    async with database.connect() as connection:
        running = await RebuildStore(connection).running()
    if running is not None:
        raise RebuildRunning(step=STEP_LABELS[running.step])
    if await indices.behind(indices.names.previous) is None:
        raise NoPrevious
    await indices.drop_previous()


async def situation(database: AsyncEngine, indices: Indices) -> dict[str, Any]:
    """Which index is live, whether it has today's shape, what is kept, and the latest rebuilds, newest first."""
    names = indices.names
    live, previous = await indices.behind(names.write), await indices.behind(names.previous)
    async with database.connect() as connection:
        latest = await RebuildStore(connection).latest(SHOWN)
    return {
        "live": live,
        "previous": previous,
        "next": await indices.behind(names.next),
        "rebuild_needed": live is not None and names.shape_of(live) != names.shape,
        "rebuilds": [shown(rebuild) for rebuild in latest],
    }


def shown(rebuild: Rebuild) -> dict[str, Any]:
    """A rebuild as an operator reads it."""
    return {
        "id": rebuild.id,
        "purpose": rebuild.purpose,
        "step": rebuild.step,
        "step_label": STEP_LABELS[rebuild.step],
        "index": rebuild.index,
        "written": rebuild.written,
        "expected": rebuild.expected,
        "requested_by": rebuild.requested_by,
        "started_at": rebuild.started_at.isoformat(),
        "changed_at": rebuild.changed_at.isoformat(),
        "finished_at": rebuild.finished_at.isoformat() if rebuild.finished_at else None,
        "error": rebuild.error,
        "figures": rebuild.figures,
    }
