"""What automatic checks found, as staff see it, and the means to let it pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from publishing.domain.checks.findings import RULE_LABELS, SEVERITY_LABELS, Finding, Rule, Severity
from publishing.domain.checks.overriding import Override

_AS_FOUND = ("id", "field", "where", "offset", "rule", "severity", "excerpt", "message", "suggestion", "count")


class OverrideView(BaseModel):
    """Who let a finding pass, and why."""

    by: str
    at: datetime
    reason: str


class FindingView(BaseModel):
    """One finding: where, what, how grave, what to do. `excerpt` shows the place with its numbers masked."""

    id: str
    field: str
    where: str
    offset: int
    rule: Rule
    label: str
    severity: Severity
    severity_label: str
    excerpt: str
    message: str
    suggestion: str
    count: int
    override: OverrideView | None


class OverrideForm(BaseModel):
    """Findings to let pass, by id, and the reason that the history keeps."""

    findings: Annotated[list[str], Field(max_length=1000)]
    note: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


def finding_views(findings: Sequence[Finding], overrides: Mapping[str, Override]) -> list[FindingView]:
    """Blocks first, in the order of the text."""
    ordered = sorted(findings, key=lambda each: each.severity is Severity.WARN)
    return [_view(each, overrides.get(each.id)) for each in ordered]


def _view(finding: Finding, override: Override | None) -> FindingView:
    return FindingView(
        **{name: getattr(finding, name) for name in _AS_FOUND},
        label=RULE_LABELS[finding.rule],
        severity_label=SEVERITY_LABELS[finding.severity],
        override=OverrideView(by=override.by, at=override.at, reason=override.reason) if override else None,
    )
