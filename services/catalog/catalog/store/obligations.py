"""Obligations in PostgreSQL."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from catalog.domain.deadline_rule import DisclosureDeadlineRule
from catalog.domain.obligations import Obligation
from catalog.store.tables import obligations, save_version

LISTS = ("responsible", "lead", "supporting", "named_documents", "fulfilled_by")


class ObligationStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, obligation: str) -> Obligation | None:
        query = select(obligations).where(obligations.c.id == obligation)
        row = (await self._connection.execute(query)).mappings().first()
        return _obligation(row) if row else None

    async def get_for_change(self, obligation: str) -> Obligation | None:
        query = select(obligations).where(obligations.c.id == obligation).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        return _obligation(row) if row else None

    async def all(self) -> list[Obligation]:
        query = select(obligations).order_by(obligations.c.id)
        return [_obligation(row) for row in (await self._connection.execute(query)).mappings()]

    async def open_titles(self, items: Collection[str]) -> dict[str, list[str]]:
        query = (
            select(obligations.c.catalogue_item, func.array_agg(obligations.c.title))
            .where(obligations.c.catalogue_item.in_(items))  # ix_obligations_catalogue_item
            .where(obligations.c.active, ~obligations.c.derived, obligations.c.fulfilled_by == [])
            .group_by(obligations.c.catalogue_item)
        )
        return {item: sorted(titles) for item, titles in await self._connection.execute(query)}

    async def touched(self, items: Collection[str], documents: Collection[str]) -> list[Obligation]:
        about = or_(
            obligations.c.catalogue_item.in_(items),  # ix_obligations_catalogue_item
            obligations.c.named_documents.overlap(list(documents)),  # ix_obligations_named_documents
        )
        query = (
            select(obligations)
            .where(obligations.c.active, about)
            .where(or_(~obligations.c.derived, obligations.c.counts_from.is_not(None)))
            .order_by(obligations.c.id)
            .with_for_update()
        )
        return [_obligation(row) for row in (await self._connection.execute(query)).mappings()]

    async def save(self, obligation: Obligation) -> None:
        values = {each.name: getattr(obligation, each.name) for each in fields(obligation)}
        values |= {name: list(values[name]) for name in LISTS}
        values["rule"] = obligation.rule.model_dump(mode="json") if obligation.rule else None
        await save_version(self._connection, obligations, values)


def _obligation(row: Any) -> Obligation:
    values = {**row, **{name: tuple(row[name]) for name in LISTS}}
    values["rule"] = DisclosureDeadlineRule.model_validate(row["rule"]) if row["rule"] else None
    return Obligation(**values)
