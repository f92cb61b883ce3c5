"""Review: the public version beside the submitted one, and a decision; withdrawal with its consequences."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from portal.clients.publishing import Document, Draft
from portal.clients.services import Services
from portal.console.checking import Choice, let_pass, stands
from portal.console.comparing import changed_facts, compare, facts, paragraphs
from portal.console.documents import possible
from portal.console.frame import WRITERS, done, page, require, version_in
from portal.reach import if_there, names_of, services_of
from portal.refusals import Gone, NotPermitted, Refused
from portal.sessions import Staff, signed_in
from shared.roles import Role

router = APIRouter()

AFTER = {"approve": "approved", "return": "returned"}


async def _public(services: Services, document_id: str) -> Document | None:
    try:
        return await if_there(services.publishing.document(document_id), None)
    except Gone:
        return None


def why_not_approve(draft: Draft, staff: Staff) -> str:
    """Why this person may not sign this document, in one sentence; empty when they may."""
    if "approve" in draft.blocked:
        return draft.blocked["approve"]
    if draft.state != "in_review":
        return "这份文件现在不在审核中。"
    if draft.author and draft.author == staff.principal.subject:
        return "您是撰稿人，撰稿人不得签发自己的文件，请由其他签发人办理。"
    if stands(draft):
        return "自动检查有“不得公开”的内容。请退回修改，或在上面说明理由放行，之后才能签发。"
    if "approve" not in possible(draft, staff):
        return "签发需要签发人权限。您可以提出意见退回，或请签发人办理。"
    return ""


@router.get("/documents/{document_id}/review")
async def review(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, *WRITERS)
    return await _review(request, document_id, staff, services)


async def _review(
    request: Request,
    document_id: str,
    staff: Staff,
    services: Services,
    errors: dict[str, str] | None = None,
    note: str = "",
    choice: Choice | None = None,
) -> HTMLResponse:
    draft = await services.publishing.draft(document_id, staff.token)
    current = await _public(services, document_id)
    departments, columns = await names_of(services)
    before = paragraphs(current.body_html, current.body) if current else []
    return page(
        request,
        staff,
        "console/review.html",
        422 if errors else 200,
        draft=draft,
        current=current,
        department=departments.get(draft.department, draft.department),
        facts=changed_facts(facts(current, columns) if current else {}, facts(draft, columns)),
        rows=compare(before, paragraphs(draft.body_html, draft.body)),
        refusal=why_not_approve(draft, staff),
        may=possible(draft, staff),
        errors=errors or {},
        note=note,
        choice=choice or Choice(),
    )


@router.post("/documents/{document_id}/review")
async def decide(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """Approve what was shown (its version is in the form), return it with a reason, or let findings pass."""
    form = await request.form()
    if form.get("action") == "override":
        choice = await let_pass(document_id, form, staff, services)
        if choice.errors:
            return await _review(request, document_id, staff, services, dict(choice.errors), choice=choice)
        return done(f"/console/documents/{document_id}/review", "overridden")
    action, note = str(form.get("action", "")), str(form.get("note", "")).strip()
    if action not in AFTER:
        raise NotPermitted({"title": "没有这个操作"})
    if action == "return" and not note:
        return await _review(request, document_id, staff, services, {"note": "退回须写明理由"})
    try:
        await services.publishing.act(document_id, action, note, staff.token, version_in(form) or 0)
    except Refused as refusal:
        errors = refusal.fields or {"": refusal.sentence}
        return await _review(request, document_id, staff, services, errors, note)
    return done(f"/console/documents/{document_id}", AFTER[action])


@router.get("/documents/{document_id}/withdraw")
async def withdrawal(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, Role.APPROVER, Role.CHIEF)
    return await _withdrawal(request, document_id, staff, services, {}, "")


async def _withdrawal(
    request: Request,
    document_id: str,
    staff: Staff,
    services: Services,
    errors: dict[str, str],
    reason: str,
) -> HTMLResponse:
    draft = await services.publishing.draft(document_id, staff.token)
    current = await _public(services, document_id)
    return page(
        request,
        staff,
        "console/withdraw.html",
        422 if errors else 200,
        draft=draft,
        current=current,
        errors=errors,
        reason=reason,
        address=f"{request.app.state.public_url}/items/{document_id}",
    )


@router.post("/documents/{document_id}/withdraw")
async def withdraw(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    form = await request.form()
    reason = str(form.get("reason", "")).strip()
    errors = {} if reason else {"reason": "请写明撤回理由，它会公布在原网址上"}
    if not errors:
        try:
            await services.publishing.act(document_id, "withdraw", reason, staff.token, version_in(form) or 0)
            return done(f"/console/documents/{document_id}", "withdrawn")
        except Refused as refusal:
            errors = {"": refusal.sentence}
    return await _withdrawal(request, document_id, staff, services, errors, reason)
