"""What a department's system asks of us: take this document, or take it back."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar
from uuid import UUID

from publishing.domain.checks.findings import Finding
from publishing.domain.checks.overriding import blocks
from publishing.domain.content import Attachment, Content, StoredFile
from publishing.domain.department import Sender
from publishing.domain.document import Act, Document
from publishing.domain.rules import SubmissionRejected
from publishing.domain.submission import FindingNote, Outcome, OutcomeStatus, Submission, SubmittedFile, Withdrawal
from publishing.handlers.checking import LARGE, checked_content, count, findings_of
from publishing.handlers.publication import Events, Files, announce, public_event, published_state
from publishing.rendering import plain_text, render
from shared.events import Event, new_id

PUBLISHED_NEXT = "已发布，公众可以查看和检索"
REVIEW_NEXT = "已进入审核，签发后发布"
HELD_NEXT = (
    "自动检查发现不得公开的内容，已转入审核，尚未公开；请按 findings 更正后以更大的序号重新报送，或等待审核人员处理"
)
WITHDRAWN_NEXT = "已撤回，公众页面保留标题和撤回理由"
NEVER_PUBLIC_NEXT = "已撤回，该文件未曾公开"
UNKNOWN_WITHDRAWN_NEXT = "没有找到该文件；已记下撤回，序号更小的报送不再生效"
DUPLICATE_NEXT = "此序号或更新的序号已处理，无需重发"
TRUSTED_NOTE = "受信任的部门系统直接发布"
HELD_NOTE = "自动检查发现不得公开的内容，转入审核"

Made = TypeVar("Made")


class Submissions(Protocol):
    """The ledger of the highest sequence per external id."""

    async def claim(
        self, department: str, external_id: str, sequence: int, document_id: UUID | None
    ) -> tuple[bool, UUID | None]: ...

    async def standing(self, department: str, external_id: str) -> tuple[UUID | None, int | None]: ...


class Documents(Protocol):
    async def add(self, *new: Document) -> None: ...

    async def get(self, document_id: UUID) -> Document: ...

    async def save(self, changed: Document) -> None: ...


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking a submission needs, all within one transaction."""

    submissions: Submissions
    documents: Documents
    files: Files
    events: Events


async def take_submission(submission: Submission, sender: Sender, at: datetime, intake: Intake) -> Outcome:
    """Make the submission the document's newest edition: public at once for a trusted sender, else in review.

    What checks find is told in the outcome; a finding that blocks sends a trusted sender's document to review too.

    Raises:
        SubmissionRejected: a field breaks a rule; the caller rolls back.
    """
    fresh_id = new_id()
    external_id, sequence = submission.external_id, submission.sequence
    ours, document_id = await intake.submissions.claim(sender.department, external_id, sequence, fresh_id)
    if not ours or document_id is None:
        return await _duplicate(submission, sender, intake)
    files = await intake.files.find([file.hash for file in submission.attachments])
    content = await _beside(submission, partial(_content, submission, files))
    findings = await checked_content(content, files)
    if document_id == fresh_id:
        document = Document.expected(fresh_id, sender.department, external_id)
    else:
        document = await intake.documents.get(document_id)
    act = _act(sender, at, findings)
    event_type = _take_edition(document, content, sender, act, findings)
    await (intake.documents.add if document_id == fresh_id else intake.documents.save)(document)
    if event_type:
        await announce(document, event_type, act, sender.department_name, intake.files, intake.events)
    count(findings)
    return _accepted(submission, document, _next(event_type, sender), findings=findings)


@dataclass(frozen=True, slots=True)
class FirstEdition:
    """What a submission comes to if its external id is new, as nearly all are in an import."""

    key: tuple[str, str, int, UUID]
    document: Document
    event: Event | None
    outcome: Outcome
    findings: list[Finding]


def first_edition(submission: Submission, sender: Sender, at: datetime, in_reply_to: str) -> FirstEdition:
    """Prepare a submission without attachments as a new document, to be written together with others.

    Raises:
        SubmissionRejected: a field breaks a rule.
    """
    content = _content(submission, {})
    document = Document.expected(new_id(), sender.department, submission.external_id)
    body = plain_text(content.body_html)
    findings = findings_of(content, {}, body)
    act = _act(sender, at, findings)
    event, event_type = None, _take_edition(document, content, sender, act, findings)
    if event_type:
        state = published_state(document, content, sender.department_name, {}, body)
        event = public_event(document, event_type, act, state)
    outcome = _accepted(submission, document, _next(event_type, sender), in_reply_to, findings)
    key = (sender.department, submission.external_id, submission.sequence, document.id)
    return FirstEdition(key, document, event, outcome, findings)


