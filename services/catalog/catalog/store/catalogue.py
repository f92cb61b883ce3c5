"""Columns, editions and live items in PostgreSQL."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from catalog.domain.columns import Column, ColumnKind, SilenceSource
from catalog.domain.editions import CatalogueItem, Edition, EditionStatus, LiveItem
from catalog.store import tables
from catalog.store.tables import lock_names, save_version


class ColumnStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        await lock_names(self._connection, ["columns"])

    async def get(self, code: str) -> Column | None:
        query = select(tables.columns).where(tables.columns.c.code == code)
        row = (await self._connection.execute(query)).mappings().first()
        return _column(row) if row else None

    async def all(self) -> list[Column]:
        query = select(tables.columns).order_by(tables.columns.c.code)
        return [_column(row) for row in (await self._connection.execute(query)).mappings()]

    async def save(self, column: Column) -> None:
        await save_version(self._connection, tables.columns, asdict(column))


def _column(row: Any) -> Column:
    values = {**row, "kind": ColumnKind(row["kind"])}
    if row["silence_source"] is not None:
        values["silence_source"] = SilenceSource(row["silence_source"])
    return Column(**values)


class EditionStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        await lock_names(self._connection, ["editions"])

    async def next_number(self) -> int:
        highest = await self._connection.scalar(select(func.max(tables.editions.c.number)))
        return (highest or 0) + 1

    async def get(self, number: int) -> Edition | None:
        query = select(tables.editions).where(tables.editions.c.number == number)
        row = (await self._connection.execute(query)).mappings().first()
        return _edition(row) if row else None

    async def current(self, department: str | None = None) -> Edition | None:
        query = select(tables.editions).where(tables.editions.c.status == EditionStatus.PUBLISHED)
        if department is not None:
            query = query.where(tables.editions.c.department == department)  # uq_editions_current
        newest = query.order_by(tables.editions.c.number.desc()).limit(1)
        row = (await self._connection.execute(newest)).mappings().first()
        return _edition(row) if row else None

    async def all(self) -> list[Edition]:
        query = select(tables.editions).order_by(tables.editions.c.number.desc())
        return [_edition(row) for row in (await self._connection.execute(query)).mappings()]

    async def save(self, edition: Edition) -> None:
        values = {
            "number": edition.number,
            "department": edition.department,
            "title": edition.title,
            "status": edition.status,
            "published_on": edition.published_on,
            "items": [item.model_dump(mode="json") for item in edition.items],
            "retirements": dict(edition.retirements),
            "version": edition.version,
        }
        await save_version(self._connection, tables.editions, values)


def _edition(row: Any) -> Edition:
    rows = tuple(CatalogueItem.model_validate(item) for item in row["items"])
    return Edition(**{**row, "items": rows, "status": EditionStatus(row["status"])})


class ItemStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, item: str) -> LiveItem | None:
        query = select(tables.items).where(tables.items.c.id == item)
        row = (await self._connection.execute(query)).mappings().first()
        return _live(row) if row else None

    async def known(self, department: str, ids: Collection[str]) -> dict[str, LiveItem]:
        wanted = or_(tables.items.c.department == department, tables.items.c.id.in_(ids))
        rows = (await self._connection.execute(select(tables.items).where(wanted))).mappings()
        return {row["id"]: _live(row) for row in rows}

    async def live(self) -> list[LiveItem]:
        query = select(tables.items).where(~tables.items.c.retired).order_by(tables.items.c.id)
        return [_live(row) for row in (await self._connection.execute(query)).mappings()]

    async def save(self, items: Iterable[LiveItem]) -> None:
        for live in items:
            values = {
                "id": live.item.id,
                "department": live.department,
                "edition": live.edition,
                "retired": live.retired,
                "content": live.item.model_dump(mode="json"),
                "version": live.version,
            }
            await save_version(self._connection, tables.items, values)


def _live(row: Any) -> LiveItem:
    return LiveItem(
        item=CatalogueItem.model_validate(row["content"]),
        department=row["department"],
        edition=row["edition"],
        retired=row["retired"],
        version=row["version"],
    )
