"""Reading what a ledger is derived from; the cost grows with duties and columns, not with documents."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    Row,
    Select,
    TableValuedAlias,
    Text,
    and_,
    bindparam,
    false,
    func,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.calendar import WorkCalendar
from shared.events import CalendarState, ColumnState, DepartmentState, ObligationState, Payload, RequestState
from supervision.domain import SHANGHAI, DutyState, Facts, PublishedDocument, SettledCounts
from supervision.store.tables import calendars, columns, departments, document_items, documents, obligations, requests

StateT = TypeVar("StateT", bound=Payload)
UNTIL: Any = bindparam("until")
READABLE = and_(documents.c.withdrawn.is_(false()), documents.c.published_at < UNTIL)


def _newest_in_columns() -> Select[Any]:
    """The newest readable document of each column in `codes` (ix_documents_newest_in_column)."""
    code = _given("codes")
    newest = (
        select(documents.c.id)
        .where(documents.c.site_column == code.c.value, READABLE)
        .order_by(documents.c.published_at.desc(), documents.c.id.desc())
        .limit(1)
        .lateral()
    )
    return select(newest.c.id).select_from(code).join(newest, true())


def _end_of_items(newest: bool) -> Select[Any]:
    """The first or the newest readable document of each catalogue item in `items` (ix_document_items_age)."""
    item, found = _given("items"), document_items.c
    age = [found.published_at, found.document]
    end = (
        select(found.document.label("id"))
        .where(found.item == item.c.value, found.published_at < UNTIL)
        .order_by(*(column.desc() if newest else column for column in age))
        .limit(1)
        .lateral()
    )
    return select(end.c.id).select_from(item).join(end, true())


def _given(name: str) -> TableValuedAlias:
    """The texts of an array parameter as rows of one column, `value`."""
    return func.unnest(bindparam(name, type_=ARRAY(Text))).table_valued("value").render_derived(name)


def _deciding() -> Select[Any]:
    """Readable documents that can decide: those `named`, newest per column, first and newest per item."""
    ids = union(
        _newest_in_columns(),
        _end_of_items(newest=True),
        _end_of_items(newest=False),
        select(_given("named").c.value),
    ).subquery()
    # Limited, so that each is read by its key: joined freely, hundreds of ids make PostgreSQL read every document.
    document = select(documents).where(documents.c.id == ids.c.id, READABLE).limit(1).lateral()
    return select(document).select_from(ids).join(document, true())


DECIDING = _deciding()


class LedgerFacts:
    """Reads what a ledger is derived from. Its cost grows with duties and columns, not with documents."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def facts(self, today: date) -> Facts:
        """The facts of every obligation, column and owed request; documents only where they can decide."""
        duties = await self._load(select(obligations.c.state), ObligationState)
        site_columns = await self._load(select(columns.c.state), ColumnState)
        return Facts(
            duties,
            site_columns,
            await self._load(select(requests.c.state).where(requests.c.settled.is_(None)), RequestState),
            await self._load(select(departments.c.state), DepartmentState),
            await self._deciding(duties, site_columns, today),
        )

    async def calendar(self, held: WorkCalendar) -> WorkCalendar:
        query = select(calendars).where(calendars.c.sequence > held.version)  # only one calendar is ever announced
        row = (await self._connection.execute(query)).first()
        return held if row is None else WorkCalendar.announced(row.sequence, CalendarState.model_validate(row.state))

    async def _load(self, query: Select[Any], model: type[StateT]) -> tuple[StateT, ...]:
        rows = await self._connection.execute(query)
        return tuple(model.model_validate(row.state) for row in rows)

    async def _deciding(
        self, duties: Collection[ObligationState], site_columns: Collection[ColumnState], today: date
    ) -> tuple[PublishedDocument, ...]:
        """Documents published up to today: newest per column, first and newest per item, and those named."""
        found = await self._connection.execute(
            DECIDING,
            {
                "codes": sorted({*(c.code for c in site_columns), *(d.column for d in duties if d.column)}),
                "items": sorted({d.catalogue_item for d in duties if d.catalogue_item}),
                "named": sorted({key for d in duties for key in d.fulfilled_by}),
                "until": datetime.combine(today + timedelta(days=1), time(), SHANGHAI),
            },
        )
        return tuple(_published(row) for row in found)

    async def settled_counts(self) -> SettledCounts:
        query = (
            select(requests.c.department, requests.c.settled, func.count().label("number"))
            .where(requests.c.settled.is_not(None))  # ix_requests_settled
            .group_by(requests.c.department, requests.c.settled)
        )
        rows = await self._connection.execute(query)
        return {(row.department, DutyState(row.settled)): row.number for row in rows}

    async def settled_requests(
        self,
        state: DutyState,
        departments_seen: Collection[str] | None,
        after: tuple[date, str] | None,
        limit: int,
    ) -> list[RequestState]:
        """Requests that ended so, by due date and number, after a position; of all departments when None."""
        query = select(requests.c.state).where(requests.c.settled == state)  # ix_requests_settled
        if departments_seen is not None:
            query = query.where(requests.c.department.in_(departments_seen))
        if after is not None:
            query = query.where(tuple_(requests.c.due_key, requests.c.number) > after)
        query = query.order_by(requests.c.due_key, requests.c.number).limit(limit)
        return list(await self._load(query, RequestState))


def _published(row: Row[Any]) -> PublishedDocument:
    return PublishedDocument(row.id, row.department, row.site_column, tuple(row.catalogue_items), row.published_at)
