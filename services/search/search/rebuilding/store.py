"""Rebuilds in PostgreSQL: at most one runs at a time, and each step is committed before the next begins."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Row,
    Table,
    Text,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from search.rebuilding.domain import ENDED, STEP_LABELS, NothingRunning, Purpose, Rebuild, RebuildRunning, Step
from search.store import metadata

rebuilds = Table(
    "rebuild",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    # True until it has ended, then NULL: the unique constraint lets one run at a time.
    Column("running", Boolean, unique=True),
    Column("purpose", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("index_name", Text, nullable=False),
    Column("after", Text),
    Column("written", BigInteger, nullable=False, server_default="0"),
    Column("expected", BigInteger, nullable=False, server_default="0"),
    Column("hold", Boolean, nullable=False),
    Column("ungated", Boolean, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    Column("error", Text, nullable=False, server_default=""),
    Column("figures", JSONB, nullable=False, server_default="{}"),
)


class RebuildStore:
    """Rebuilds through one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, purpose: Purpose, index: str, by: str, hold: bool = False, ungated: bool = False) -> Rebuild:
        """A new one, at its first step. Raises RebuildRunning."""
        first = Step.PREPARE if purpose is Purpose.REBUILD else Step.CATCH_UP
        row = {"running": True, "purpose": purpose, "step": first, "index_name": index, "requested_by": by}
        adding = insert(rebuilds).values(**row, hold=hold, ungated=ungated).on_conflict_do_nothing().returning(rebuilds)
        made = (await self._connection.execute(adding)).first()
        if made is None:
            running = await self.running()
            raise RebuildRunning(step=STEP_LABELS[running.step] if running else "")
        return _rebuild(made)

    async def running(self) -> Rebuild | None:
        row = (await self._connection.execute(select(rebuilds).where(rebuilds.c.running))).first()
        return _rebuild(row) if row else None

    async def latest(self, limit: int = 1) -> list[Rebuild]:
        """Those begun last, newest first."""
        rows = await self._connection.execute(select(rebuilds).order_by(rebuilds.c.id.desc()).limit(limit))
        return [_rebuild(row) for row in rows]

    async def change(self, rebuild: Rebuild, **changed: Any) -> Rebuild:
        """Note how far it is; the end of it with a step that ends. Raises NothingRunning if it was ended meanwhile."""
        if changed.get("step") in ENDED:
            changed |= {"running": None, "finished_at": func.now()}
        statement = (
            update(rebuilds)
            .where(rebuilds.c.id == rebuild.id, rebuilds.c.running)
            .values(**changed, changed_at=func.now())
            .returning(rebuilds)
        )
        row = (await self._connection.execute(statement)).first()
        if row is None:
            raise NothingRunning
        return _rebuild(row)


def _rebuild(row: Row[Any]) -> Rebuild:
    return Rebuild(
        id=row.id,
        purpose=Purpose(row.purpose),
        step=Step(row.step),
        index=row.index_name,
        after=row.after,
        written=row.written,
        expected=row.expected,
        hold=row.hold,
        ungated=row.ungated,
        requested_by=row.requested_by,
        started_at=row.started_at,
        changed_at=row.changed_at,
        finished_at=row.finished_at,
        error=row.error,
        figures=row.figures,
    )
