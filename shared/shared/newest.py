"""Keeping the newest known state of what others announce, whatever the order of deliveries."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert


async def keep_newest(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert or replace the row of its primary key unless the same or a newer `sequence` is held; whether taken."""
    return await put_newest(connection, table, row) is not None


async def put_newest(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool | None:
    """As `keep_newest`: None when not taken, else whether it is the first of its key, which has no past to clear."""
    taken: bool | None = await connection.scalar(_upsert(table, tuple(row)), row)
    return taken


@lru_cache
def _upsert(table: Table, names: tuple[str, ...]) -> ReturningInsert[Any]:
    """Built once for a table and its columns: building the statement costs more than running it."""
    offered = insert(table)
    statement = offered.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: offered.excluded[name] for name in names},
        where=table.c.sequence < offered.excluded.sequence,
    )
    return statement.returning(literal_column("xmax = 0"))  # a row that replaced none has no xmax
