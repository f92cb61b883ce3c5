"""Supervision: what is late, stale or done, for staff in full and for the public in counts."""

from datetime import date, datetime
from typing import Any

from portal.clients.transport import Page, Service, Shape, shaped


class LedgerEntry(Shape):
    id: str
    title: str
    state: str = "open"
    responsible: list[str] = []
    raw_term: str = ""
    due_on: date | None = None
    met_on: date | None = None
    days_late: int | None = None
    evidence: list[str] = []


class ColumnWatch(Shape):
    """A column's last update against how long it may stay silent."""

    code: str
    name: str = ""
    department: str = ""
    last_published_at: datetime | None = None
    silent_days: int | None = None
    max_silence_days: int | None = None
    state: str = "fresh"


class Summary(Shape):
    """Counts by group, such as {"documents": {"published": 120}}; groups are shown as they come."""

    as_of: datetime | None = None
    documents: dict[str, int] = {}
    obligations: dict[str, int] = {}
    columns: dict[str, int] = {}
    requests: dict[str, int] = {}


class Supervision(Service):
    async def summary(self) -> Summary:
        return shaped(Summary, self.name, (await self.get("/api/supervision/summary")).body)

    async def obligations(
        self, token: str, state: str = "", cursor: str | None = None
    ) -> Page[LedgerEntry]:
        answer = await self.get("/api/supervision/obligations", {"state": state, "cursor": cursor}, token)
        return shaped(Page[LedgerEntry], self.name, answer.body)

    async def columns(self, token: str | None = None) -> list[ColumnWatch]:
        answer = await self.get("/api/supervision/columns", token=token)
        return shaped(Page[ColumnWatch], self.name, answer.body).items

    async def requests(self, token: str) -> dict[str, Any]:
        body = (await self.get("/api/supervision/requests", token=token)).body
        return body if isinstance(body, dict) else {}
