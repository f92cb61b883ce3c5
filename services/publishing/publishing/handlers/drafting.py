"""What staff do with documents: write, send to review, sign, publish, withdraw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from publishing.domain.checks.findings import Finding
from publishing.domain.checks.overriding import Override, blocks
from publishing.domain.content import Attachment, Content, StoredFile
from publishing.domain.department import Department
from publishing.domain.document import Act, Document
from publishing.domain.draft import DraftFile, DraftForm
from publishing.domain.states import ACTION_LABELS, TRANSITIONS, Action, State
from publishing.handlers.checking import checked, count, require_release
from publishing.handlers.publication import Events, Files, announce
from publishing.rendering import render, sanitise
from shared.auth import Principal
from shared.events import new_id
from shared.problems import Invalid, StaleVersion
from shared.roles import Role

# Who may do what, for documents of a department they hold the role for. The domain adds that nobody signs
# what they wrote.
ROLES: dict[Action, tuple[Role, ...]] = {
    Action.CREATE: (Role.AUTHOR,),
    Action.EDIT: (Role.AUTHOR,),
    Action.SUBMIT: (Role.AUTHOR,),
    Action.REVISE: (Role.AUTHOR,),
    Action.OVERRIDE: (Role.REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER),
    Action.RETURN: (Role.REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER),
    Action.APPROVE: (Role.APPROVER,),
    Action.PUBLISH: (Role.AUTHOR, Role.APPROVER, Role.CHIEF),
    Action.SCHEDULE: (Role.AUTHOR, Role.APPROVER, Role.CHIEF),
    Action.CALL_OFF: (Role.AUTHOR, Role.APPROVER, Role.CHIEF),
    Action.WITHDRAW: (Role.APPROVER, Role.CHIEF),
}
READERS = (Role.AUTHOR, Role.REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER, Role.CHIEF, Role.SUPERVISOR)
STEPS = (
    *(Action.SUBMIT, Action.RETURN, Action.APPROVE, Action.PUBLISH),
    *(Action.SCHEDULE, Action.CALL_OFF, Action.WITHDRAW, Action.REVISE),
)


class Documents(Protocol):
    async def add(self, *new: Document) -> None: ...

    async def get(self, document_id: UUID) -> Document: ...

    async def save(self, changed: Document) -> None: ...

    async def overrides(self, document: Document) -> Mapping[str, Override]: ...


class Directory(Protocol):
    async def department(self, code: str) -> Department | None: ...

    async def has_column(self, code: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What staff work with, all within one transaction."""

    documents: Documents
    files: Files
    events: Events
    directory: Directory


async def create_draft(form: DraftForm, who: Principal, at: datetime, desk: Desk) -> Document:
    """A new document in its author's hands."""
    who.require(*ROLES[Action.CREATE], department=form.department)
    if await desk.directory.department(form.department) is None:
        raise Invalid("没有这个部门", field="department")
    content = await _content(form, desk)
    document = Document.draft(new_id(), form.department, content, Act(who.subject, at, name=who.name))
    await desk.documents.add(document)
    count(await checked(document, desk.files))
    return document


async def change_draft(
    document_id: UUID, form: DraftForm, revision: int, who: Principal, at: datetime, desk: Desk
) -> Document:
    """Change the working edition; its department stays what it was."""
    document = await as_seen(document_id, revision, who, ROLES[Action.EDIT], desk)
    document.edit(await _content(form, desk), Act(who.subject, at, name=who.name))
    await desk.documents.save(document)
    count(await checked(document, desk.files))
    return document


async def take_step(
    document_id: UUID, action: Action, note: str, revision: int, who: Principal, at: datetime, desk: Desk
) -> Document:
    """Take the document one step on its way; a public change goes out as an event."""
    document = await as_seen(document_id, revision, who, ROLES[action], desk)
    act = Act(who.subject, at, note.strip(), who.name)
    if action in RELEASING and (document.state, action) in TRANSITIONS:
        await require_release(document, desk.files, desk.documents)
    event_type = _STEPS[action](document, act)
    await desk.documents.save(document)
    if event_type:
        department = await desk.directory.department(document.department)
        name = department.name if department else document.department
        await announce(document, event_type, act, name, desk.files, desk.events)
    return document


# The steps a finding that blocks keeps a document from, and what to do about it.
RELEASING = {
    Action.SUBMIT: "请修改；确需公开的，请本部门其他审核人在本页说明理由放行，之后才能提交审核",
    Action.APPROVE: "请退回修改，或逐项说明理由放行，之后才能签发",
}


