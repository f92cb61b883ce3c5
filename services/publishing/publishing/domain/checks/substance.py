"""Whether there is anything to read, for people and for the checks themselves."""

from collections.abc import Iterator

from publishing.domain.checks.checking import masked_text
from publishing.domain.checks.findings import Finding, Rule, Severity

THIN, ENOUGH = 20, 400


def thin_content(body: str, has_attachments: bool) -> Iterator[Finding]:
    """A body of a few characters with nothing attached is a test or a mistake."""
    length = len("".join(body[:ENOUGH].split()))
    if length < THIN and not has_attachments:
        message = f"正文只有 {length} 个字，也没有附件"
        advice = "请确认正文是否完整；公众应能从公开的内容知道事情的经过和结果"
        yield Finding("body", "正文", 0, Rule.THIN_CONTENT, Severity.WARN, masked_text(body.strip()), message, advice)


def unread_attachment(field: str, where: str, text: str, extraction: str) -> Iterator[Finding]:
    """A file whose text nobody could read was not checked, and says so."""
    if extraction != "ok" or not text.strip():
        message = "未能读出附件中的文字，自动检查没有看到其内容"
        advice = "请人工核对附件；扫描件请换成可以检索的电子版"
        yield Finding(field, where, 0, Rule.UNREAD_ATTACHMENT, Severity.WARN, where, message, advice)
