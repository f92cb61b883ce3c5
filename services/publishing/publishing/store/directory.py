"""Departments, their systems, columns and catalogue items, as events have told of them."""

import asyncio
import time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from publishing.domain.department import Department
from publishing.store.tables import catalogue_item, column, department
from shared.events import CatalogueItemState, ColumnState, DepartmentState, DepartmentSystem
from shared.newest import keep_newest

FRESH_SECONDS = 1.0


class DirectoryStore:
    """Takes what events tell; an older sequence changes nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put_department(self, state: DepartmentState, sequence: int) -> None:
        systems = [system.model_dump() for system in state.systems]
        values = {"code": state.code, "name": state.name, "active": state.active, "systems": systems}
        await keep_newest(self._connection, department, {**values, "sequence": sequence})

    async def put_column(self, state: ColumnState, sequence: int) -> None:
        values = {"code": state.code, "name": state.name, "active": state.active, "sequence": sequence}
        await keep_newest(self._connection, column, values)

    async def put_catalogue_item(self, state: CatalogueItemState, sequence: int) -> None:
        values = {"code": state.id, "name": state.name, "active": not state.retired, "sequence": sequence}
        await keep_newest(self._connection, catalogue_item, values)


class Directory:
    """The same tables for reading, kept in memory for a second.

    What is not found is looked up again at once, so a department that has just registered is known; one
    that was deactivated may pass for a second more.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._departments: dict[str, Department] = {}
        self._columns: frozenset[str] = frozenset()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def department(self, code: str) -> Department | None:
        await self._refresh(code in self._departments)
        return self._departments.get(code)

    async def department_of(self, broker_user: str) -> Department | None:
        """The department that has an active system with this broker user."""
        return self._with_user(broker_user) or await self._department_of_now(broker_user)

    async def has_column(self, code: str) -> bool:
        await self._refresh(code in self._columns)
        return code in self._columns

    async def _department_of_now(self, broker_user: str) -> Department | None:
        await self._refresh(found=False)
        return self._with_user(broker_user)

    def _with_user(self, broker_user: str) -> Department | None:
        return next((known for known in self._departments.values() if known.systems_of(broker_user)), None)

    async def _refresh(self, found: bool) -> None:
        if found and self._is_fresh:
            return
        async with self._reading:  # of many messages that find it stale at once, one reads
            if not (found and self._is_fresh):
                await self._read()

    @property
    def _is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < FRESH_SECONDS

    async def _read(self) -> None:
        async with self._engine.connect() as connection:
            departments = (await connection.execute(select(department))).all()
            columns = await connection.scalars(select(column.c.code).where(column.c.active))
            self._columns = frozenset(columns)
        self._departments = {
            row.code: Department(
                row.code, row.name, row.active, tuple(map(DepartmentSystem.model_validate, row.systems))
            )
            for row in departments
        }
        self._read_at = time.monotonic()
