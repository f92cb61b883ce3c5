"""Letting findings of automatic checks pass, from the document's page or from its review."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from portal.clients.publishing import Draft
from portal.clients.services import Services
from portal.console.frame import WRITERS, version_in
from portal.refusals import Refused
from portal.sessions import Staff

FIELDS = {"findings": "finding", "note": "reason"}
"""What publishing calls the fields of the form."""


@dataclass(frozen=True)
class Choice:
    """What was ticked and written, kept where it is refused; `errors` by field."""

    findings: tuple[str, ...] = ()
    reason: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


async def let_pass(document_id: str, form: FormData, staff: Staff, services: Services) -> Choice:
    """Send what was chosen to publishing; there are errors where it was not taken."""
    chosen = tuple(str(value) for value in form.getlist("finding"))
    reason = str(form.get("reason", "")).strip()
    errors = {}
    if not chosen:
        errors["finding"] = "请勾选要放行的检查结果"
    if not reason:
        errors["reason"] = "请写明放行的理由，它会记入经过"
    if not errors:
        version = version_in(form) or 0
        try:
            await services.publishing.override(document_id, list(chosen), reason, staff.token, version)
        except Refused as refusal:
            errors = {FIELDS.get(name, ""): text for name, text in refusal.fields.items()} or {"": refusal.sentence}
    return Choice(chosen, reason, errors)


def stands(draft: Draft) -> bool:
    """Whether a finding blocks that nobody has let pass."""
    return any(each.severity == "block" and each.override is None for each in draft.findings or [])


def within_checks(actions: set[str], draft: Draft, staff: Staff) -> set[str]:
    """What remains possible while a finding stands; for a reviewer who did not write the draft, that it may pass."""
    if not stands(draft):
        return actions
    others = staff.may(*WRITERS[1:]) and draft.author != staff.principal.subject
    return (actions - {"submit", "approve"}) | ({"override"} if others else set())