async def prepared_first_edition(
    submission: Submission, sender: Sender, at: datetime, in_reply_to: str
) -> FirstEdition:
    """The same, beside other work where there is much to read."""
    return await _beside(submission, partial(first_edition, submission, sender, at, in_reply_to))


async def _beside(submission: Submission, made: Callable[[], Made]) -> Made:
    """What is made of a body; of two million characters in a thread, for they take the whole service's time else."""
    return made() if len(submission.body) < LARGE else await asyncio.to_thread(made)


def _act(sender: Sender, at: datetime, findings: Sequence[Finding]) -> Act:
    note = "" if not sender.trusted else HELD_NOTE if blocks(findings) else TRUSTED_NOTE
    return Act(sender.name, at, note)


def _next(event_type: str | None, sender: Sender) -> str:
    return PUBLISHED_NEXT if event_type else HELD_NEXT if sender.trusted else REVIEW_NEXT


def _take_edition(
    document: Document, content: Content, sender: Sender, act: Act, findings: Sequence[Finding]
) -> str | None:
    if sender.trusted and not blocks(findings):
        return document.publish_received(content, act)
    document.receive(content, act)
    return None


async def take_withdrawal(withdrawal: Withdrawal, sender: Sender, at: datetime, intake: Intake) -> Outcome:
    """Withdraw the document; of one we never had the sequence stays, so that a late submission is late."""
    ours, document_id = await intake.submissions.claim(
        sender.department, withdrawal.external_id, withdrawal.sequence, None
    )
    if not ours:
        return await _duplicate(withdrawal, sender, intake)
    if document_id is None:
        return _accepted(withdrawal, None, UNKNOWN_WITHDRAWN_NEXT)
    document = await intake.documents.get(document_id)
    if document.withdrawn_at is not None and not document.is_in_preparation:
        return _accepted(withdrawal, document, WITHDRAWN_NEXT)
    act = Act(sender.name, at, withdrawal.reason)
    event_type = document.withdraw(act)
    await intake.documents.save(document)
    if event_type:
        await announce(document, event_type, act, sender.department_name, intake.files, intake.events)
    return _accepted(withdrawal, document, WITHDRAWN_NEXT if event_type else NEVER_PUBLIC_NEXT)


async def _duplicate(asked: Submission | Withdrawal, sender: Sender, intake: Intake) -> Outcome:
    document_id, version = await intake.submissions.standing(sender.department, asked.external_id)
    return Outcome(
        external_id=asked.external_id,
        sequence=asked.sequence,
        status=OutcomeStatus.DUPLICATE,
        document_id=document_id,
        version=version,
        next_step=DUPLICATE_NEXT,
    )


def _accepted(
    asked: Submission | Withdrawal,
    document: Document | None,
    next_step: str,
    in_reply_to: str = "",
    findings: Sequence[Finding] = (),
) -> Outcome:
    return Outcome(
        external_id=asked.external_id,
        sequence=asked.sequence,
        in_reply_to=in_reply_to,
        status=OutcomeStatus.ACCEPTED,
        document_id=document.id if document else None,
        version=document.version if document else None,
        next_step=next_step,
        findings=tuple(_note(finding) for finding in findings),
    )


def _note(finding: Finding) -> FindingNote:
    return FindingNote(**{name: getattr(finding, name) for name in FindingNote.model_fields})


def _content(submission: Submission, found: Mapping[str, StoredFile]) -> Content:
    content = Content(
        kind=submission.kind,
        title=submission.title,
        body_html=render(submission.body),
        column=submission.column,
        document_number=submission.document_number,
        index_number=submission.index_number,
        issued_on=submission.issued_on,
        validity=submission.validity,
        keywords=submission.keywords,
        catalogue_items=submission.catalogue_items,
        attachments=_attachments(submission.attachments, found),
        source=submission.source,
    )
    missing = tuple(content.missing())
    if missing:
        raise SubmissionRejected(*missing)
    return content


def _attachments(submitted: Sequence[SubmittedFile], found: Mapping[str, StoredFile]) -> tuple[Attachment, ...]:
    errors = [
        (f"attachments.{place}", "没有找到这个附件，请先上传")
        for place, file in enumerate(submitted)
        if file.hash not in found
    ]
    if errors:
        raise SubmissionRejected(*errors)
    return tuple(found[file.hash].attached_as(file.name) for file in submitted)
