"""A request, its people and its days, for tests."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from intake.domain.applicant import Filing
from intake.domain.outcomes import outcome_of
from intake.domain.request import (
    CHINA,
    Actor,
    Arrival,
    DisclosureRequest,
    RequestId,
    Step,
    file_request,
)
from intake.domain.states import Action, Channel, Part
from intake.domain.transitions import take
from shared.calendar import WorkCalendar
from shared.events import Event

CALENDAR = WorkCalendar.from_package()
MONDAY = date(2026, 3, 2)
REGISTRAR = Actor("reg", frozenset({Part.REGISTRAR}))
HANDLER = Actor("han", frozenset({Part.HANDLER}))
APPROVER = Actor("app", frozenset({Part.APPROVER}))
APPLICANT = Actor("applicant", frozenset({Part.APPLICANT}))
EVERY_PART = Actor("all", frozenset(Part))

PERSON: dict[str, Any] = {
    "kind": "natural_person",
    "name": "张三丰标记",
    "id_kind": "resident_id",
    "id_number": "11010519491231002X",
    "contact": {"phone": "13812345678", "email": "marker@example.cn", "address": "幸福路标记1号"},
}
ORGANISATION: dict[str, Any] = {
    "kind": "organisation",
    "name": "某某有限公司",
    "organisation_kind": "enterprise",
    "credit_code": "91350100M000100Y43",
    "contact_person": "李四",
    "contact": {"phone": "059512345678"},
}
FILING: dict[str, Any] = {
    "department": "audit",
    "applicant": PERSON,
    "description": "申请公开2025年度标记水库工程审计报告全文",
    "form": "electronic",
    "delivery": "email",
}
MARKERS = ("张三丰标记", "11010519491231002X", "13812345678", "marker@example.cn", "幸福路标记", "标记水库")


def filing(**changes: Any) -> Filing:
    return Filing.model_validate({**FILING, **changes})


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)


def submitted(on: date = MONDAY, number: str = "2026-审计-00001") -> DisclosureRequest:
    arrival = Arrival(Channel.WEB, on, confirmed=False)
    return file_request(RequestId(UUID(int=7)), number, "audit", arrival, noon(on), CALENDAR)[0]


def step(action: Action, actor: Actor, on: date, **details: Any) -> Step:
    code = details.pop("outcome", None)
    outcome = outcome_of(code) if code else None
    return Step(action, actor, noon(on), on, outcome=outcome, **details)


def did(request: DisclosureRequest, *steps: Step) -> DisclosureRequest:
    """The request after all the steps."""
    for one in steps:
        request, _ = take(request, one, CALENDAR)
    return request


def processing(on: date = MONDAY) -> DisclosureRequest:
    """Registered and accepted on the day it was submitted."""
    register = step(Action.REGISTER, REGISTRAR, on)
    return did(submitted(on), register, step(Action.ACCEPT, HANDLER, on))


def in_approval(on: date = MONDAY) -> DisclosureRequest:
    draft = step(Action.DRAFT, HANDLER, on, text="答复全文", outcome="R3.1")
    return did(processing(on), draft, step(Action.REPLY, HANDLER, on))


def taken(request: DisclosureRequest, one: Step) -> tuple[DisclosureRequest, Event]:
    return take(request, one, CALENDAR)


def after(days: int) -> date:
    return MONDAY + timedelta(days=days)
