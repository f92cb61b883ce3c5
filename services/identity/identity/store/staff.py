"""Staff members, and the clients that sign in with a secret of their own."""

from typing import Any

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.domain.sign_in import Client
from identity.domain.staff import Grant, Staff
from identity.store.tables import departments, service_clients, staff, systems
from shared.roles import EVERY_DEPARTMENT, Role

ADMINISTRATOR = [[Role.ADMIN, EVERY_DEPARTMENT]]


class StaffStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Let nobody else change staff before this transaction ends: some rules look at all of them."""
        await self._connection.execute(text("LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE"))

    async def get(self, username: str) -> Staff | None:
        row = (await self._connection.execute(select(staff).where(staff.c.username == username))).first()
        return _staff(row) if row else None

    async def page(self, after: str, limit: int) -> list[Staff]:
        """Staff whose user name sorts after `after`, by user name."""
        query = select(staff).where(staff.c.username > after).order_by(staff.c.username).limit(limit)
        return [_staff(row) for row in await self._connection.execute(query)]  # pk_staff

    async def count_administrators_besides(self, username: str) -> int:
        """How many others can administer everything."""
        query = select(func.count()).where(
            staff.c.active, staff.c.grants.contains(ADMINISTRATOR), staff.c.username != username
        )
        return int((await self._connection.execute(query)).scalar_one())

    async def is_empty(self) -> bool:
        return (await self._connection.execute(select(staff.c.username).limit(1))).first() is None

    async def add(self, person: Staff) -> None:
        await self._connection.execute(insert(staff).values(_staff_row(person)))

    async def save(self, person: Staff) -> None:
        await self._connection.execute(
            update(staff).where(staff.c.username == person.username).values(_staff_row(person))
        )


class ClientStore:
    """Everything that may ask for a token with client credentials."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, client_id: str) -> Client | None:
        return await self._department_system(client_id) or await self._service_client(client_id)

    async def put_service_client(self, client: Client) -> None:
        """Keep a client of no department; an older one of the same id is replaced."""
        row = {
            "client_id": client.client_id,
            "name": client.name,
            "secret_hash": client.secret_hash,
            "grants": _pairs(client.grants),
            "active": client.active,
        }
        await self._connection.execute(
            insert(service_clients).values(row).on_conflict_do_update(index_elements=["client_id"], set_=row)
        )

    async def _department_system(self, client_id: str) -> Client | None:
        query = (
            select(systems, departments.c.name.label("department_name"), departments.c.active.label("open"))
            .join(departments, departments.c.code == systems.c.department)
            .where(systems.c.client_id == client_id)
        )
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        grants = frozenset({(Role.DEPARTMENT_SYSTEM, row.department)})
        name = f"{row.department_name} {row.name}"
        return Client(row.client_id, row.secret_hash, name, grants, row.active and row.open)

    async def _service_client(self, client_id: str) -> Client | None:
        query = select(service_clients).where(service_clients.c.client_id == client_id)
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        return Client(row.client_id, row.secret_hash, row.name, _grants(row.grants), row.active)


def _staff(row: Row[Any]) -> Staff:
    return Staff(row.username, row.name, _grants(row.grants), row.password_hash, row.active, row.version)


def _staff_row(person: Staff) -> dict[str, Any]:
    return {
        "username": person.username,
        "name": person.name,
        "grants": _pairs(person.grants),
        "password_hash": person.password_hash,
        "active": person.active,
        "version": person.version,
    }


def _grants(pairs: list[list[str]]) -> frozenset[Grant]:
    return frozenset((Role(role), where) for role, where in pairs)


def _pairs(grants: frozenset[Grant]) -> list[list[str]]:
    return sorted([str(role), where] for role, where in grants)
