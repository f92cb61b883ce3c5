"""Documents, submissions and people for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from publishing.domain.content import Content
from publishing.domain.department import Sender
from publishing.domain.document import Act, Document
from publishing.domain.submission import Submission, Withdrawal
from shared.events import new_id
from shared.kinds import DocumentKind

MORNING = datetime(2026, 3, 5, 1, tzinfo=UTC)
TRUSTED = Sender("audit", "审计局", "dept_audit", trusted=True)
UNTRUSTED = Sender("finance", "财政局", "dept_finance", trusted=False)


def at(minutes: int) -> datetime:
    return MORNING + timedelta(minutes=minutes)


def act(by: str, minutes: int = 0, note: str = "") -> Act:
    return Act(by, at(minutes), note, by.title())


def content(title: str = "关于样例的通知", **fields: Any) -> Content:
    return Content(**{"kind": DocumentKind.NOTICE, "title": title, "body_html": "<p>正文</p>", **fields})


def draft(by: str = "wang", **fields: Any) -> Document:
    return Document.draft(new_id(), "audit", content(**fields), act(by))


def approved(author: str = "wang", approver: str = "li") -> Document:
    document = draft(author)
    document.submit(act(author, 1))
    document.approve(act(approver, 2))
    return document


def scheduled(publish_at: datetime | None = None) -> Document:
    """Approved, and to be published at a moment, by default an hour from the beginning."""
    document = approved()
    document.schedule(publish_at or at(60), act("li", 3))
    return document


def published() -> Document:
    document = approved()
    document.publish(act("li", 3))
    return document


def submission(sequence: int = 1, external_id: str = "2026-017", **fields: Any) -> Submission:
    given = {"kind": "notice", "title": f"第{sequence}稿", "body": f"正文{sequence}", **fields}
    return Submission.model_validate({"external_id": external_id, "sequence": sequence, **given})


def withdrawal(sequence: int, external_id: str = "2026-017") -> Withdrawal:
    return Withdrawal(external_id=external_id, sequence=sequence, reason="内容有误")
