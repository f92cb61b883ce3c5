"""Filing a disclosure request: form, a look at what is already public, receipt, progress."""

import asyncio
import base64
import binascii
import json
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from portal.clients.intake import Progress, Receipt
from portal.clients.search import Found
from portal.clients.services import Services
from portal.clients.transport import Params
from portal.hearing import heard
from portal.pages import Pages, pages_of
from portal.public import filing
from portal.reach import if_there, services_of
from portal.refusals import Missing, TooOften, Unacceptable
from portal.translations import N_, _, zh
from portal.wording import days_left, today
from shared.events import new_id

router = APIRouter()

ALREADY_PUBLIC = 3  # more would push what the applicant entered out of sight
RECEIPT_COOKIE, RECEIPT_PATH, RECEIPT_SECONDS = "sunlight_receipt", "/requests/receipt", 900
CHOICES = {
    "applicant_kinds": filing.APPLICANT_KINDS,
    "id_kinds": filing.ID_KINDS,
    "organisation_kinds": filing.ORGANISATION_KINDS,
    "forms": filing.FORMS,
    "deliveries": filing.DELIVERIES,
    "description_limit": filing.DESCRIPTION_LIMIT,
}


async def _form_page(
    request: Request,
    values: dict[str, str],
    key: str,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    services, pages = services_of(request), pages_of(request)
    departments = await services.identity.departments()
    options = [(d.code, d.name) for d in departments if d.active]
    return pages.render(
        request,
        "public/request_form.html",
        422 if errors else 200,
        values=values,
        errors=errors or {},
        departments=options,
        key=key,
        **CHOICES,
    )


@router.get("/requests/new")
async def new(request: Request, description: str = "", department: str = "") -> HTMLResponse:
    """The empty form; a search that found nothing brings its words along."""
    values = dict.fromkeys(filing.FIELDS, "") | filing.DEFAULTS
    values |= {"description": description[: filing.DESCRIPTION_LIMIT], "department": department}
    return await _form_page(request, values, str(new_id()))


@router.post("/requests/new")
async def submit(request: Request, services: Services = Depends(services_of)) -> Response:
    """One address for all steps: `step` is edit, check (shows what is public already) or send."""
    given = await request.form()
    values, key = filing.read_form(given), str(given.get("key") or new_id())
    if given.get("step") == "edit":
        return await _form_page(request, values, key)
    errors = filing.check(values)
    if errors:
        return await _form_page(request, values, key, errors)
    if given.get("step") != "send":
        return await _check_page(request, values, key)
    try:
        receipt = await services.intake.file(filing.filing(values), key)
    except Unacceptable as refusal:
        errors = filing.errors_of(refusal.fields) or {"": refusal.sentence}
        return await _form_page(request, values, key, errors)
    return _to_receipt(request, receipt)


async def _check_page(request: Request, values: dict[str, str], key: str) -> HTMLResponse:
    """What was entered, and what that department has published about it: it may be public already."""
    services, pages = services_of(request), pages_of(request)
    sought: Params = {"q": values["description"][:60], "department": values["department"], "limit": ALREADY_PUBLIC}
    asked = services.search.search(sought)
    departments, found = await asyncio.gather(services.identity.departments(), if_there(asked, Found()))
    names = {d.code: d.name for d in departments}
    return pages.render(
        request,
        "public/request_check.html",
        values=values,
        found=found,
        key=key,
        facts=_entered(values, names),
    )


def _entered(values: dict[str, str], names: dict[str, str]) -> list[tuple[str, str]]:
    labels = {
        "department": (_("受理机关"), names),
        "kind": (_("申请人类型"), dict(filing.APPLICANT_KINDS)),
        "name": (_("姓名或名称"), {}),
        "id_number": (_("证件号码"), {}),
        "contact_person": (_("联系人"), {}),
        "phone": (_("电话"), {}),
        "email": (_("电子邮箱"), {}),
        "address": (_("通信地址"), {}),
        "form": (_("提供形式"), dict(filing.FORMS)),
        "delivery": (_("获取方式"), dict(filing.DELIVERIES)),
    }
    return [(label, _said(values[name], words)) for name, (label, words) in labels.items()]


def _said(value: str, words: dict[str, str]) -> Any:
    """A choice in words, or what was typed."""
    return heard(words[value]) if value in words else zh(value)


def _to_receipt(request: Request, receipt: Receipt) -> RedirectResponse:
    """To a page that can be reloaded; the code travels in a short-lived cookie, never in an address."""
    answer = RedirectResponse(RECEIPT_PATH, 303)
    packed = base64.urlsafe_b64encode(receipt.model_dump_json().encode()).decode()
    answer.set_cookie(
        RECEIPT_COOKIE,
        packed,
        max_age=RECEIPT_SECONDS,
        path=RECEIPT_PATH,
        secure=request.app.state.secure,
        httponly=True,
        samesite="strict",
    )
    return answer


@router.get(RECEIPT_PATH)
async def receipt(request: Request, pages: Pages = Depends(pages_of)) -> HTMLResponse:
    """Number and code, for a quarter of an hour and on this browser only."""
    kept = _unpacked(request.cookies.get(RECEIPT_COOKIE, ""))
    answer = pages.render(request, "public/receipt.html", 200 if kept else 410, receipt=kept)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _unpacked(packed: str) -> Receipt | None:
    try:
        return Receipt.model_validate(json.loads(base64.urlsafe_b64decode(packed))) if packed else None
    except (binascii.Error, ValueError):
        return None


@router.get("/requests/progress")
async def progress_form(request: Request, number: str = "", pages: Pages = Depends(pages_of)) -> HTMLResponse:
    return pages.render(request, "public/progress_form.html", number=number, code="")


@router.post("/requests/progress")
async def progress(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    """Where a request stands. A form post, so that the code stands in no address or log."""
    given = await request.form()
    number, code = (str(given.get(name) or "").strip() for name in ("number", "code"))
    errors = _absent(number, code)
    found: Progress | None = None
    if not errors:
        try:
            found = await services.intake.progress(filing.read_number(number), code)
        except (Missing, TooOften) as refusal:
            errors = {"number": refusal.sentence}
    if found is None:
        return pages.render(request, "public/progress_form.html", 422, number=number, code=code, errors=errors)
    answer = pages.render(request, "public/progress.html", progress=found, **_standing(found))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _absent(number: str, code: str) -> dict[str, str]:
    errors = {}
    if not number:
        errors["number"] = _("请填写申请编号")
    if not code:
        errors["code"] = _("请填写查询码")
    return errors


STEPS = [
    (N_("收到申请"), {"submitted", "received"}),
    (N_("登记"), {"registered"}),
    (N_("办理"), {"processing", "awaiting_correction", "consulting_third_party", "consulting_agency", "drafting"}),
    (N_("签发"), {"in_approval", "decided"}),
    (N_("答复"), {"served", "closed"}),
]


def _standing(found: Progress) -> dict[str, Any]:
    """The fixed steps with the present one marked, and the time left in words."""
    at = next((place for place, (_step, states) in enumerate(STEPS) if found.status in states), None)
    ended = found.status in ("served", "closed")
    steps = []
    for place, (name, _states) in enumerate(STEPS):
        past = ended or (at is not None and place < at)
        state = "done" if past else "current" if place == at else "todo"
        steps.append({"name": _(name), "state": state})
    over = ended or found.status in ("withdrawn", "lapsed")
    left = "" if over else days_left(found.due_on, found.explanation, today())
    return {"steps": steps if at is not None else [], "left": left}
