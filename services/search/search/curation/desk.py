"""All of curation as the query API uses it: what stands before results, and what is counted after them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from fastapi import Request
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.curation.held import HeldCuration
from search.curation.measuring import measured
from search.curation.names import ColumnNames, KnownNames
from search.curation.present import published, read_present
from search.curation.privacy import CODES, asker_code
from search.curation.query_log import QueryLog
from search.curation.rules import BestBet
from search.curation.suggester import Suggester, Titles
from search.domain import read_words
from search.index import Names

log = structlog.get_logger(__name__)

ASKER_HEADER = "x-asker"


@dataclass(frozen=True)
class Curation:
    """One process's curation; `running` keeps what it holds fresh and writes what it counted."""

    held: HeldCuration
    log: QueryLog
    names: KnownNames
    suggester: Suggester
    visible: Callable[[Collection[str]], Awaitable[set[str]]]

    @classmethod
    def of(
        cls, client: AsyncOpenSearch, names: Names, database: AsyncEngine, titles: Titles, columns: ColumnNames = dict
    ) -> "Curation":
        """`columns` gives the names of columns by code, as they stand now."""
        known = KnownNames(partial(read_present, client, names), database, columns)
        return cls(
            HeldCuration(database),
            QueryLog(database),
            known,
            Suggester(titles, known),
            partial(published, client, names),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the endless tasks while the context is open; what was counted is written at the end."""
        tasks = [asyncio.create_task(run()) for run in (self.held.run, self.log.run, self.names.run)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.log.write()

    async def answered(self, request: Request, q: str, total: int, seconds: float) -> list[dict[str, Any]]:
        """Count an answered first page, unless staff tried it out, and give what editors put before it."""
        words = read_words(q)
        measured(words, total, seconds)
        if words and "authorization" not in request.headers:
            self.log.searched(q, total, asker_of(request))
        return [shown(bet) for bet in await self._visible(self.held.bets_for(q))]

    async def _visible(self, bets: list[BestBet]) -> list[BestBet]:
        """Without those that lead to an item the public cannot see; when the index cannot say, without any such."""
        items = {bet.item for bet in bets if bet.item}
        if not items:
            return bets
        try:
            seen = await self.visible(items)
        except Exception as error:
            log.warning("best_bets.not_checked", error=repr(error))
            seen = set()
        return [bet for bet in bets if bet.item is None or bet.item in seen]


def shown(bet: BestBet) -> dict[str, Any]:
    """As the public sees it."""
    return {"title": bet.title, "url": bet.url, "summary": bet.summary}


def asker_of(request: Request) -> int:
    """The caller's code: given by the portal, which knows its visitors; else from the address the edge saw."""
    given = request.headers.get(ASKER_HEADER, "")
    if given.isdecimal() and len(given) <= 3:
        return int(given) % CODES
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return asker_code(forwarded or (request.client.host if request.client else ""))
