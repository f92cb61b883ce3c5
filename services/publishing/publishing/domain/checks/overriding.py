"""Which findings a second person has let pass, read from the history of the document."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publishing.domain.checks.findings import Finding, Severity
from publishing.domain.rules import AuthorMayNotOverride
from publishing.domain.states import Action

WRITING = (Action.CREATE, Action.EDIT, Action.RECEIVE, Action.REVISE)
OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Override:
    """Who let a finding pass, when and why."""

    by: str
    at: datetime
    reason: str


def require_second_person(by: str, authors: Collection[str]) -> None:
    """Raise AuthorMayNotOverride for whoever wrote in the content."""
    if by in authors:
        raise AuthorMayNotOverride()


def record_of(findings: Sequence[Finding], content_hash: str) -> dict[str, Any]:
    """What the history keeps of an override: masked, and bound to the content it was decided on."""
    kept = [
        {"id": each.id, "rule": each.rule, "field": each.field, "offset": each.offset, "excerpt": each.excerpt}
        for each in findings
    ]
    return {"content_hash": content_hash, "findings": kept}


def overrides_in(history: Iterable[Mapping[Any, Any]], content_hash: str) -> dict[str, Override]:
    """The overrides of this content by finding, from lines of the history, oldest first.

    An edit ends all of them, also one that restores the content: whoever made it is now an author.
    """
    found: dict[str, Override] = {}
    for line in history:
        if line["action"] in WRITING:
            found.clear()
        record = line["after"].get(OVERRIDDEN)
        if record and record["content_hash"] == content_hash:
            override = Override(line["actor_name"] or line["actor"], line["at"], line["note"])
            found |= dict.fromkeys((each["id"] for each in record["findings"]), override)
    return found


def blocks(findings: Iterable[Finding], overrides: Mapping[str, Override] | None = None) -> list[Finding]:
    """The findings that keep the content from the public and that nobody has let pass."""
    return [each for each in findings if each.severity is Severity.BLOCK and each.id not in (overrides or {})]
