"""The catalogue's desk: editions, columns, and obligations with the departments that answer for them."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from portal.clients.catalog import Column, Obligation
from portal.clients.services import Services
from portal.console.authoring import words
from portal.console.frame import CATALOGUE, done, page, require, version_in
from portal.reach import if_there, names_of, services_of
from portal.refusals import Missing, Refused
from portal.sessions import Staff, signed_in
from shared.roles import Role

router = APIRouter()

COLUMN_FIELDS = ("name", "kind", "department", "parent", "purpose", "max_silence_days")
STATES = [("", "全部"), ("open", "未到期"), ("overdue", "已逾期"), ("met", "按期完成"), ("met_late", "逾期完成")]


@router.get("/catalogue")
async def catalogue(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    require(staff, *CATALOGUE)
    return await _catalogue(request, staff, services)


async def _catalogue(
    request: Request, staff: Staff, services: Services, refusal: Refused | None = None
) -> HTMLResponse:
    editions = await services.catalog.editions(staff.token)
    coverage = await if_there(services.catalog.coverage("item"), [])
    return page(
        request,
        staff,
        "console/catalogue.html",
        refusal.status if refusal else 200,
        problem=refusal.sentence if refusal else "",
        editions=editions,
        coverage=coverage,
        may_publish=staff.may(Role.CATALOGUE_EDITOR),
    )


@router.post("/catalogue/{number}/publish")
async def publish_edition(
    request: Request,
    number: int,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    require(staff, Role.CATALOGUE_EDITOR)
    version = version_in(await request.form()) or 0
    try:
        await services.catalog.publish_edition(number, staff.token, version)
    except Refused as refusal:
        return await _catalogue(request, staff, services, refusal)
    return done("/console/catalogue", "edition")


@router.get("/columns")
async def columns(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    require(staff, *CATALOGUE)
    found = await services.catalog.columns()
    departments, _ = await names_of(services)
    return page(
        request,
        staff,
        "console/columns.html",
        columns=found,
        departments=departments,
        may_edit=staff.may(Role.CATALOGUE_EDITOR),
    )


@router.get("/columns/{code}")
async def column(
    request: Request,
    code: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, Role.CATALOGUE_EDITOR)
    held = await _column(services, code)
    values = {name: str(getattr(held, name) or "") for name in COLUMN_FIELDS}
    return await _column_page(request, staff, services, held, values | {"active": "1" if held.active else ""})


async def _column(services: Services, code: str) -> Column:
    for column_ in await services.catalog.columns():
        if column_.code == code:
            return column_
    raise Missing({"title": "没有这个栏目"})


async def _column_page(
    request: Request,
    staff: Staff,
    services: Services,
    held: Column,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    departments, columns_ = await names_of(services)
    return page(
        request,
        staff,
        "console/column.html",
        422 if errors else 200,
        column=held,
        values=values,
        errors=errors or {},
        departments=list(departments.items()),
        parents=[(code, name) for code, name in columns_.items() if code != held.code],
    )


@router.post("/columns/{code}")
async def change_column(
    request: Request,
    code: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    require(staff, Role.CATALOGUE_EDITOR)
    form = await request.form()
    held = await _column(services, code)
    values = {name: str(form.get(name) or "").strip() for name in (*COLUMN_FIELDS, "active", "version")}
    errors = {} if values["name"] else {"name": "请填写栏目名称"}
    if values["max_silence_days"] and not values["max_silence_days"].isdecimal():
        errors["max_silence_days"] = "天数应为整数"
    if not errors:
        try:
            await services.catalog.put_column(code, _column_body(held, values), staff.token, version_in(form))
            return done("/console/columns", "changed")
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    return await _column_page(request, staff, services, held, values, errors)


def _column_body(held: Column, values: dict[str, str]) -> dict[str, Any]:
    days = values["max_silence_days"]
    return {
        "name": values["name"],
        "kind": held.kind,
        "department": values["department"],
        "parent": values["parent"] or None,
        "purpose": values["purpose"],
        "max_silence_days": int(days) if days else None,
        "silence_source": (held.silence_source or "office") if days else None,
        "active": bool(values["active"]),
    }


@router.get("/obligations")
async def obligations(
    request: Request,
    state: str = "",
    cursor: str = "",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, *CATALOGUE)
    found = await services.catalog.obligations(state=state, cursor=cursor or None)
    return page(
        request,
        staff,
        "console/obligations.html",
        obligations=found.items,
        state=state,
        states=STATES,
        params={"state": state, "cursor": cursor},
        next_cursor=found.next_cursor,
    )


@router.get("/obligations/{obligation_id}")
async def obligation(
    request: Request,
    obligation_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, *CATALOGUE)
    held = await services.catalog.obligation(obligation_id)
    return await _assigning(request, staff, services, held, {"responsible": "、".join(held.responsible)})


async def _assigning(
    request: Request,
    staff: Staff,
    services: Services,
    held: Obligation,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    departments, _ = await names_of(services)
    return page(
        request,
        staff,
        "console/obligation.html",
        422 if errors else 200,
        obligation=held,
        values=values,
        errors=errors or {},
        departments=list(departments.values()),
    )


@router.post("/obligations/{obligation_id}")
async def assign(
    request: Request,
    obligation_id: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """Say which department answers for it."""
    require(staff, *CATALOGUE)
    form = await request.form()
    chosen = list(dict.fromkeys([*map(str, form.getlist("office")), *words(str(form.get("responsible", "")))]))
    held = await services.catalog.obligation(obligation_id)
    errors = {} if chosen else {"responsible": "请至少指定一个责任部门"}
    if not errors:
        try:
            body = _assigned(held, chosen)
            await services.catalog.put_obligation(obligation_id, body, staff.token, version_in(form))
            return done("/console/obligations", "changed")
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    return await _assigning(request, staff, services, held, {"responsible": "、".join(chosen)}, errors)


def _assigned(held: Obligation, responsible: list[str]) -> dict[str, Any]:
    """The whole obligation with other departments; a day its term does not name is sent along."""
    kept = ("title", "source", "department", "clause", "raw_term", "recurring", "evidence", "active")
    body = {name: getattr(held, name) for name in kept} | {
        "lead": held.lead,
        "supporting": held.supporting,
        "responsible": responsible,
        "column": held.column,
        "catalogue_item": held.catalogue_item,
        "fulfilled_by": held.fulfilled_by,
        "triggered_on": held.triggered_on.isoformat() if held.triggered_on else None,
    }
    if held.rule is None and held.due_on:
        body["due_on"] = held.due_on.isoformat()
    return body
