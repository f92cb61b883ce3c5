"""What the public and other services read: lists, documents as published, history, snapshot."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, false, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from publishing.domain.document import Document
from publishing.domain.states import State
from publishing.store.documents import EDITION_COLUMNS, WORKING, document_of
from publishing.store.tables import (
    IS_PUBLIC,
    IS_SCHEDULED,
    catalogue_item,
    department,
    document,
    edition,
    history,
)
from shared.problems import NotFound
from shared.roles import EVERY_DEPARTMENT

WAITING = text("state NOT IN ('published', 'withdrawn')")
_NAME = func.coalesce(department.c.name, document.c.department).label("department_name")
_PUBLISHED = (
    select(document, _NAME, *EDITION_COLUMNS)
    .join(edition, and_(edition.c.document_id == document.c.id, edition.c.number == document.c.public_edition))
    .outerjoin(department, department.c.code == document.c.department)
)
_LISTED = select(document, _NAME).outerjoin(department, department.c.code == document.c.department)


@dataclass(frozen=True, slots=True)
class Published:
    """A document with its public edition and the department's present name; withdrawn ones too."""

    document: Document
    department_name: str


class Reading:
    """Queries that change nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def published(self, document_id: UUID) -> Published | None:
        """A document the public has seen at some time, with its public edition."""
        rows = await self._connection.execute(_PUBLISHED.where(document.c.id == document_id))
        row = rows.mappings().first()
        return _published(row) if row else None

    async def working(self, document_id: UUID) -> Document:
        """A document with its working edition, for staff. Raises NotFound."""
        rows = await self._connection.execute(WORKING.where(document.c.id == document_id))
        row = rows.mappings().first()
        if row is None:
            raise NotFound("没有找到这份文件")
        return document_of(row)

    async def snapshot(self, after: UUID | None, limit: int) -> list[Published]:
        """Published and withdrawn documents with ids over `after`, in order of id (primary key)."""
        query = _PUBLISHED.order_by(document.c.id).limit(limit)
        if after is not None:
            query = query.where(document.c.id > after)
        return [_published(row) for row in (await self._connection.execute(query)).mappings()]

    async def snapshot_of(self, documents: Sequence[UUID]) -> list[Published]:
        """The same for these ids, in any order; ids the public never saw are left out."""
        query = _PUBLISHED.where(document.c.id.in_(documents))
        return [_published(row) for row in (await self._connection.execute(query)).mappings()]

    async def digest(self, after: UUID | None, limit: int) -> list[RowMapping]:
        """Id, version, hash and withdrawal of the same documents, without their content."""
        columns = document.c
        query = select(columns.id, columns.version, columns.content_hash, columns.withdrawn_at)
        query = query.where(columns.public_edition.is_not(None)).order_by(columns.id).limit(limit)
        if after is not None:
            query = query.where(columns.id > after)
        return list((await self._connection.execute(query)).mappings())

    async def list_public(
        self,
        filters: dict[str, str],
        limit: int,
        before: tuple[datetime, UUID] | None,
    ) -> list[RowMapping]:
        """Published documents, newest first; `filters` by column name (ix_document_public_*)."""
        query = _LISTED.where(IS_PUBLIC, *(document.c[name] == value for name, value in filters.items()))
        if before is not None:
            query = query.where(tuple_(document.c.published_at, document.c.id) < before)
        query = query.order_by(document.c.published_at.desc(), document.c.id.desc()).limit(limit)
        return list((await self._connection.execute(query)).mappings())

    async def waiting(self, desk: Mapping[State, Collection[str]], limit: int, after: UUID | None) -> list[Document]:
        """Documents on a desk, by state and its departments or `*`, the oldest first (ix_document_waiting)."""
        lying = [_lies(state, departments) for state, departments in desk.items()]
        return await self._oldest(_waiting().where(or_(false(), *lying)), limit, after)

    async def unfinished(
        self, author: str, departments: Sequence[str] | None, limit: int, after: UUID | None
    ) -> list[Document]:
        """What this author wrote that is on its way, the oldest first (ix_document_waiting), within departments."""
        query = _waiting().where(edition.c.authors.contains([author]))
        if departments is not None:
            query = query.where(document.c.department.in_(departments))
        return await self._oldest(query, limit, after)

    async def _oldest(self, query: Select[Any], limit: int, after: UUID | None) -> list[Document]:
        if after is not None:
            query = query.where(document.c.id > after)
        rows = await self._connection.execute(query.order_by(document.c.id).limit(limit))
        return [document_of(row) for row in rows.mappings()]

    async def scheduled(
        self, departments: Sequence[str] | None, limit: int, after: tuple[datetime, UUID] | None
    ) -> list[Document]:
        """Documents that wait for their time, the next first (ix_document_scheduled), of these departments or all."""
        query = _waiting().where(IS_SCHEDULED)
        if departments is not None:
            query = query.where(document.c.department.in_(departments))
        if after is not None:
            query = query.where(tuple_(document.c.publish_at, document.c.id) > after)
        rows = await self._connection.execute(query.order_by(document.c.publish_at, document.c.id).limit(limit))
        return [document_of(row) for row in rows.mappings()]

    async def history(self, document_id: UUID) -> list[RowMapping]:
        """Every line of a document's history, oldest first."""
        query = select(history).where(history.c.document_id == document_id).order_by(history.c.position)
        return list((await self._connection.execute(query)).mappings())

    async def catalogue_item_names(self, items: Sequence[str]) -> dict[str, str]:
        """Names of catalogue items by id; an item nobody announced is left out."""
        query = select(catalogue_item.c.code, catalogue_item.c.name).where(catalogue_item.c.code.in_(items))
        return {row.code: row.name for row in await self._connection.execute(query)}


def _waiting() -> Select[Any]:
    """Working editions without their bodies."""
    body = next(column for column in EDITION_COLUMNS if column.name == "e_body_html")
    joined = and_(edition.c.document_id == document.c.id, edition.c.number == document.c.edition)
    columns = [literal("").label(body.name) if column is body else column for column in EDITION_COLUMNS]
    return select(document, *columns).join(edition, joined).where(WAITING)


def _lies(state: State, departments: Collection[str]) -> ColumnElement[bool]:
    in_state = document.c.state == state
    return in_state if EVERY_DEPARTMENT in departments else in_state & document.c.department.in_(departments)


def _published(row: RowMapping) -> Published:
    return Published(document_of(row), row["department_name"])
