"""What was found wrong in the index and mended, how far its contents were read, and when it was last looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    any_,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from search.comparing import Difference
from search.store import metadata

KEPT = text("now() - interval '90 days'")

# Written when a difference is certain, before it is mended, and closed afterwards: a crash between the two leaves
# an open row, which the next look closes or mends, so that each difference is counted once.
index_repairs = Table(
    "index_repair",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("document", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recorded_version", BigInteger),
    Column("indexed_version", BigInteger),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("repaired_at", DateTime(timezone=True)),
    Column("refused", Text, nullable=False, server_default=""),
    Index("uq_index_repair_open", "document", unique=True, postgresql_where=text("repaired_at IS NULL")),
    Index("ix_index_repair_repaired_at", "repaired_at"),
)

# Up to which sequence number of a shard the seals are known to be whole.
seal_positions = Table(
    "seal_position",
    metadata,
    Column("index_name", Text, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

looks = Table(
    "index_look",
    metadata,
    Column("index_name", Text, primary_key=True),
    Column("looked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("figures", JSONB, nullable=False),
)


class Position(NamedTuple):
    """Where reading a shard has come to, and since when from its beginning."""

    position: int
    begun_at: datetime | None


class RepairStore:
    """Through one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self, differences: Sequence[Difference]) -> None:
        """Note what is about to be mended; what is noted already stays."""
        rows = [_row(each) for each in differences]
        if rows:
            await self._connection.execute(insert(index_repairs).on_conflict_do_nothing(), rows)

    async def opened(self) -> dict[str, str]:
        """Kinds of what is noted and not mended yet, by document (uq_index_repair_open)."""
        query = select(index_repairs.c.document, index_repairs.c.kind).where(index_repairs.c.repaired_at.is_(None))
        return {row.document: row.kind for row in await self._connection.execute(query)}

    async def close(self, documents: Sequence[str]) -> list[str]:
        """These are as they should be; the kinds of those that were noted, one for each.

        One array, for a whole lost index may be mended at once and a statement takes 32,767 parameters.
        """
        array = literal(list(documents), ARRAY(Text))
        closing = (
            update(index_repairs)
            .where(index_repairs.c.repaired_at.is_(None), index_repairs.c.document == any_(array))
            .values(repaired_at=func.now(), refused="")
            .returning(index_repairs.c.kind)
        )
        kinds = list((await self._connection.execute(closing)).scalars())
        await self._connection.execute(index_repairs.delete().where(index_repairs.c.repaired_at < KEPT))
        return kinds

    async def refuse(self, reasons: Mapping[str, str]) -> None:
        """Note why the engine did not take these."""
        for document, reason in reasons.items():
            noting = update(index_repairs).where(
                index_repairs.c.repaired_at.is_(None), index_repairs.c.document == document
            )
            await self._connection.execute(noting.values(refused=reason[:1000]))

    async def totals(self) -> dict[str, int]:
        """Mended differences of the last 90 days, by kind."""
        query = select(index_repairs.c.kind, func.count().label("documents")).where(
            index_repairs.c.repaired_at.is_not(None)
        )
        rows = await self._connection.execute(query.group_by(index_repairs.c.kind))
        return {row.kind: row.documents for row in rows}

    async def recent(self, limit: int, mended: bool) -> list[dict[str, Any]]:
        """Newest first: those mended, or those still open."""
        done = index_repairs.c.repaired_at
        query = select(index_repairs).where(done.is_not(None) if mended else done.is_(None))
        rows = await self._connection.execute(query.order_by(index_repairs.c.id.desc()).limit(limit))
        return [dict(row) for row in rows.mappings()]

    async def position(self, index: str, shard: int) -> Position:
        wanted = (seal_positions.c.index_name == index) & (seal_positions.c.shard == shard)
        query = select(seal_positions.c.position, seal_positions.c.begun_at).where(wanted)
        row = (await self._connection.execute(query)).first()
        return Position(row.position, row.begun_at) if row else Position(-1, None)

    async def put_position(self, index: str, shard: int, position: int, begun_anew: bool) -> None:
        row = {"index_name": index, "shard": shard, "position": position}
        changed = {"position": position, **({"begun_at": func.now()} if begun_anew else {})}
        putting = insert(seal_positions).values(row)
        keys = ["index_name", "shard"]
        await self._connection.execute(putting.on_conflict_do_update(index_elements=keys, set_=changed))
        await self._connection.execute(seal_positions.delete().where(seal_positions.c.index_name != index))

    async def put_look(self, index: str, figures: Mapping[str, Any]) -> None:
        """Remember the last look at the live index; those of others are forgotten."""
        row = {"index_name": index, "figures": dict(figures)}
        changed = {"figures": row["figures"], "looked_at": func.now()}
        putting = insert(looks).values(row)
        await self._connection.execute(putting.on_conflict_do_update(index_elements=["index_name"], set_=changed))
        await self._connection.execute(looks.delete().where(looks.c.index_name != index))

    async def last_look(self) -> dict[str, Any] | None:
        row = (await self._connection.execute(select(looks).order_by(looks.c.looked_at.desc()))).mappings().first()
        return dict(row) if row else None


def _row(difference: Difference) -> dict[str, Any]:
    recorded, indexed = difference.recorded, difference.indexed
    return {
        "document": difference.id,
        "kind": difference.kind,
        "recorded_version": recorded.version if recorded else None,
        "indexed_version": indexed.version if indexed else None,
    }
