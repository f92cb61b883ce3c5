"""Identity, invented: everyone's password is `sunlight`."""

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from portal.fakes.answers import PEOPLE, caller, page, service, versioned
from portal.fakes.sample import DEPARTMENTS
from shared.auth import Principal
from shared.problems import NotFound, NotSignedIn, TooMany
from shared.roles import Role

PASSWORD = "sunlight"  # noqa: S105 - the invented county keeps no secrets
TRIES = 5


class Credentials(BaseModel):
    username: str
    password: str


class SessionBody(BaseModel):
    session: str


def _principal(name: str) -> dict[str, Any]:
    label, grants = PEOPLE[name]
    return {"subject": name, "name": label, "grants": grants}


def identity() -> FastAPI:
    app = service()
    failures: dict[str, int] = {}
    sessions: dict[str, str] = {}

    @app.post("/internal/sessions", status_code=201)
    async def sign_in(body: Credentials) -> dict[str, Any]:
        if failures.get(body.username, 0) >= TRIES:
            raise TooMany("连续输错，请稍后再试", retry_after=120)
        if body.username not in PEOPLE or body.password != PASSWORD:
            failures[body.username] = failures.get(body.username, 0) + 1
            raise NotSignedIn("用户名或密码不正确")
        session = f"session-{body.username}-{len(sessions)}"
        sessions[session] = body.username
        return {"session": session, "csrf": f"csrf-{session}", "principal": _principal(body.username)}

    @app.post("/internal/sessions/current")
    async def current(body: SessionBody) -> dict[str, Any]:
        name = sessions.get(body.session)
        if name is None:
            raise NotSignedIn("登录已失效，请重新登录")
        return {"token": f"token-{name}", "csrf": f"csrf-{body.session}", "principal": _principal(name)}

    @app.post("/internal/sessions/end", status_code=204)
    async def end(body: SessionBody) -> None:
        sessions.pop(body.session, None)

    _directory(app)
    return app


class DepartmentBody(BaseModel):
    name: str
    active: bool = True


class SystemBody(BaseModel):
    name: str = ""
    trusted: bool = False
    active: bool = True


class StaffBody(BaseModel):
    name: str
    grants: list[tuple[str, str]]
    password: str | None = None
    active: bool = True


def admin(who: Principal = Depends(caller)) -> Principal:
    who.require(Role.ADMIN)
    return who


def _directory(app: FastAPI) -> None:
    _departments(app)
    _systems(app)
    _staff(app)


def _departments(app: FastAPI) -> None:
    departments: dict[str, dict[str, Any]] = {
        code: {"code": code, "name": name, "active": True, "version": 1} for code, name in DEPARTMENTS.items()
    }

    @app.get("/api/departments")
    async def list_departments(limit: int = 100, cursor: str | None = None) -> dict[str, Any]:
        return page(list(departments.values()), cursor, min(limit, 100))

    @app.get("/api/departments/{code}")
    async def department(code: str) -> JSONResponse:
        if code not in departments:
            raise NotFound(f"没有部门 {code}")
        return versioned(departments[code], departments[code]["version"])

    @app.put("/api/departments/{code}")
    async def put_department(code: str, body: DepartmentBody, _: Principal = Depends(admin)) -> dict[str, Any]:
        version = departments.get(code, {"version": 0})["version"] + 1
        departments[code] = {"code": code, **body.model_dump(), "version": version}
        return departments[code]


def _systems(app: FastAPI) -> None:
    first = {"client_id": "sys-audit-1", "name": "审计业务系统", "broker_user": "dept_audit"}
    systems: dict[str, list[dict[str, Any]]] = {"audit": [{**first, "trusted": True, "active": True}]}

    @app.get("/api/departments/{code}/systems")
    async def list_systems(code: str, _: Principal = Depends(admin)) -> dict[str, Any]:
        return {"items": systems.get(code, []), "next_cursor": None}

    @app.post("/api/departments/{code}/systems", status_code=201)
    async def add_system(code: str, body: SystemBody, _: Principal = Depends(admin)) -> dict[str, str]:
        held = systems.setdefault(code, [])
        client = f"sys-{code}-{len(held) + 1}"
        held.append({"client_id": client, "broker_user": f"dept_{code}", **body.model_dump()})
        return _secrets(code, client)

    @app.put("/api/departments/{code}/systems/{client_id}")
    async def put_system(code: str, client_id: str, body: SystemBody, _: Principal = Depends(admin)) -> dict[str, Any]:
        for system in systems.get(code, []):
            if system["client_id"] == client_id:
                system.update(body.model_dump(exclude={"name"}))
                return system
        raise NotFound("没有这个系统")

    @app.post("/api/departments/{code}/systems/{client_id}/rotate")
    async def rotate(code: str, client_id: str, _: Principal = Depends(admin)) -> dict[str, str]:
        return _secrets(code, client_id)


def _staff(app: FastAPI) -> None:
    staff: dict[str, dict[str, Any]] = {
        key: {"username": key, "name": name, "grants": grants, "active": True, "version": 1}
        for key, (name, grants) in PEOPLE.items()
    }

    @app.get("/api/staff")
    async def list_staff(limit: int = 100, cursor: str | None = None, _: Principal = Depends(admin)) -> dict[str, Any]:
        return page(list(staff.values()), cursor, min(limit, 100))

    @app.put("/api/staff/{username}")
    async def put_staff(username: str, body: StaffBody, _: Principal = Depends(admin)) -> dict[str, Any]:
        version = staff.get(username, {"version": 0})["version"] + 1
        staff[username] = {"username": username, **body.model_dump(exclude={"password"}), "version": version}
        return staff[username]


def _secrets(code: str, client: str) -> dict[str, str]:
    return {
        "client_id": client,
        "client_secret": "invented-client-secret",
        "broker_user": f"dept_{code}",
        "broker_password": "invented-broker-password",
    }
