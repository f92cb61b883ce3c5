"""Departments with their systems, loaded and saved as one aggregate."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.domain.departments import Department, System
from identity.store.tables import departments, systems


class DepartmentStore:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, code: str) -> Department | None:
        found = await self._load(select(departments).where(departments.c.code == code))
        return found[0] if found else None

    async def get_locked(self, code: str) -> Department | None:
        """The department, which nobody else may change before this transaction ends."""
        found = await self._load(select(departments).where(departments.c.code == code).with_for_update())
        return found[0] if found else None

    async def page(self, after: str, limit: int) -> list[Department]:
        """Departments whose code sorts after `after`, by code."""
        query = select(departments).where(departments.c.code > after)  # pk_departments
        return await self._load(query.order_by(departments.c.code).limit(limit))

    async def codes(self) -> frozenset[str]:
        return frozenset((await self._connection.execute(select(departments.c.code))).scalars())

    async def add(self, department: Department) -> bool:
        """Add a new department; False if somebody else just has."""
        taken = await self._connection.execute(
            insert(departments)
            .values(_department_row(department))
            .on_conflict_do_nothing()
            .returning(departments.c.code)
        )
        return taken.first() is not None

    async def save(self, department: Department) -> None:
        """Save a department that was loaded with `get_locked`."""
        await self._connection.execute(
            update(departments).where(departments.c.code == department.code).values(_department_row(department))
        )
        for system in department.systems:
            row = _system_row(department.code, system)
            upsert = insert(systems).values(row)
            await self._connection.execute(upsert.on_conflict_do_update(index_elements=[systems.c.client_id], set_=row))

    async def _load(self, query: Select[Any]) -> list[Department]:
        rows = (await self._connection.execute(query)).all()
        owned = select(systems).where(systems.c.department.in_([row.code for row in rows]))
        ordered = owned.order_by(systems.c.created_at, systems.c.client_id)  # ix_systems_department
        found = (await self._connection.execute(ordered)).all()
        return [_department(row, (one for one in found if one.department == row.code)) for row in rows]


def _department(row: Row[Any], owned: Iterable[Row[Any]]) -> Department:
    found = tuple(
        System(one.client_id, one.name, one.secret_hash, trusted=one.trusted, active=one.active) for one in owned
    )
    return Department(row.code, row.name, row.active, row.version, found)


def _department_row(department: Department) -> dict[str, Any]:
    return {
        "code": department.code,
        "name": department.name,
        "active": department.active,
        "version": department.version,
    }


def _system_row(code: str, system: System) -> dict[str, Any]:
    return {
        "client_id": system.client_id,
        "department": code,
        "name": system.name,
        "secret_hash": system.secret_hash,
        "trusted": system.trusted,
        "active": system.active,
    }
