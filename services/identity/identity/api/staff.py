"""`/api/staff`: for administrators only."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.api.asking import Administrator, Body, PageAsked, UsernameInPath, VersionIfAny
from identity.domain.staff import Grant, Staff
from identity.handlers.staff import Hashing, PutStaff, put_staff
from identity.store.departments import DepartmentStore
from identity.store.sign_in import SessionStore
from identity.store.staff import StaffStore
from shared.problems import Invalid, NotFound
from shared.web import etag


class StaffBody(Body):
    """Without a password the present one stays. A user name may be repeated here, but not contradict the path."""

    username: str | None = None
    name: str
    grants: list[Grant] = Field(max_length=200)
    password: str | None = Field(default=None, max_length=1000)
    active: bool = True


class StaffView(BaseModel):
    username: str
    name: str
    active: bool
    grants: list[tuple[str, str]]
    version: int


def staff_router(engine: AsyncEngine, passwords: Hashing) -> APIRouter:
    router = APIRouter(prefix="/api/staff", tags=["staff"])

    @router.get("")
    async def list_staff(_: Administrator, page: PageAsked) -> dict[str, Any]:
        async with engine.connect() as connection:
            found = await StaffStore(connection).page(page.after, page.limit)
        return page.answer([_view(one) for one in found], found[-1].username if found else None)

    @router.get("/{username}")
    async def get_staff(_: Administrator, username: UsernameInPath, response: Response) -> StaffView:
        person = await _load(engine, username)
        etag(response, person.version)
        return _view(person)

    @router.put("/{username}")
    async def put(
        _: Administrator, username: UsernameInPath, body: StaffBody, expected: VersionIfAny, response: Response
    ) -> StaffView:
        if body.username not in (None, username):
            raise Invalid("用户名与网址中的不一致", field="username")
        command = PutStaff(username, body.name, body.grants, body.password, body.active, expected)
        async with engine.begin() as connection:
            people, sessions = StaffStore(connection), SessionStore(connection)
            person = await put_staff(command, people, DepartmentStore(connection), sessions, passwords)
        etag(response, person.version)
        return _view(person)

    return router


async def _load(engine: AsyncEngine, username: str) -> Staff:
    async with engine.connect() as connection:
        person = await StaffStore(connection).get(username)
    if person is None:
        raise NotFound(f"没有人员 {username}")
    return person


def _view(person: Staff) -> StaffView:
    return StaffView(
        username=person.username,
        name=person.name,
        active=person.active,
        grants=sorted((str(role), where) for role, where in person.grants),
        version=person.version,
    )
