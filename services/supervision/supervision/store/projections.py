"""Keeping the newest known state of what others announce.

Every write is guarded by the event's sequence: an older or equal one changes nothing, and a withdrawn
document stays as a versioned tombstone.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import DocumentState, DocumentStatus, Payload, RequestState
from shared.newest import keep_newest, put_newest
from supervision.domain import settled
from supervision.store.tables import NO_DUE_DATE, document_items, documents, requests

StateT = TypeVar("StateT", bound=Payload)


class States(Generic[StateT]):
    """The newest state of each subject of one kind, kept as it was announced."""

    def __init__(self, connection: AsyncConnection, table: Table) -> None:
        self._connection = connection
        self._table = table

    async def keep(self, subject: str, sequence: int, state: StateT) -> bool:
        row = {"id": subject, "sequence": sequence, "state": state.model_dump(mode="json")}
        return await keep_newest(self._connection, self._table, row)


class Requests:
    """The newest state of each request, with what can never change any more beside it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, subject: str, sequence: int, state: RequestState) -> bool:
        row = {
            "number": subject,
            "sequence": sequence,
            "department": state.department,
            "due_key": state.due_on or NO_DUE_DATE,
            "settled": settled(state),
            "state": state.model_dump(mode="json"),
        }
        return await keep_newest(self._connection, requests, row)


class Documents:
    """The newest state of each document, and which catalogue items the readable ones fulfil."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, subject: str, sequence: int, state: DocumentState) -> bool:
        withdrawn = state.status is DocumentStatus.WITHDRAWN
        items = sorted(set(state.catalogue_items))
        row = {
            "id": subject,
            "sequence": sequence,
            "department": state.department,
            "site_column": state.column,
            "published_at": state.published_at,
            "catalogue_items": items,
            "withdrawn": withdrawn,
        }
        first = await put_newest(self._connection, documents, row)
        if first is None:
            return False
        if not first:
            await self._connection.execute(delete(document_items).where(document_items.c.document == subject))
        await self._index(subject, state.published_at, () if withdrawn else items)
        return True

    async def _index(self, document: str, published_at: datetime, items: Collection[str]) -> None:
        if items:
            rows = [{"item": item, "document": document, "published_at": published_at} for item in items]
            await self._connection.execute(document_items.insert(), rows)