async def override_findings(
    document_id: UUID, wanted: Sequence[str], reason: str, revision: int, who: Principal, at: datetime, desk: Desk
) -> Document:
    """Let blocking findings pass, by their ids; the reason stands in the history."""
    document = await as_seen(document_id, revision, who, ROLES[Action.OVERRIDE], desk)
    found = {finding.id: finding for finding in blocks(await checked(document, desk.files))}
    if not wanted or not found.keys() >= set(wanted):
        raise Invalid("请选择要放行的检查结果；内容变动后须重新选择", field="findings")
    document.override([found[each] for each in wanted], Act(who.subject, at, reason.strip(), who.name))
    await desk.documents.save(document)
    return document


def possible(
    document: Document, who: Principal, standing: Sequence[Finding] = ()
) -> tuple[list[Action], dict[str, str]]:
    """The steps this person may take now, and those that a rule keeps from them, with the reason.

    `standing` are the findings that block and that nobody has let pass.
    """
    allowed = [
        action
        for action in (Action.EDIT, Action.OVERRIDE, *STEPS)
        if (document.state, action) in TRANSITIONS and any(who.may(role, document.department) for role in ROLES[action])
    ]
    blocked = {}
    if not standing or who.subject in document.edition.authors:
        allowed = [action for action in allowed if action is not Action.OVERRIDE]
    for action in RELEASING if standing else ():
        if action in allowed:
            allowed.remove(action)
            blocked[action.value] = f"自动检查有 {len(standing)} 项“不得公开”，{RELEASING[action]}"
    if Action.APPROVE in allowed and who.subject in document.edition.authors:
        allowed.remove(Action.APPROVE)
        blocked[Action.APPROVE.value] = f"撰稿人不得{ACTION_LABELS[Action.APPROVE]}自己的文件，请由其他签发人办理"
    return allowed, blocked


def waits_for(state: State) -> Sequence[Role]:
    """Whose desk a document in this state lies on; one that is scheduled waits for its time and for nobody."""
    return {
        State.IN_REVIEW: (Role.REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER),
        State.APPROVED: ROLES[Action.PUBLISH],
        State.SCHEDULED: (),
    }.get(state, (Role.AUTHOR,))


def desk_of(who: Principal) -> dict[State, frozenset[str]]:
    """The states whose documents lie on this person's desk, each with the departments (or `*`) they do so for."""
    found = {
        state: frozenset().union(*(who.departments(role) for role in waits_for(state)))
        for state in dict.fromkeys(state for state, _ in TRANSITIONS)
        if state not in (State.PUBLISHED, State.WITHDRAWN)
    }
    return {state: departments for state, departments in found.items() if departments}


async def as_seen(document_id: UUID, revision: int, who: Principal, roles: Sequence[Role], desk: Desk) -> Document:
    """The document as this person saw it. Raises NotAllowed, or StaleVersion if it has changed since."""
    document = await desk.documents.get(document_id)
    who.require(*roles, department=document.department)
    if document.revision != revision:
        raise StaleVersion
    return document


_STEPS: dict[Action, Callable[[Document, Act], str | None]] = {
    Action.SUBMIT: Document.submit,
    Action.RETURN: Document.send_back,
    Action.APPROVE: Document.approve,
    Action.PUBLISH: Document.publish,
    Action.CALL_OFF: Document.call_off,
    Action.WITHDRAW: Document.withdraw,
    Action.REVISE: Document.revise,
}


async def _content(form: DraftForm, desk: Desk) -> Content:
    if form.column is not None and not await desk.directory.has_column(form.column):
        raise Invalid("没有这个栏目", field="column")
    found = await desk.files.find([file.sha256 for file in form.attachments])
    return Content(
        kind=form.kind,
        title=form.title,
        body_html=render(form.body) if form.body_html is None else sanitise(form.body_html),
        column=form.column,
        document_number=form.document_number,
        index_number=form.index_number,
        issued_on=form.issued_on,
        validity=form.validity,
        keywords=form.keywords,
        catalogue_items=form.catalogue_items,
        attachments=tuple(_attached(place, file, found) for place, file in enumerate(form.attachments)),
        source=form.source,
    )


def _attached(place: int, file: DraftFile, found: Mapping[str, StoredFile]) -> Attachment:
    if file.sha256 not in found:
        raise Invalid("没有找到这个附件，请先上传", field=f"attachments.{place}")
    return found[file.sha256].attached_as(file.name)
