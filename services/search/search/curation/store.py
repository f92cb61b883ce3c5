"""What editors made, in PostgreSQL: every change by version, every change on record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from search.curation.rules import BestBet, Entry, as_facts
from search.curation.tables import curated, curated_changes
from shared.events import new_id
from shared.problems import Conflict, NotFound, StaleVersion

Content = TypeVar("Content", BestBet, Entry)


@dataclass(frozen=True)
class Kind(Generic[Content]):
    """One kind of curated thing: its name in the table and to people, and how it is read and listed."""

    code: str
    label: str
    model: type[Content]
    named: str  # the field a list is sorted by

    def name_of(self, content: Content) -> str:
        return str(getattr(content, self.named))


BEST_BETS = Kind("best_bet", "最佳推荐", BestBet, "title")
VOCABULARY = Kind("vocabulary", "词语", Entry, "term")


@dataclass(frozen=True)
class Kept(Generic[Content]):
    """A curated thing as it stands: what it holds, its version, who changed it last and when."""

    id: UUID
    content: Content
    version: int
    changed_at: datetime
    changed_by: str


class Change(BaseModel):
    """One line of the record: what stood before and after, by whom."""

    action: str
    version: int
    at: datetime
    who: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def _kept(kind: Kind[Content], row: Any) -> Kept[Content]:
    return Kept(row.id, kind.model.model_validate(row.content), row.version, row.changed_at, row.changed_by)


async def every(connection: AsyncConnection, kind: Kind[Content]) -> list[Kept[Content]]:
    """All of a kind, the oldest first, for memory."""
    rows = await connection.execute(select(curated).where(curated.c.kind == kind.code).order_by(curated.c.id))
    return [_kept(kind, row) for row in rows]


async def listed(
    connection: AsyncConnection, kind: Kind[Content], limit: int, after: tuple[str, UUID] | None = None
) -> list[Kept[Content]]:
    """A page by name (ix_curated_kind_name); `after` is name and id of the last one seen."""
    query = select(curated).where(curated.c.kind == kind.code)
    if after:
        query = query.where(tuple_(curated.c.name, curated.c.id) > tuple_(*after))
    rows = await connection.execute(query.order_by(curated.c.name, curated.c.id).limit(limit))
    return [_kept(kind, row) for row in rows]


async def one(connection: AsyncConnection, kind: Kind[Content], entry: UUID, lock: bool = False) -> Kept[Content]:
    """One of a kind. Raises NotFound."""
    query = select(curated).where(curated.c.kind == kind.code, curated.c.id == entry)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFound(f"没有这条{kind.label}，或它已被删除")
    return _kept(kind, row)


async def create(connection: AsyncConnection, kind: Kind[Content], content: Content, who: str) -> UUID:
    """Keep a new one. Raises Conflict for a second entry of one term."""
    entry = new_id()
    values = {"id": entry, "kind": kind.code, "version": 1, "changed_by": who, **_columns(kind, content)}
    await _written(connection, insert(curated).values(values), kind, content)
    await _record(connection, kind, entry, "created", 1, who, after=content)
    return entry


async def change(
    connection: AsyncConnection, kind: Kind[Content], entry: UUID, content: Content, who: str, expected: int
) -> int:
    """Replace what it holds; the new version. Raises NotFound, StaleVersion, Conflict."""
    held = await _current(connection, kind, entry, expected)
    if held.content == content:
        return held.version
    version = held.version + 1
    values = {"version": version, "changed_by": who, "changed_at": func.now(), **_columns(kind, content)}
    await _written(connection, update(curated).where(curated.c.id == entry).values(values), kind, content)
    await _record(connection, kind, entry, "changed", version, who, before=held.content, after=content)
    return version


async def remove(connection: AsyncConnection, kind: Kind[Content], entry: UUID, who: str, expected: int) -> None:
    """Take it away; the record keeps what it was. Raises NotFound, StaleVersion."""
    held = await _current(connection, kind, entry, expected)
    await connection.execute(delete(curated).where(curated.c.id == entry))
    await _record(connection, kind, entry, "deleted", held.version, who, before=held.content)


async def changes_of(connection: AsyncConnection, kind: Kind[Content], entry: UUID) -> list[Change]:
    """The record of one entry, newest first; it outlives the entry (ix_curated_changes_entry)."""
    query = (
        select(curated_changes)
        .where(curated_changes.c.entry == entry, curated_changes.c.kind == kind.code)
        .order_by(curated_changes.c.position.desc())
        .limit(200)
    )
    return [Change.model_validate(row, from_attributes=True) for row in await connection.execute(query)]


async def state_token(connection: AsyncConnection) -> tuple[int, int]:
    """Differs after every committed change: count too, as a lower position may commit after a higher one."""
    query = select(func.count(), func.coalesce(func.max(curated_changes.c.position), 0))
    count, last = (await connection.execute(query)).one()
    return count, last


async def _current(connection: AsyncConnection, kind: Kind[Content], entry: UUID, expected: int) -> Kept[Content]:
    held = await one(connection, kind, entry, lock=True)
    if held.version != expected:
        raise StaleVersion(f"这条{kind.label}已被{held.changed_by}修改，请刷新后重试")
    return held


def _columns(kind: Kind[Content], content: Content) -> dict[str, Any]:
    return {"name": kind.name_of(content), "content": as_facts(content)}


async def _written(connection: AsyncConnection, statement: Any, kind: Kind[Content], content: Content) -> None:
    try:
        await connection.execute(statement)
    except IntegrityError as error:
        raise Conflict(f"“{kind.name_of(content)}”已有一条，请修改原有的那条", field=kind.named) from error


async def _record(
    connection: AsyncConnection,
    kind: Kind[Content],
    entry: UUID,
    action: str,
    version: int,
    who: str,
    before: Content | None = None,
    after: Content | None = None,
) -> None:
    values = {
        "entry": entry,
        "kind": kind.code,
        "action": action,
        "version": version,
        "who": who,
        "before": as_facts(before) if before else None,
        "after": as_facts(after) if after else None,
    }
    await connection.execute(insert(curated_changes).values(values))
