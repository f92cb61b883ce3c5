"""All of curation as the query API uses it: what stands before results, what is counted after them, suggestions."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import Request
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.curation.held import HeldCuration
from search.curation.measuring import measured
from search.curation.names import ColumnNames, KnownNames
from search.curation.present import published, read_present
from search.curation.query_log import QueryLog
from search.curation.suggester import Suggester, Titles
from search.domain import read_words
from search.index import Names
from search.vocabulary import Vocabulary
from shared.askers import asker_of


@dataclass(frozen=True)
class Curation:
    """One process's curation; `running` keeps what it holds fresh and writes what it counted."""

    held: HeldCuration
    log: QueryLog
    names: KnownNames
    suggester: Suggester

    @classmethod
    def of(
        cls, client: AsyncOpenSearch, names: Names, database: AsyncEngine, titles: Titles, columns: ColumnNames = dict
    ) -> "Curation":
        """`columns` gives the names of columns by code, as they stand now."""
        known = KnownNames(partial(read_present, client, names), database, columns)
        return cls(
            HeldCuration(database, partial(published, client, names)),
            QueryLog(database),
            known,
            Suggester(titles, known),
        )

    @property
    def vocabulary(self) -> Vocabulary:
        """The shipped vocabulary with what editors changed."""
        return self.held.current.vocabulary

    def revision(self) -> str:
        """Changes whenever `beside` may say something else."""
        return self.held.revision()

    def beside(self, q: str, /) -> Mapping[str, Any]:
        """What stands before the results of a query."""
        return {"best_bets": self.held.shown_for(q)}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the endless tasks while the context is open; what was counted is written at the end."""
        tasks = [asyncio.create_task(run()) for run in (self.held.run, self.held.watch, self.log.run, self.names.run)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.suggester.close()
            await self.log.write()

    def counted(self, request: Request, q: str, found: bool, seconds: float) -> None:
        """Count an answered first page, unless staff tried it out."""
        words = read_words(q)
        measured(words, found, seconds)
        if words and "authorization" not in request.headers:
            self.log.searched(q, found, asker_of(request.headers, request.client.host if request.client else ""))
