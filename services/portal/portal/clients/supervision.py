"""Supervision: what is late, stale or done, for staff in full and for the public in counts."""

from datetime import date, datetime
from typing import Generic, TypeVar

from pydantic import Field

from portal.clients.transport import Page, Service, Shape, segment, shaped

Item = TypeVar("Item")


class Duty(Shape):
    """An obligation, or a request a reply is owed to, and what its state rests on."""

    id: str
    title: str
    departments: list[str] = Field(default_factory=list)
    responsible: list[str] = Field(default_factory=list)
    raw_term: str = ""
    due_on: date | None = None
    state: str = "open"
    state_label: str = ""
    evidence: list[str] = Field(default_factory=list)
    met_on: date | None = None
    days_late: int | None = None
    provisional: bool = False
    defects: list[str] = Field(default_factory=list)


class ColumnWatch(Shape):
    """A column's last update against how long it may stay silent."""

    code: str
    name: str = ""
    department: str = ""
    department_name: str = ""
    state: str = "fresh"
    state_label: str = ""
    max_silence_days: int | None = None
    last_published_at: datetime | None = None
    silent_days: int | None = None
    renew_by: date | None = None


class Counted(Page[Item], Generic[Item]):
    """One page; `counts` covers every page and every state."""

    counts: dict[str, int] = Field(default_factory=dict)
    as_of: date | None = None


class Figures(Shape):
    obligations: dict[str, int] = Field(default_factory=dict)
    columns: dict[str, int] = Field(default_factory=dict)
    requests: dict[str, int] = Field(default_factory=dict)


class DepartmentFigures(Figures):
    code: str
    name: str = ""


class Summary(Figures):
    """The public edition: counts by state."""

    as_of: date | None = None
    obligations_with_defects: int = 0
    departments: list[DepartmentFigures] = Field(default_factory=list)


class Supervision(Service):
    async def summary(self) -> Summary:
        return shaped(Summary, self.name, (await self.get("/api/supervision/summary")).body)

    async def obligations(self, token: str, state: str = "", cursor: str | None = None) -> Counted[Duty]:
        return await self._duties("obligations", token, state, cursor)

    async def requests(self, token: str, state: str = "", cursor: str | None = None) -> Counted[Duty]:
        return await self._duties("requests", token, state, cursor)

    async def _duties(self, kind: str, token: str, state: str, cursor: str | None) -> Counted[Duty]:
        answer = await self.get(f"/api/supervision/{segment(kind)}", {"state": state, "cursor": cursor}, token)
        return shaped(Counted[Duty], self.name, answer.body)

    async def columns(self, token: str, state: str = "", cursor: str | None = None) -> Counted[ColumnWatch]:
        answer = await self.get("/api/supervision/columns", {"state": state, "cursor": cursor}, token)
        return shaped(Counted[ColumnWatch], self.name, answer.body)
