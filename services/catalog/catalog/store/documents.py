"""What the service knows of the others: documents with the items they name, and departments' names."""

from collections.abc import Iterable, Sequence

from sqlalchemy import String, delete, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from catalog.domain.evidence import Evidence, ListedDocument, day_in_china
from catalog.store.tables import departments, document_items, documents, lock_names
from shared.events import DepartmentState, DocumentState, DocumentStatus
from shared.newest import keep_newest, put_newest

STANDS = documents.c.status == DocumentStatus.PUBLISHED
ID_LIST = func.array_agg(aggregate_order_by(documents.c.id, documents.c.id)).label("documents")


class DocumentStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, keys: Iterable[str]) -> None:
        await lock_names(self._connection, sorted(set(keys)))

    async def record(self, state: DocumentState, sequence: int) -> frozenset[str] | None:
        values = {
            "id": state.id,
            "sequence": sequence,
            "status": state.status,
            "title": state.title,
            "department": state.department,
            "department_name": state.department_name,
            "column": state.column,
            "published_at": state.published_at,
        }
        first = await put_newest(self._connection, documents, values)
        if first is None:
            return None
        before = frozenset() if first else await self._forget_items(state.id)
        named = [{"document": state.id, "item": item} for item in sorted(set(state.catalogue_items))]
        if named:
            await self._connection.execute(insert(document_items), named)
        return before

    async def _forget_items(self, document: str) -> frozenset[str]:
        held = delete(document_items).where(document_items.c.document == document)
        return frozenset(await self._connection.scalars(held.returning(document_items.c.item)))

    async def evidence(self, item: str | None, named: Sequence[str]) -> list[Evidence]:
        naming = select(document_items.c.document).where(document_items.c.item == item)
        items = func.array_agg(document_items.c.item).filter(document_items.c.item.is_not(None))
        query = (
            select(documents, func.coalesce(items, array([], type_=String)).label("items"))
            .outerjoin(document_items)
            .where(or_(documents.c.id.in_(naming), documents.c.id.in_(named)))
            .group_by(documents.c.id)
        )
        return [
            Evidence(
                id=row.id,
                items=frozenset(row.items),
                published_on=day_in_china(row.published_at),
                withdrawn=row.status == DocumentStatus.WITHDRAWN,
            )
            for row in await self._connection.execute(query)
        ]

    async def of_item(self, item: str, limit: int) -> list[ListedDocument]:
        query = (
            select(documents)
            .join(document_items)
            .where(document_items.c.item == item, STANDS)  # ix_document_items_item
            .order_by(documents.c.published_at.desc(), documents.c.id)
            .limit(limit)
        )
        return [
            ListedDocument(row.id, row.title, row.department_name, row.published_at)
            for row in await self._connection.execute(query)
        ]

    async def by_item(self) -> dict[str, list[str]]:
        query = select(document_items.c.item, ID_LIST).join(documents).where(STANDS)
        rows = await self._connection.execute(query.group_by(document_items.c.item))
        return {row.item: row.documents for row in rows}

    async def by_column(self) -> dict[str, list[str]]:
        query = select(documents.c.column, ID_LIST).where(STANDS, documents.c.column.is_not(None))
        rows = await self._connection.execute(query.group_by(documents.c.column))
        return {row.column: row.documents for row in rows}


class DepartmentStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(self, state: DepartmentState, sequence: int) -> None:
        values = {"code": state.code, "name": state.name, "active": state.active, "sequence": sequence}
        await keep_newest(self._connection, departments, values)

    async def names(self) -> dict[str, str]:
        rows = await self._connection.execute(select(departments.c.code, departments.c.name))
        return {row.code: row.name for row in rows}
