"""Automatic checks of a document: every text of it that the public would see."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import Counter

from publishing.domain.checks.checking import check, masked_text
from publishing.domain.checks.findings import Finding, Piece
from publishing.domain.checks.overriding import Override, blocks
from publishing.domain.checks.substance import thin_content, unread_attachment
from publishing.domain.content import Content, StoredFile
from publishing.domain.document import Document
from publishing.domain.rules import FindingStands
from publishing.handlers.publication import Files
from publishing.rendering import plain_text

CHECK_FINDINGS = Counter(
    "sunlight_check_findings", "What checks found in content as it was written", ["rule", "severity"]
)
LARGE = 100_000
_LINKS = re.compile(r'<a [^>]*?(?:href|title)="[^>]*>')


class Overrides(Protocol):
    """Where it is kept what second persons have let pass."""

    async def overrides(self, document: Document) -> Mapping[str, Override]: ...


def findings_of(content: Content, files: Mapping[str, StoredFile], body: str | None = None) -> list[Finding]:
    """What checks find in this content, always made anew; `files` by hash, `body` is its plain text if at hand.

    Numbers of documents and of the index (文号, 索引号) are not looked at: they are numbers by nature.
    """
    text = plain_text(content.body_html) if body is None else body
    found = check(_pieces(content, text, files))
    found += thin_content(text, bool(content.attachments))
    for field, where, file in _files(content, files):
        found += unread_attachment(field, where, file.text, file.extraction)
    return found


def _pieces(content: Content, body: str, files: Mapping[str, StoredFile]) -> Iterator[Piece]:
    yield Piece("title", "标题", content.title)
    yield Piece("body", "正文", body)
    if "<a " in content.body_html:
        yield Piece("body.links", "正文的链接", "\n".join(_LINKS.findall(content.body_html)))
    yield Piece("keywords", "关键词", "\n".join(content.keywords))
    yield Piece("source", "来源", content.source or "")
    for place, file in enumerate(content.attachments):
        yield Piece(f"attachments.{place}.name", "附件名称", file.name)
    for field, where, stored in _files(content, files):
        yield Piece(f"{field}.text", where, stored.text)


def _files(content: Content, files: Mapping[str, StoredFile]) -> Iterator[tuple[str, str, StoredFile]]:
    for place, file in enumerate(content.attachments):
        if file.sha256 in files:
            yield f"attachments.{place}", f"附件“{masked_text(file.name)}”", files[file.sha256]


async def checked_content(content: Content, files: Mapping[str, StoredFile]) -> list[Finding]:
    """The same, beside other work where there is much to read: a list of 20,000 people takes a second."""
    if len(content.body_html) + sum(len(file.text) for file in files.values()) < LARGE:
        return findings_of(content, files)
    return await asyncio.to_thread(findings_of, content, files)


async def checked(document: Document, files: Files) -> list[Finding]:
    """The findings of the working edition, attachments' texts included."""
    content = document.edition.content
    return await checked_content(content, await files.find([file.sha256 for file in content.attachments]))


async def require_release(document: Document, files: Files, overrides: Overrides) -> None:
    """Raise FindingStands while a finding blocks that nobody has let pass."""
    standing = blocks(await checked(document, files))
    if standing:
        standing = blocks(standing, await overrides.overrides(document))
    if standing:
        first = standing[0]
        errors = [
            {"field": each.field, "message": f"{each.where}：{each.message}（{each.excerpt}）"} for each in standing
        ]
        raise FindingStands(
            where=first.where,
            excerpt=first.excerpt,
            message=first.message,
            suggestion=first.suggestion,
            field=first.field,
            errors=errors,
        )


def count(findings: Sequence[Finding]) -> None:
    """Count what was found in content that is being written."""
    for finding in findings:
        CHECK_FINDINGS.labels(finding.rule, finding.severity).inc(finding.count)
