"""Keeping the newest known state of what others announce, whatever the order of deliveries."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert


async def keep_newest(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert or replace the row of its primary key unless the same or a newer `sequence` is held; whether taken."""
    taken = await connection.execute(_upsert(table, tuple(row)), row)
    return taken.first() is not None


@lru_cache
def _upsert(table: Table, names: tuple[str, ...]) -> ReturningInsert[Any]:
    """Built once for a table and its columns: building the statement costs more than running it."""
    offered = insert(table)
    keys = list(table.primary_key.columns)
    statement = offered.on_conflict_do_update(
        index_elements=keys,
        set_={name: offered.excluded[name] for name in names},
        where=table.c.sequence < offered.excluded.sequence,
    )
    return statement.returning(*keys)
