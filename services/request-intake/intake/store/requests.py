"""Loading, saving and listing requests."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, Select, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.domain.clock import ClockEvent, ClockKind
from intake.domain.office import Marks, Twin
from intake.domain.outcomes import OUTCOMES
from intake.domain.request import DisclosureRequest, HistoryEntry, RequestId
from intake.domain.states import OWED, Channel, Status
from intake.store.tables import clock_entries, history, requests

COLUMNS = requests.c
OWED_VALUES = sorted(status.value for status in OWED)


class StoredRequests:
    """The requests of one transaction; `save` adds to ledger and history and never changes them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, request: DisclosureRequest, marks: Marks) -> None:
        values = _values(request) | {
            "id": request.id,
            "number": request.number,
            "department": request.department,
            "channel": request.channel.value,
            "applicant_kind": marks.applicant_kind,
            "code_digest": marks.code,
            "applicant_digest": marks.applicant,
            "wording_digest": marks.wording,
        }
        await self._connection.execute(requests.insert(), values)
        await self._append(request)

    async def save(self, request: DisclosureRequest) -> None:
        change = update(requests).where(COLUMNS.id == request.id).values(_values(request))
        await self._connection.execute(change)
        await self._append(request)

    async def get(self, number: str) -> DisclosureRequest | None:
        found = await self._load(select(requests).where(COLUMNS.number == number))
        return found[0] if found else None

    async def owed(self) -> Sequence[DisclosureRequest]:
        open_ones = select(requests).where(COLUMNS.status.in_(OWED_VALUES)).order_by(COLUMNS.id)
        return await self._load(open_ones)  # ix_requests_status_due_on

    async def code_digest(self, number: str) -> bytes | None:
        query = select(COLUMNS.code_digest).where(COLUMNS.number == number)
        return await self._connection.scalar(query)

    async def twins(self, request_id: RequestId) -> Sequence[Twin]:
        this, other = requests.alias("this"), requests.alias("other")
        query = (
            select(
                other.c.number,
                other.c.status,
                other.c.received_on,
                (other.c.wording_digest == this.c.wording_digest).label("same_wording"),
            )
            .join(other, other.c.applicant_digest == this.c.applicant_digest)  # ix_requests_applicant_digest
            .where(this.c.id == request_id, other.c.id != this.c.id)
            .order_by(other.c.id.desc())
            .limit(50)
        )
        return [Twin(**row) for row in (await self._connection.execute(query)).mappings()]

    async def _append(self, request: DisclosureRequest) -> None:
        entries = [
            asdict(entry) | {"request_id": request.id, "position": position}
            for position, entry in enumerate(request.ledger)
        ]
        lines = [asdict(line) | {"request_id": request.id} for line in request.history]
        await self._connection.execute(insert(clock_entries).on_conflict_do_nothing(), entries)
        await self._connection.execute(insert(history).on_conflict_do_nothing(), lines)

    async def _load(self, query: Select[Any]) -> list[DisclosureRequest]:
        rows = (await self._connection.execute(query.with_for_update())).all()
        ids = [row.id for row in rows]
        ledgers: dict[UUID, list[ClockEvent]] = {key: [] for key in ids}
        lines: dict[UUID, list[HistoryEntry]] = {key: [] for key in ids}
        entries = select(clock_entries).where(clock_entries.c.request_id == func.any(bindparam("ids")))
        for row in await self._connection.execute(entries.order_by(clock_entries.c.position), {"ids": ids}):
            ledgers[row.request_id].append(ClockEvent(ClockKind(row.kind), row.on, row.days, row.reason))
        told = select(history).where(history.c.request_id == func.any(bindparam("ids")))
        for line in (await self._connection.execute(told.order_by(history.c.version), {"ids": ids})).mappings():
            values = dict(line)
            lines[values.pop("request_id")].append(HistoryEntry(**values))
        return [_request(row, ledgers[row.id], lines[row.id]) for row in rows]


def _values(request: DisclosureRequest) -> dict[str, Any]:
    return {
        "status": request.status.value,
        "version": request.version,
        "received_on": request.received_on,
        "due_on": request.due_on,
        "due_provisional": request.due_provisional,
        "handlers": sorted(request.handlers),
        "correction_until": request.correction_until,
        "outcome": request.outcome.code if request.outcome else None,
        "decided_on": request.decided_on,
        "served_on": request.served_on,
    }


def _request(row: Row[Any], ledger: list[ClockEvent], lines: list[HistoryEntry]) -> DisclosureRequest:
    return DisclosureRequest(
        id=RequestId(row.id),
        number=row.number,
        department=row.department,
        channel=Channel(row.channel),
        status=Status(row.status),
        version=row.version,
        ledger=tuple(ledger),
        due_on=row.due_on,
        due_provisional=row.due_provisional,
        handlers=frozenset(row.handlers),
        correction_until=row.correction_until,
        outcome=OUTCOMES[row.outcome] if row.outcome else None,
        decided_on=row.decided_on,
        served_on=row.served_on,
        history=tuple(lines),
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which requests a list shows; `departments` None means all. Overdue and due soon are derived from
    `today` and `soon` (the last day that still counts as soon), never stored.
    """

    departments: frozenset[str] | None
    today: date
    soon: date
    status: Status | None = None
    overdue: bool | None = None
    due_soon: bool | None = None
    before: UUID | None = None
    limit: int = 50


OWED_WITH_A_DAY = COLUMNS.status.in_(OWED_VALUES) & COLUMNS.due_on.is_not(None)
LISTED = (
    COLUMNS.id,
    COLUMNS.number,
    COLUMNS.department,
    COLUMNS.channel,
    COLUMNS.status,
    COLUMNS.version,
    COLUMNS.received_on,
    COLUMNS.due_on,
    COLUMNS.due_provisional,
    COLUMNS.outcome,
    COLUMNS.decided_on,
)


async def page(connection: AsyncConnection, selection: Selection) -> Sequence[RowMapping]:
    """Newest first, without anything about applicants; one row more than `limit` tells of a next page."""
    overdue = OWED_WITH_A_DAY & (COLUMNS.due_on < selection.today)
    due_soon = OWED_WITH_A_DAY & COLUMNS.due_on.between(selection.today, selection.soon)
    query = select(*LISTED, overdue.label("overdue"), due_soon.label("due_soon"))
    if selection.departments is not None:
        query = query.where(COLUMNS.department.in_(sorted(selection.departments)))  # ix_requests_department_id
    if selection.status is not None:
        query = query.where(COLUMNS.status == selection.status.value)  # ix_requests_status_due_on
    if selection.overdue is not None:
        query = query.where(overdue == selection.overdue)
    if selection.due_soon is not None:
        query = query.where(due_soon == selection.due_soon)
    if selection.before is not None:
        query = query.where(COLUMNS.id < selection.before)
    rows = await connection.execute(query.order_by(COLUMNS.id.desc()).limit(selection.limit + 1))
    return rows.mappings().all()
