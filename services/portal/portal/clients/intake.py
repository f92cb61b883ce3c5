"""Request intake: filing a disclosure request, its progress, and the desk that handles it."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from portal.clients.transport import Page, Service, Shape, segment, shaped


class Receipt(Shape):
    number: str
    code: str
    due_on: date | None = None
    due_provisional: bool = False


class Day(Shape):
    """One day of a deadline: counted, or skipped for a reason."""

    date: date
    counted: bool
    reason: str = ""


class Step(Shape):
    """One line of a request's history; `on` is the day it counts for, `at` when it was recorded."""

    at: datetime
    on: date | None = None
    what: str
    actor: str = ""


class Reply(Shape):
    outcome: str = ""
    label: str = ""
    basis: str = ""
    text: str = ""
    served_on: date | None = None
    remedies: str = ""


class Progress(Shape):
    number: str
    status: str
    status_label: str = ""
    received_on: date | None = None
    due_on: date | None = None
    due_provisional: bool = False
    basis: list[str] = Field(default_factory=list)
    explanation: list[Day] = Field(default_factory=list)
    history: list[Step] = Field(default_factory=list)
    correction_notice: str | None = None
    correction_until: date | None = None
    reply: Reply | None = None


class RequestRow(Shape):
    """A request as the desk lists it: nothing about the applicant."""

    number: str
    status: str
    status_label: str = ""
    department: str = ""
    channel: str = ""
    channel_label: str = ""
    received_on: date | None = None
    due_on: date | None = None
    due_provisional: bool = False
    overdue: bool = False
    due_soon: bool = False
    outcome_label: str | None = None
    version: int = 0


class PossibleAct(Shape):
    """What may happen next, and whose part it is (registrar, handler, approver, applicant)."""

    action: str
    label: str
    by: list[str] = Field(default_factory=list)


class Twin(Shape):
    """Another request of the same applicant."""

    number: str
    status: str = ""
    received_on: date | None = None
    same_wording: bool = False


class Case(RequestRow):
    """The case file. Reading it is recorded with the purpose given; `texts` are the unsealed fields."""

    texts: dict[str, str] = Field(default_factory=dict)
    basis: list[str] = Field(default_factory=list)
    explanation: list[Day] = Field(default_factory=list)
    history: list[Step] = Field(default_factory=list)
    twins: list[Twin] = Field(default_factory=list)
    possible: list[PossibleAct] = Field(default_factory=list)
    extended: bool = False


class Deadline(Shape):
    due_on: date
    provisional: bool = False
    days: list[Day] = Field(default_factory=list)


class Intake(Service):
    async def file(self, fields: dict[str, Any], key: str) -> Receipt:
        answer = await self.post("/api/requests", fields, headers={"Idempotency-Key": key})
        return shaped(Receipt, self.name, answer.body)

    async def progress(self, number: str, code: str) -> Progress:
        answer = await self.get(f"/api/requests/{segment(number)}", {"code": code})
        return shaped(Progress, self.name, answer.body)

    async def requests(
        self,
        token: str,
        state: str = "",
        overdue: bool = False,
        due_soon: bool = False,
        cursor: str | None = None,
    ) -> Page[RequestRow]:
        flags = {"overdue": "true" if overdue else None, "due_soon": "true" if due_soon else None}
        params = {"state": state, "limit": 50, "cursor": cursor, **flags}
        return shaped(Page[RequestRow], self.name, (await self.get("/api/requests", params, token)).body)

    async def case(self, number: str, purpose: str, token: str) -> Case:
        answer = await self.get(f"/api/requests/{segment(number)}/case", {"purpose": purpose}, token)
        return shaped(Case, self.name, answer.body)

    async def act(self, number: str, action: str, fields: dict[str, Any], token: str, version: int) -> None:
        """One event of the request's state table: register, accept, draft, reply, approve, serve ..."""
        await self.change("POST", f"/api/requests/{segment(number)}/{segment(action)}", fields, token, version)

    async def deadline(self, received: date, term: int) -> Deadline:
        answer = await self.get("/api/deadline", {"received": received.isoformat(), "term": term})
        return shaped(Deadline, self.name, answer.body)
