"""Identity: sessions, departments, systems, staff."""

from typing import Any

from pydantic import Field

from portal.clients.transport import Page, Service, Shape, segment, shaped

SIGN_IN_SECONDS = 15.0


class PrincipalShape(Shape):
    subject: str
    name: str = ""
    grants: list[tuple[str, str]] = Field(default_factory=list)


class OpenedSession(Shape):
    session: str
    csrf: str
    principal: PrincipalShape


class CurrentSession(Shape):
    """Who a session belongs to, with a bearer token good for minutes."""

    token: str
    csrf: str
    principal: PrincipalShape


class DepartmentSystem(Shape):
    client_id: str
    name: str = ""
    broker_user: str = ""
    trusted: bool = False
    active: bool = True


class Department(Shape):
    code: str
    name: str
    active: bool = True
    version: int | None = None


class SystemSecrets(Shape):
    """Shown once, when a system is made or its secrets are rotated."""

    client_id: str
    client_secret: str
    broker_user: str = ""
    broker_password: str = ""


class StaffMember(Shape):
    username: str
    name: str = ""
    grants: list[tuple[str, str]] = Field(default_factory=list)
    active: bool = True
    version: int | None = None


class Identity(Service):
    async def sign_in(self, username: str, password: str) -> OpenedSession:
        """A password costs its checker a second on purpose, and more where others sign in at the same time."""
        given = {"username": username, "password": password}
        answer = await self._ask("POST", "/internal/sessions", None, json=given, seconds=SIGN_IN_SECONDS)
        return shaped(OpenedSession, self.name, answer.body)

    async def current(self, session: str) -> CurrentSession:
        """Raises SessionEnded when the session is not, or no longer, valid."""
        answer = await self.post("/internal/sessions/current", {"session": session})
        return shaped(CurrentSession, self.name, answer.body)

    async def sign_out(self, session: str) -> None:
        await self.post("/internal/sessions/end", {"session": session})

    async def departments(self) -> list[Department]:
        return await self.every(Department, "/api/departments")

    async def department(self, code: str) -> Department:
        return shaped(Department, self.name, (await self.get(f"/api/departments/{segment(code)}")).body)

    async def systems(self, code: str, token: str) -> list[DepartmentSystem]:
        answer = await self.get(f"/api/departments/{segment(code)}/systems", token=token)
        return shaped(Page[DepartmentSystem], self.name, answer.body).items

    async def put_department(self, code: str, name: str, active: bool, token: str, version: int | None) -> None:
        body = {"name": name, "active": active}
        await self.change("PUT", f"/api/departments/{segment(code)}", body, token, version)

    async def add_system(self, code: str, name: str, trusted: bool, token: str, key: str) -> SystemSecrets:
        body, headers = {"name": name, "trusted": trusted}, {"Idempotency-Key": key}
        answer = await self.post(f"/api/departments/{segment(code)}/systems", body, token, headers)
        return shaped(SystemSecrets, self.name, answer.body)

    async def put_system(
        self, code: str, client_id: str, trusted: bool, active: bool, token: str, version: int
    ) -> None:
        """`version` is the department's, of which its systems are a part."""
        body = {"trusted": trusted, "active": active}
        await self.change("PUT", f"/api/departments/{segment(code)}/systems/{segment(client_id)}", body, token, version)

    async def rotate_system(self, code: str, client_id: str, token: str) -> SystemSecrets:
        answer = await self.post(f"/api/departments/{segment(code)}/systems/{segment(client_id)}/rotate", None, token)
        return shaped(SystemSecrets, self.name, answer.body)

    async def staff(self, token: str) -> list[StaffMember]:
        return await self.every(StaffMember, "/api/staff", token)

    async def put_staff(self, username: str, body: dict[str, Any], token: str, version: int | None) -> None:
        await self.change("PUT", f"/api/staff/{segment(username)}", body, token, version)
