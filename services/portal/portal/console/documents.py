"""Documents in the making: what waits for me, the editor, and each step with its own words."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from portal.clients.publishing import Attachment, Draft
from portal.clients.services import Services
from portal.console import authoring
from portal.console.checking import Choice, let_pass, within_checks
from portal.console.frame import WRITERS, done, page, require, version_in
from portal.dates import as_field, tomorrow_morning
from portal.reach import if_there, names_of, services_of
from portal.refusals import NotPermitted, Refused
from portal.sanitising import body
from portal.sessions import Staff, signed_in
from shared.events import new_id, now
from shared.roles import EVERY_DEPARTMENT, Role

router = APIRouter()

EDITABLE = ("draft", "returned", "in_review", "approved", "scheduled")
SIGNED = ("approved", "scheduled")
AFTER = {"submit": "submitted", "publish": "published", "revise": "revised", "call_off": "called_off"}


@router.get("/documents")
async def queue(
    request: Request,
    mine: str = "",
    scheduled: str = "",
    cursor: str = "",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """What waits for me, what I wrote, or what waits for its time."""
    require(staff, *WRITERS, Role.CHIEF)
    publishing, token, after = services.publishing, staff.token, cursor or None
    found = await (
        publishing.scheduled(token, cursor=after) if scheduled else publishing.queue(token, bool(mine), after)
    )
    departments, _ = await names_of(services)
    return page(
        request,
        staff,
        "console/documents.html",
        waiting=found.items,
        number=None if cursor or found.next_cursor else len(found.items),
        params={"mine": mine, "scheduled": scheduled, "cursor": cursor},
        next_cursor=found.next_cursor,
        mine=mine,
        scheduled=scheduled,
        departments=departments,
        may_write=staff.may(Role.AUTHOR),
    )


@router.get("/documents/new")
async def new(request: Request, staff: Staff = Depends(signed_in)) -> HTMLResponse:
    require(staff, Role.AUTHOR)
    draft = Draft(id="", version=0, kind="notice")
    return await _editor(request, staff, authoring.editable(draft), None, key=str(new_id()))


@router.get("/documents/{document_id}/edit")
async def edit(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, Role.AUTHOR)
    draft = await services.publishing.draft(document_id, staff.token)
    return await _editor(request, staff, authoring.editable(draft), draft)


async def _editor(
    request: Request,
    staff: Staff,
    values: dict[str, Any],
    draft: Draft | None,
    errors: dict[str, str] | None = None,
    key: str = "",
    version: int | None = None,
) -> HTMLResponse:
    services = services_of(request)
    departments, columns = await names_of(services)
    own = staff.principal.departments(Role.AUTHOR)
    theirs = departments if EVERY_DEPARTMENT in own else {c: departments.get(c, c) for c in own}
    shown_version = version if version is not None else draft.version if draft else 0
    return page(
        request,
        staff,
        "console/editor.html",
        422 if errors else 200,
        values=values,
        draft=draft,
        version=shown_version,
        errors=errors or {},
        key=key,
        departments=sorted(theirs.items()),
        columns=list(columns.items()),
        preview=body(authoring.preview_html(values)),
    )


@router.post("/documents/new")
async def create(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> Response:
    require(staff, Role.AUTHOR)
    form = await request.form()
    values, sent, errors = await _read(request, form, staff)
    key = str(form.get("key") or new_id())
    if not errors:
        try:
            made = await services.publishing.create(sent, staff.token, key)
            return done(f"/console/documents/{made.id}", "saved")
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    return await _editor(request, staff, values, None, errors, key)


@router.post("/documents/{document_id}/edit")
async def save(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """Save, keeping what was typed when someone else saved first."""
    form = await request.form()
    values, sent, errors = await _read(request, form, staff)
    version = version_in(form) or 0
    if not errors:
        try:
            await services.publishing.save(document_id, sent, staff.token, version)
            return done(f"/console/documents/{document_id}", "saved")
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    draft = await services.publishing.draft(document_id, staff.token)
    return await _editor(request, staff, values, draft, errors, version=version)


async def _read(
    request: Request, form: FormData, staff: Staff
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """The form with its new files already kept: values to show, fields to send, errors."""
    kept = [_kept(str(text)) for text in form.getlist("attachment")]
    errors: dict[str, str] = {}
    for file in form.getlist("files"):
        if isinstance(file, UploadFile) and file.filename:
            try:
                kept.append(await _keep(services_of(request), file, staff))
            except Refused as refusal:
                errors["files"] = f"{file.filename}：{refusal.sentence}"
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    values = authoring.entered(texts, kept)
    sent, wrong = authoring.fields(values, texts)
    return values, sent, wrong | errors


def _kept(text: str) -> Attachment:
    sha256, _, name = text.partition(" ")
    return Attachment(sha256=sha256, name=name)


async def _keep(services: Services, file: UploadFile, staff: Staff) -> Attachment:
    media_type = file.content_type or "application/octet-stream"
    return await services.publishing.keep_file(file.filename or "附件", media_type, file.file, staff.token)


@router.get("/documents/{document_id}")
async def show(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, *WRITERS, Role.CHIEF)
    return await show_document(request, document_id, staff, services)


async def show_document(
    request: Request,
    document_id: str,
    staff: Staff,
    services: Services,
    refusal: Refused | None = None,
    typed: str | None = None,
    choice: Choice | None = None,
) -> HTMLResponse:
    """The page of a document; after a refusal it says why, and keeps the time or the choice that was made."""
    draft = await services.publishing.draft(document_id, staff.token)
    departments, columns = await names_of(services)
    about_time = refusal.fields.get("publish_at", "") if refusal else ""
    return page(
        request,
        staff,
        "console/document.html",
        refusal.status if refusal else 422 if choice else 200,
        problem=refusal.sentence if refusal and not about_time else "",
        publish_at=as_field(draft.publish_at or tomorrow_morning(now())) if typed is None else typed,
        draft=draft,
        choice=choice or Choice(),
        errors={"publish_at": about_time} if about_time else choice.errors if choice else {},
        may=possible(draft, staff),
        department=departments.get(draft.department, draft.department),
        column=columns.get(draft.column or "", ""),
        history=await if_there(services.publishing.history(document_id, staff.token), []),
        preview=body(draft.body_html, draft.body),
    )


def possible(draft: Draft, staff: Staff) -> set[str]:
    """What this person may do now: publishing's word, or the table of its states by role."""
    if draft.actions is not None:
        return set(draft.actions)
    author, approver = staff.may(Role.AUTHOR), staff.may(Role.APPROVER)
    publisher = staff.may(Role.AUTHOR, Role.APPROVER, Role.CHIEF)
    table = {
        "edit": author and draft.state in EDITABLE,
        "submit": author and draft.state in ("draft", "returned"),
        "return": staff.may(*WRITERS[1:]) and draft.state in ("in_review", *SIGNED),
        "approve": approver and draft.state == "in_review",
        "publish": publisher and draft.state in SIGNED,
        "schedule": publisher and draft.state in SIGNED,
        "call_off": publisher and draft.state == "scheduled",
        "revise": author and draft.state in ("published", "withdrawn"),
        "withdraw": staff.may(Role.APPROVER, Role.CHIEF) and draft.state == "published",
    }
    return within_checks({action for action, allowed in table.items() if allowed}, draft, staff)


@router.post("/documents/{document_id}/step")
async def step(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """submit, publish, revise or call_off; a refusal is shown where it happened."""
    form = await request.form()
    action = str(form.get("action", ""))
    if action not in AFTER:
        raise NotPermitted({"title": "没有这个操作"})
    try:
        await services.publishing.act(document_id, action, "", staff.token, version_in(form) or 0)
    except Refused as refusal:
        return await show_document(request, document_id, staff, services, refusal)
    return RedirectResponse(f"/console/documents/{document_id}?done={AFTER[action]}", 303)


@router.post("/documents/{document_id}/override")
async def override(
    request: Request,
    document_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """Let chosen findings pass, with a reason."""
    choice = await let_pass(document_id, await request.form(), staff, services)
    if choice.errors:
        return await show_document(request, document_id, staff, services, choice=choice)
    return done(f"/console/documents/{document_id}", "overridden")
