"""The requests desk: what is owed by when, and the case file, opened for a stated purpose only."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from portal.clients.intake import Case
from portal.clients.services import Services
from portal.console.frame import DESK, done, page, require, version_in
from portal.dates import NotADate, parts, read_parts
from portal.public.filing import DELIVERIES, FORMS, ID_KINDS
from portal.reach import names_of, services_of
from portal.refusals import Refused, Unacceptable
from portal.sessions import Staff, signed_in
from portal.wording import days_left, today
from shared.roles import Role

router = APIRouter()

PARTS = {"registrar": Role.REGISTRAR, "handler": Role.HANDLER, "approver": Role.APPROVER}
TEXT_LABELS = {
    "applicant.name": "姓名或名称",
    "applicant.kind": "申请人类型",
    "applicant.id_kind": "证件类型",
    "applicant.id_number": "证件号码",
    "applicant.organisation_kind": "单位类型",
    "applicant.credit_code": "统一社会信用代码",
    "applicant.contact_person": "联系人",
    "applicant.phone": "电话",
    "applicant.email": "电子邮箱",
    "applicant.address": "通信地址",
    "form": "提供形式",
    "delivery": "获取方式",
}
VALUE_WORDS = {"natural_person": "公民", "organisation": "法人或其他组织", **dict(ID_KINDS + FORMS + DELIVERIES)}
OUTCOMES = [
    ("R3.1", "予以公开"),
    ("R3.2", "部分公开"),
    ("R3.3.1", "不予公开：属于国家秘密"),
    ("R3.3.2", "不予公开：其他法律行政法规禁止公开"),
    ("R3.3.3", "不予公开：危及“三安全一稳定”"),
    ("R3.3.4", "不予公开：保护第三方合法权益"),
    ("R3.3.5", "不予公开：属于三类内部事务信息"),
    ("R3.3.6", "不予公开：属于四类过程性信息"),
    ("R3.3.7", "不予公开：属于行政执法案卷"),
    ("R3.3.8", "不予公开：属于行政查询事项"),
    ("R3.4.1", "无法提供：本机关不掌握"),
    ("R3.4.2", "无法提供：没有现成信息需要另行制作"),
    ("R3.4.3", "无法提供：补正后申请内容仍不明确"),
    ("R3.5.1", "不予处理：信访举报投诉类申请"),
    ("R3.5.2", "不予处理：重复申请"),
    ("R3.5.3", "不予处理：要求提供公开出版物"),
    ("R3.5.4", "不予处理：无正当理由大量反复申请"),
    ("R3.5.5", "不予处理：要求确认或重新出具已获取信息"),
    ("R3.6.3", "其他处理"),
]
VIEWS = [("", "全部"), ("due_soon", "即将到期"), ("overdue", "已超期")]


@router.get("/requests")
async def requests(
    request: Request,
    view: str = "",
    cursor: str = "",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """The desk's list: nothing about applicants."""
    require(staff, *DESK)
    found = await services.intake.requests(
        staff.token, overdue=view == "overdue", due_soon=view == "due_soon", cursor=cursor or None
    )
    departments, _ = await names_of(services)
    rows = [(row, days_left(row.due_on, [], today()) if row.due_on else "") for row in found.items]
    return page(
        request,
        staff,
        "console/requests.html",
        rows=rows,
        departments=departments,
        view=view,
        views=VIEWS,
        params={"view": view, "cursor": cursor},
        next_cursor=found.next_cursor,
    )


@router.get("/requests/{number}")
async def purpose_form(request: Request, number: str, staff: Staff = Depends(signed_in)) -> HTMLResponse:
    """Before the file opens: what for? The answer is recorded with the reading."""
    require(staff, *DESK)
    return page(request, staff, "console/purpose.html", number=number, purpose="")


@router.post("/requests/{number}")
async def open_case(
    request: Request,
    number: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, *DESK)
    purpose = str((await request.form()).get("purpose", "")).strip()
    errors = {} if len(purpose) > 1 else {"purpose": "请写明查看用途（至少两个字）"}
    if not errors:
        try:
            case = await services.intake.case(number, purpose, staff.token)
            return await _case(request, staff, services, case, purpose)
        except Unacceptable as refusal:
            errors = {"purpose": refusal.sentence}
    return page(request, staff, "console/purpose.html", 422, number=number, purpose=purpose, errors=errors)


async def _case(
    request: Request,
    staff: Staff,
    services: Services,
    case: Case,
    purpose: str,
    errors: dict[str, str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    departments, _ = await names_of(services)
    texts = dict(case.texts)
    description = texts.pop("description", "")
    entered = {name: str((given or {}).get(name, "")) for name in ("action", "text", "outcome", "days")}
    return page(
        request,
        staff,
        "console/case.html",
        422 if errors else 200,
        case=case,
        purpose=purpose,
        department=departments.get(case.department, case.department),
        applicant=[(TEXT_LABELS.get(k, k), VALUE_WORDS.get(v, v)) for k, v in texts.items()],
        description=description,
        left=days_left(case.due_on, case.explanation, today()),
        acts=[(act.action, act.label) for act in case.possible if _mine(act.by, staff)],
        others=[act for act in case.possible if not _mine(act.by, staff)],
        outcomes=OUTCOMES,
        errors=errors or {},
        given=entered | {"on": parts(given or {}, "on")},
    )


def _mine(by: list[str], staff: Staff) -> bool:
    return any(staff.may(PARTS[part]) for part in by if part in PARTS)


@router.post("/requests/{number}/act")
async def act(
    request: Request,
    number: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """One act of the state table; what was typed is kept when it is refused."""
    require(staff, *DESK)
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    fields, errors = _act_fields(form)
    if not errors:
        try:
            await services.intake.act(number, form["action"], fields, staff.token, version_in(form) or 0)
            return done("/console/requests", "acted")
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    purpose = form.get("purpose", "") or "办理"
    case = await services.intake.case(number, purpose, staff.token)
    return await _case(request, staff, services, case, purpose, errors, form)


def _act_fields(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    errors = {} if form.get("action") else {"action": "请选择要办理的事项"}
    fields: dict[str, Any] = {"text": form.get("text", "").strip(), "outcome": form.get("outcome", "")}
    days = form.get("days", "").strip()
    if days and not days.isdecimal():
        errors["days"] = "天数应为整数"
    elif days:
        fields["days"] = int(days)
    try:
        on = read_parts(form, "on")
        fields |= {"on": on.isoformat()} if on else {}
    except NotADate:
        errors["on"] = "日期无效，例如 2026 年 3 月 5 日"
    return {name: value for name, value in fields.items() if value != ""}, errors
