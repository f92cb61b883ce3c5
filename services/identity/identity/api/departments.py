"""`/api/departments`: read by everyone, changed by administrators."""

from typing import Any

from fastapi import APIRouter, Depends, Header, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from identity.api.asking import (
    Administrator,
    Body,
    CodeInPath,
    ExpectedVersion,
    PageAsked,
    VersionIfAny,
    never_stored,
)
from identity.domain.departments import Department, System
from identity.handlers.departments import (
    AddSystem,
    BrokerUsers,
    ChangeSystem,
    IssuedSecrets,
    PutDepartment,
    add_system,
    add_system_once,
    change_system,
    put_department,
    rotate_secrets,
)
from identity.store import delivery
from identity.store.departments import DepartmentStore
from identity.store.issued import IssuedStore
from shared.outbox import Outbox
from shared.problems import NotFound
from shared.web import etag


class DepartmentBody(Body):
    name: str
    active: bool = True


class NewSystemBody(Body):
    name: str
    trusted: bool = False


class SystemBody(Body):
    trusted: bool
    active: bool


class DepartmentView(BaseModel):
    code: str
    name: str
    active: bool
    version: int


class SystemView(BaseModel):
    client_id: str
    name: str
    broker_user: str
    trusted: bool
    active: bool


class SecretsView(BaseModel):
    """Both secrets of a system, shown this once."""

    client_id: str
    client_secret: str
    broker_user: str
    broker_password: str


def departments_router(engine: AsyncEngine, broker: BrokerUsers, service: str) -> APIRouter:
    router = APIRouter(prefix="/api/departments", tags=["departments"])

    @router.get("")
    async def list_departments(page: PageAsked) -> dict[str, Any]:
        async with engine.connect() as connection:
            found = await DepartmentStore(connection).page(page.after, page.limit)
        return page.answer([_view(one) for one in found], found[-1].code if found else None)

    @router.get("/{code}")
    async def get_department(code: CodeInPath, response: Response) -> DepartmentView:
        department = await _load(engine, code)
        etag(response, department.version)
        return _view(department)

    @router.put("/{code}")
    async def put(
        who: Administrator, code: CodeInPath, body: DepartmentBody, expected: VersionIfAny, response: Response
    ) -> DepartmentView:
        command = PutDepartment(code, body.name, body.active, expected, who.subject)
        async with engine.begin() as connection:
            outbox = _outbox(connection, service)
            department = await put_department(command, DepartmentStore(connection), broker, outbox)
        etag(response, department.version)
        return _view(department)

    router.include_router(_listed_systems(engine))
    router.include_router(_new_systems(engine, broker, service))
    router.include_router(_present_systems(engine, broker, service))
    return router


def _listed_systems(engine: AsyncEngine) -> APIRouter:
    router = APIRouter(prefix="/{code}/systems")

    @router.get("")
    async def list_systems(_: Administrator, code: CodeInPath, response: Response) -> dict[str, Any]:
        department = await _load(engine, code)
        etag(response, department.version)
        systems = [_system_view(department, system) for system in department.systems]
        return {"items": systems, "next_cursor": None}

    return router


def _new_systems(engine: AsyncEngine, broker: BrokerUsers, service: str) -> APIRouter:
    router = APIRouter(prefix="/{code}/systems")

    @router.post("", status_code=201, dependencies=[Depends(never_stored)])
    async def add(
        who: Administrator,
        code: CodeInPath,
        body: NewSystemBody,
        response: Response,
        key: str | None = Header(default=None, alias="Idempotency-Key", max_length=200),
    ) -> SecretsView:
        command = AddSystem(code, body.name, body.trusted, who.subject)
        async with engine.begin() as connection:
            store, outbox = DepartmentStore(connection), _outbox(connection, service)
            if key is None:
                issued = await add_system(command, store, broker, outbox)
            else:
                before = IssuedStore(connection)
                issued = await add_system_once(command, key, before, store, broker, outbox)
        etag(response, issued.department.version)
        return _secrets(issued)

    return router


def _present_systems(engine: AsyncEngine, broker: BrokerUsers, service: str) -> APIRouter:
    router = APIRouter(prefix="/{code}/systems")

    @router.put("/{client_id}")
    async def change(
        who: Administrator,
        code: CodeInPath,
        client_id: str,
        body: SystemBody,
        expected: ExpectedVersion,
        response: Response,
    ) -> SystemView:
        command = ChangeSystem(code, client_id, body.trusted, body.active, expected, who.subject)
        async with engine.begin() as connection:
            outbox = _outbox(connection, service)
            department = await change_system(command, DepartmentStore(connection), broker, outbox)
        etag(response, department.version)
        return _system_view(department, department.system(client_id))

    @router.post("/{client_id}/rotate", dependencies=[Depends(never_stored)])
    async def rotate(_: Administrator, code: CodeInPath, client_id: str, response: Response) -> SecretsView:
        async with engine.begin() as connection:
            issued = await rotate_secrets(code, client_id, DepartmentStore(connection), broker)
        etag(response, issued.department.version)
        return _secrets(issued)

    return router


async def _load(engine: AsyncEngine, code: str) -> Department:
    async with engine.connect() as connection:
        department = await DepartmentStore(connection).get(code)
    if department is None:
        raise NotFound(f"没有部门 {code}")
    return department


def _outbox(connection: AsyncConnection, service: str) -> Outbox:
    return Outbox(connection, delivery.outbox, service)


def _view(department: Department) -> DepartmentView:
    return DepartmentView(
        code=department.code, name=department.name, active=department.active, version=department.version
    )


def _system_view(department: Department, system: System) -> SystemView:
    return SystemView(
        client_id=system.client_id,
        name=system.name,
        broker_user=department.broker_user,
        trusted=system.trusted,
        active=system.active,
    )


def _secrets(issued: IssuedSecrets) -> SecretsView:
    return SecretsView(
        client_id=issued.client_id,
        client_secret=issued.client_secret,
        broker_user=issued.department.broker_user,
        broker_password=issued.broker_password,
    )
