"""Departments, their systems and staff: for administrators."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from portal.clients.identity import StaffMember, SystemSecrets
from portal.clients.services import Services
from portal.console.frame import done, page, require, version_in
from portal.reach import names_of, services_of
from portal.refusals import Missing, NotPermitted, Refused
from portal.sessions import Staff, signed_in
from shared.events import new_id
from shared.roles import EVERY_DEPARTMENT, ROLE_LABELS, SYSTEM_ROLES, Role

router = APIRouter(prefix="/directory")

STAFF_ROLES = [(role.value, label) for role, label in ROLE_LABELS.items() if role not in SYSTEM_ROLES]
HOME = "/console/directory"


@router.get("")
async def directory(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    require(staff, Role.ADMIN)
    return await _directory(request, staff, services)


async def _directory(
    request: Request,
    staff: Staff,
    services: Services,
    errors: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
) -> HTMLResponse:
    departments = await services.identity.departments()
    people = await services.identity.staff(staff.token)
    return page(
        request,
        staff,
        "console/directory.html",
        422 if errors else 200,
        departments=departments,
        names={d.code: d.name for d in departments} | {EVERY_DEPARTMENT: "全部部门"},
        people=people,
        errors=errors or {},
        values={"code": "", "name": ""} | (values or {}),
    )


@router.post("")
async def add_department(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> Response:
    require(staff, Role.ADMIN)
    form = await request.form()
    values = {name: str(form.get(name) or "").strip() for name in ("code", "name")}
    errors = {name: "请填写" for name, value in values.items() if not value}
    if not errors:
        try:
            await services.identity.put_department(values["code"], values["name"], True, staff.token, None)
            return done(HOME, "changed")
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    return await _directory(request, staff, services, errors, values)


@router.get("/departments/{code}")
async def department(
    request: Request,
    code: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    require(staff, Role.ADMIN)
    return await _department(request, staff, services, code)


async def _department(
    request: Request,
    staff: Staff,
    services: Services,
    code: str,
    secrets: SystemSecrets | None = None,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    return page(
        request,
        staff,
        "console/department.html",
        422 if errors else 200,
        department=await services.identity.department(code),
        systems=await services.identity.systems(code, staff.token),
        secrets=secrets,
        errors=errors or {},
        key=str(new_id()),
    )


@router.post("/departments/{code}")
async def change_department(
    request: Request,
    code: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    """Rename or close it, add a system, change or rotate one: `act` says which."""
    require(staff, Role.ADMIN)
    form = await request.form()
    try:
        secrets = await _change(services, code, form, staff)
    except Refused as refusal:
        errors = refusal.fields or {"": refusal.sentence}
        return await _department(request, staff, services, code, errors=errors)
    if secrets is not None:
        return await _department(request, staff, services, code, secrets)
    return done(f"{HOME}/departments/{code}", "changed")


async def _change(services: Services, code: str, form: FormData, staff: Staff) -> SystemSecrets | None:
    identity, act = services.identity, form.get("act")
    given = {name: str(form.get(name) or "").strip() for name in ("name", "client_id", "key")}
    active, trusted = bool(form.get("active")), bool(form.get("trusted"))
    version = version_in(form) or 0
    if act == "department":
        await identity.put_department(code, given["name"], active, staff.token, version)
        return None
    if act == "add":
        return await identity.add_system(code, given["name"], trusted, staff.token, given["key"])
    if act == "rotate":
        return await identity.rotate_system(code, given["client_id"], staff.token)
    if act == "system":
        await identity.put_system(code, given["client_id"], trusted, active, staff.token, version)
        return None
    raise NotPermitted({"title": "没有这个操作"})


@router.get("/staff/{username}")
async def person(
    request: Request,
    username: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """A member of staff; `new` is the empty form."""
    require(staff, Role.ADMIN)
    if username == "new":
        return await _person(request, staff, services, StaffMember(username=""))
    for member in await services.identity.staff(staff.token):
        if member.username == username:
            return await _person(request, staff, services, member)
    raise Missing({"title": f"没有人员 {username}"})


async def _person(
    request: Request,
    staff: Staff,
    services: Services,
    member: StaffMember,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    departments, _ = await names_of(services)
    return page(
        request,
        staff,
        "console/person.html",
        422 if errors else 200,
        member=member,
        errors=errors or {},
        roles=STAFF_ROLES,
        office=_own_office(member),
        offices=[(EVERY_DEPARTMENT, "全部部门"), *departments.items()],
    )


@router.post("/staff/{username}")
async def change_person(
    request: Request,
    username: str,
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> Response:
    require(staff, Role.ADMIN)
    form = await request.form()
    member = _member(form, username)
    errors = {}
    if not member.username:
        errors["username"] = "请填写用户名"
    if not member.name:
        errors["name"] = "请填写姓名"
    if form.get("role") and not form.get("office"):
        errors["office"] = "请选择新角色适用的部门"
    if not errors:
        try:
            await services.identity.put_staff(member.username, _body(member, form), staff.token, member.version)
            return done(HOME, "changed")
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    return await _person(request, staff, services, member, errors)


def _own_office(member: StaffMember) -> str:
    """The department this person works in; nothing, to be chosen, where that is unknown: never all of them."""
    return next((where for _role, where in member.grants if where != EVERY_DEPARTMENT), "")


def _member(form: FormData, username: str) -> StaffMember:
    grants = [tuple(str(text).split("@", 1)) for text in form.getlist("grant") if "@" in str(text)]
    role, office = str(form.get("role") or ""), str(form.get("office") or "")
    if role and office:
        grants.append((role, office))
    return StaffMember(
        username=str(form.get("username") or "").strip() if username == "new" else username,
        name=str(form.get("name") or "").strip(),
        grants=[(grant[0], grant[1]) for grant in dict.fromkeys(grants)],
        active=bool(form.get("active")),
        version=version_in(form),
    )


def _body(member: StaffMember, form: FormData) -> dict[str, Any]:
    body: dict[str, Any] = {"name": member.name, "grants": member.grants, "active": member.active}
    password = str(form.get("password") or "")
    return body | ({"password": password} if password else {})
