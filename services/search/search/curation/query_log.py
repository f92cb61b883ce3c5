"""The query log: counts gathered in memory, written in batches, rare ones forgotten after a day.

A search adds to a dictionary and waits for nothing. What is in memory is lost when the process dies, and
beyond `MOST_HELD` different queries between two writes new ones are not counted: a log of habits may miss some.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.curation.privacy import loggable
from search.curation.tables import queries, query_clicks
from shared.askers import china_today

log = structlog.get_logger(__name__)

NOT_COUNTED = Counter("sunlight_queries_not_counted", "Queries the log left out", ["reason"])
MOST_HELD = 5_000
MOST_TODAY = 50_000
WRITE_SECONDS = 5.0
FORGET_SECONDS = 600.0
MIN_COUNT = 3
MIN_ASKERS = 3
RARE_HOURS = 24
KEPT_DAYS = 400
LAST_POSITION = 50

Key = tuple[date, str]


@dataclass
class Tally:
    """What one query gathered since the last write; `askers` are codes, see `shared.askers`."""

    count: int = 0
    zero: int = 0
    clicks: dict[int, int] = field(default_factory=dict)


class QueryLog:
    """Gathers and writes. `askers` of a day stay in memory as sets of one-byte codes, and only their number leaves."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: dict[Key, Tally] = {}
        self._askers: dict[Key, set[int]] = {}

    def searched(self, query: str, found: bool, asker: int) -> None:
        """Count a search by one of its callers' codes, see `shared.askers`."""
        key = self._key(query)
        if key is None:
            return
        tally = self._held.setdefault(key, Tally())
        tally.count += 1
        tally.zero += not found
        if key not in self._askers and len(self._askers) >= MOST_TODAY:
            del self._askers[next(iter(self._askers))]  # its askers are counted anew: too few rather than too many
        self._askers.setdefault(key, set()).add(asker)

    def clicked(self, query: str, position: int) -> None:
        """Count a click on the result at a position, the first is 1."""
        key = self._key(query)
        if key is not None and 1 <= position <= LAST_POSITION:
            clicks = self._held.setdefault(key, Tally()).clicks
            clicks[position] = clicks.get(position, 0) + 1

    def _key(self, query: str) -> Key | None:
        form = loggable(query)
        if form is None:
            NOT_COUNTED.labels("private").inc()
            return None
        key = (china_today(), form)
        if key not in self._held and len(self._held) >= MOST_HELD:
            NOT_COUNTED.labels("full").inc()
            return None
        return key

    async def run(self) -> None:
        """Write what was gathered every few seconds until cancelled."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Write what was gathered; what cannot be written is lost, and counted as such."""
        held, self._held = self._held, {}
        if not held:
            return
        askers = {key: len(self._askers.get(key, ())) for key in held}
        self._forget_yesterday()
        try:
            async with self._engine.begin() as connection:
                await add_counts(connection, held, askers)
        except Exception as error:
            NOT_COUNTED.labels("away").inc(sum(tally.count for tally in held.values()))
            log.warning("query_log.not_written", error=repr(error), queries=len(held))

    def _forget_yesterday(self) -> None:
        today = china_today()
        self._askers = {key: codes for key, codes in self._askers.items() if key[0] == today}


async def add_counts(connection: AsyncConnection, held: Mapping[Key, Tally], askers: Mapping[Key, int]) -> None:
    """Add to the day's counts, always in one order, so that two processes cannot wait for each other.

    Of askers the most any process saw is kept: adding would make one person who meets every replica many.
    A click counts only for a query that was asked that day, and no more often than it was asked.
    """
    asked = [
        {"day": day, "query": query, "searches": tally.count, "zero": tally.zero, "askers": askers[day, query]}
        for (day, query), tally in sorted(held.items())
        if tally.count
    ]
    if asked:
        statement = insert(queries)
        new = statement.excluded
        grown = {
            "searches": queries.c.searches + new.searches,
            "zero": queries.c.zero + new.zero,
            "askers": func.greatest(queries.c.askers, new.askers),
        }
        await connection.execute(statement.on_conflict_do_update(index_elements=["day", "query"], set_=grown), asked)
    clicks = [
        (day, query, position, count)
        for (day, query), tally in sorted(held.items())
        for position, count in sorted(tally.clicks.items())
    ]
    if clicks:
        await _add_clicks(connection, clicks)


async def _add_clicks(connection: AsyncConnection, clicks: list[tuple[date, str, int, int]]) -> None:
    """Row by row: many positions of many queries are more parameters than one statement takes."""
    keys = {(day, query) for day, query, _, _ in clicks}
    known = select(queries.c.day, queries.c.query, queries.c.searches).where(
        tuple_(queries.c.day, queries.c.query).in_(keys)
    )
    asked = {(row.day, row.query): row.searches for row in await connection.execute(known)}
    rows = [
        {"day": day, "query": query, "position": position, "clicks": min(count, asked[day, query])}
        for day, query, position, count in clicks
        if (day, query) in asked
    ]
    if not rows:
        return
    statement = insert(query_clicks)
    new = statement.excluded
    most = select(queries.c.searches).where(queries.c.day == new.day, queries.c.query == new.query).scalar_subquery()
    grown = {"clicks": func.least(query_clicks.c.clicks + new.clicks, most)}
    adding = statement.on_conflict_do_update(index_elements=["day", "query", "position"], set_=grown)
    await connection.execute(adding, rows)


async def forget(connection: AsyncConnection) -> int:
    """Drop what is a day old and was asked rarely or by few, and everything very old; how many queries went."""
    rare = (queries.c.searches < MIN_COUNT) | (queries.c.askers < MIN_ASKERS)
    aged = queries.c.first_at < func.now() - func.make_interval(0, 0, 0, 0, RARE_HOURS)
    old = queries.c.day < china_today() - timedelta(days=KEPT_DAYS)
    gone = await connection.execute(delete(queries).where((aged & rare) | old))
    asked = select(queries.c.query).where(queries.c.day == query_clicks.c.day, queries.c.query == query_clicks.c.query)
    await connection.execute(delete(query_clicks).where(~asked.exists()))
    return gone.rowcount


def forgetting(engine: AsyncEngine) -> Callable[[], Awaitable[None]]:
    """The worker's task that keeps the promise of the log."""

    async def run() -> None:
        while True:
            async with engine.begin() as connection:
                gone = await forget(connection)
            log.info("query_log.forgotten", queries=gone)
            await asyncio.sleep(FORGET_SECONDS)

    return run
