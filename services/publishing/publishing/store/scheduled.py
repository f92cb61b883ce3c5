"""What is planned: the document whose time has come, and how much is still to come.

The database's clock decides, so that workers whose clocks differ agree. Both queries use ix_document_scheduled.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from publishing.store.tables import IS_SCHEDULED, document

_DUE = (
    select(document.c.id, document.c.publish_at, func.now().label("now"))
    .where(IS_SCHEDULED, document.c.publish_at <= func.now(), document.c.id != func.all(bindparam("deferred")))
    .order_by(document.c.publish_at, document.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_AHEAD = select(
    func.count().label("documents"), func.min(document.c.publish_at).label("first"), func.now().label("now")
).where(IS_SCHEDULED)


@dataclass(frozen=True, slots=True)
class Due:
    """A document whose time has come, and the time it is."""

    id: UUID
    publish_at: datetime
    now: datetime

    @property
    def lateness(self) -> float:
        """Seconds after the planned moment."""
        return (self.now - self.publish_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many documents are planned; `seconds` until the first of them, negative when it is late."""

    documents: int
    seconds: float | None


async def next_due(connection: AsyncConnection, deferred: Collection[UUID] = ()) -> Due | None:
    """The document that is due longest, locked until the transaction ends; what another worker holds is left to it."""
    row = (await connection.execute(_DUE, {"deferred": list(deferred)})).first()
    return Due(row.id, row.publish_at, row.now) if row else None


async def ahead(connection: AsyncConnection) -> Ahead:
    row = (await connection.execute(_AHEAD)).one()
    return Ahead(row.documents, (row.first - row.now).total_seconds() if row.first else None)
