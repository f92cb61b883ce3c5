"""The working-day calendar in its tables."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.store.tables import calendar_days, calendar_version, calendar_years
from shared.calendar import CalendarDay, WorkCalendar

VERSION = select(calendar_version.c.version).where(calendar_version.c.id == 1)


class CalendarCache:
    """The newest calendar this process has loaded; a version never changes once it is committed."""

    def __init__(self) -> None:
        self.newest: WorkCalendar | None = None


class StoredCalendars:
    """One transaction's view of the calendar: shared with other acts, or locked for an import."""

    def __init__(self, connection: AsyncConnection, cache: CalendarCache) -> None:
        self._connection = connection
        self._cache = cache
        self._changed = False

    async def current(self) -> WorkCalendar:
        version = (await self._connection.execute(VERSION.with_for_update(read=True))).scalar_one()
        held = self._cache.newest
        if self._changed:  # not committed yet, so not for others' eyes
            return await self._load(version)
        if held is None or held.version != version:
            held = self._cache.newest = await self._load(version)
        return held

    async def lock(self) -> WorkCalendar:
        version = (await self._connection.execute(VERSION.with_for_update())).scalar_one()
        return await self._load(version)

    async def put_year(self, year: int, days: Sequence[CalendarDay], source: str, by: str) -> None:
        self._changed = True
        added = insert(calendar_years).values(year=year, source=source, imported_by=by)
        newer = {"source": source, "imported_by": by, "imported_at": func.now()}
        index = [calendar_years.c.year]
        await self._connection.execute(added.on_conflict_do_update(index_elements=index, set_=newer))
        await self._connection.execute(delete(calendar_days).where(calendar_days.c.year == year))
        rows = [{"year": year, **day._asdict()} for day in days]
        if rows:
            await self._connection.execute(calendar_days.insert(), rows)
        await self._connection.execute(update(calendar_version).values(version=calendar_version.c.version + 1))

    async def source(self, year: int) -> str:
        query = select(calendar_years.c.source).where(calendar_years.c.year == year)
        return await self._connection.scalar(query) or ""

    async def _load(self, version: int) -> WorkCalendar:
        years = await self._connection.execute(select(calendar_years.c.year))
        columns = calendar_days.c
        days = await self._connection.execute(select(columns.date, columns.working, columns.name))
        return WorkCalendar.of(version, years.scalars(), (CalendarDay(*row) for row in days))
