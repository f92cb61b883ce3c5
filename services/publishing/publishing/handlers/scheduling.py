"""定时发布: staff plan a publication, and the schedule keeps the plan."""

from datetime import datetime
from uuid import UUID

from publishing.domain.department import Department
from publishing.domain.document import Act, Document
from publishing.domain.schedule import FIELD, Schedule, hindrance
from publishing.domain.states import Action
from publishing.handlers.drafting import ROLES, Desk, as_seen
from publishing.handlers.publication import announce
from shared.auth import Principal
from shared.problems import Invalid, Problem
from shared.rules import DomainError


async def schedule_publication(
    document_id: UUID,
    publish_at: datetime | None,
    note: str,
    revision: int,
    who: Principal,
    at: datetime,
    desk: Desk,
) -> Document:
    """Plan the publication of an approved document, or move it to another time."""
    document = await as_seen(document_id, revision, who, ROLES[Action.SCHEDULE], desk)
    if publish_at is None:
        raise Invalid("请填写发布时间", field=FIELD)
    if publish_at.tzinfo is None:
        raise Invalid("发布时间须写明时区，如 2026-03-05T09:00:00+08:00", field=FIELD)
    document.schedule(publish_at, Act(who.subject, at, note.strip(), who.name))
    await desk.documents.save(document)
    return document


async def keep_schedule(document_id: UUID, at: datetime, desk: Desk) -> Document:
    """Make a document public whose time has come, exactly as a person would.

    Everything is looked at again; what no longer allows it takes the document back to approved, with the reason
    in its history.
    """
    document = await desk.documents.get(document_id)
    plan = document.scheduled
    if plan is None:
        raise ValueError(f"{document_id} is not scheduled")
    department = await desk.directory.department(document.department)
    reason = await _hindrance(document, department, desk)
    if department is not None and not reason:
        try:
            await _publish(document, plan, department.name, at, desk)
        except (DomainError, Problem) as refusal:
            reason, document = str(refusal), await desk.documents.get(document_id)
    if reason:
        document.halt(Act(plan.actor, at, reason, plan.actor_name))
    await desk.documents.save(document)
    return document


async def _hindrance(document: Document, department: Department | None, desk: Desk) -> str:
    column = document.edition.content.column
    in_use = column is None or await desk.directory.has_column(column)
    return hindrance(department, column, in_use)


async def _publish(document: Document, plan: Schedule, department_name: str, at: datetime, desk: Desk) -> None:
    act = Act(plan.actor, at, plan.promise, plan.actor_name)
    event_type = document.publish(act)
    await announce(document, event_type, act, department_name, desk.files, desk.events)
