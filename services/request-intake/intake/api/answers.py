"""What goes out over HTTP."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from intake.domain.outcomes import OUTCOMES
from intake.domain.request import DisclosureRequest
from intake.domain.states import Channel, Part, Status
from intake.domain.transitions import possible
from intake.handlers.handling import CaseFile
from intake.handlers.progress import Progress
from shared.calendar import CountedDay
from shared.web import encode_cursor


class Receipt(BaseModel):
    """What the applicant takes home; the query code is shown here and never again."""

    number: str
    code: str
    due_on: date | None
    due_provisional: bool


class Day(BaseModel):
    date: date
    counted: bool
    reason: str


class Happening(BaseModel):
    at: datetime
    on: date
    what: str


class ReplyAnswer(BaseModel):
    outcome: str
    label: str
    basis: str
    text: str
    served_on: date
    remedies: str


class ProgressAnswer(BaseModel):
    number: str
    status: str
    status_label: str
    version: int
    received_on: date
    due_on: date | None
    due_provisional: bool
    basis: list[str]
    explanation: list[Day]
    history: list[Happening]
    correction_notice: str | None = None
    correction_until: date | None = None
    reply: ReplyAnswer | None = None


class PossibleAct(BaseModel):
    action: str
    label: str
    by: list[str]


class StateAnswer(BaseModel):
    """A request for staff, without anything about its applicant."""

    number: str
    department: str
    channel: str
    channel_label: str
    status: str
    status_label: str
    version: int
    received_on: date
    due_on: date | None
    due_provisional: bool
    outcome: str | None
    outcome_label: str | None
    decided_on: date | None


class ListedRequest(StateAnswer):
    overdue: bool
    due_soon: bool


class RequestPage(BaseModel):
    items: list[ListedRequest]
    next_cursor: str | None


class ActAnswer(StateAnswer):
    extended: bool
    correction_until: date | None
    served_on: date | None
    possible: list[PossibleAct]


class TwinAnswer(BaseModel):
    number: str
    status: str
    received_on: date
    same_wording: bool


class CaseHappening(Happening):
    actor: str
    before: str
    after: str


class CaseAnswer(ActAnswer):
    """The whole file; `texts` are the unsealed fields by name, `twins` the applicant's other requests."""

    basis: list[str]
    explanation: list[Day]
    history: list[CaseHappening]
    texts: dict[str, str]
    twins: list[TwinAnswer]


def _state(request: DisclosureRequest) -> dict[str, Any]:
    return request.state().model_dump() | {
        "version": request.version,
        "status_label": request.status.label,
        "channel_label": request.channel.label,
        "outcome_label": request.outcome.label if request.outcome else None,
    }


def act_answer(request: DisclosureRequest) -> ActAnswer:
    return ActAnswer(**_act(request))


def _act(request: DisclosureRequest) -> dict[str, Any]:
    rows = possible(request.status)
    return _state(request) | {
        "extended": request.extended,
        "correction_until": request.correction_until,
        "served_on": request.served_on,
        "possible": [
            PossibleAct(
                action=row.action.value,
                label=row.action.label,
                by=[part.value for part in Part if part in row.parts],
            )
            for row in rows
        ],
    }


def days(counted: tuple[CountedDay, ...]) -> list[Day]:
    return [Day(**asdict(day)) for day in counted]


def case_answer(case: CaseFile, basis: tuple[str, ...], explanation: tuple[CountedDay, ...]) -> CaseAnswer:
    lines = [CaseHappening(**_without_version(asdict(line))) for line in case.request.history]
    return CaseAnswer(
        **_act(case.request),
        basis=list(basis),
        explanation=days(explanation),
        history=lines,
        texts=case.texts,
        twins=[TwinAnswer(**asdict(twin)) for twin in case.twins],
    )


def _without_version(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "version"}


def progress_answer(progress: Progress) -> ProgressAnswer:
    request, reply = progress.request, progress.reply
    return ProgressAnswer(
        number=request.number,
        status=request.status.value,
        status_label=request.status.label,
        version=request.version,
        received_on=request.received_on,
        due_on=request.due_on,
        due_provisional=request.due_provisional,
        basis=list(progress.basis),
        explanation=days(progress.explanation),
        history=[Happening(at=line.at, on=line.on, what=line.what) for line in request.history],
        correction_notice=progress.correction_notice or None,
        correction_until=request.correction_until,
        reply=reply
        and ReplyAnswer(
            outcome=reply.outcome.code,
            label=reply.outcome.label,
            basis=f"《政府信息公开条例》{reply.outcome.basis}",
            text=reply.text,
            served_on=reply.served_on,
            remedies=reply.remedies,
        ),
    )


def request_page(rows: list[Mapping[str, Any]], limit: int) -> RequestPage:
    shown = rows[:limit]
    return RequestPage(
        items=[_listed(row) for row in shown],
        next_cursor=encode_cursor(str(shown[-1]["id"])) if len(rows) > limit else None,
    )


def _listed(row: Mapping[str, Any]) -> ListedRequest:
    return ListedRequest(
        **{name: value for name, value in row.items() if name != "id"},
        status_label=Status(row["status"]).label,
        channel_label=Channel(row["channel"]).label,
        outcome_label=OUTCOMES[row["outcome"]].label if row["outcome"] else None,
    )
