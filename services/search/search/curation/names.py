"""Names suggested from memory: departments, columns and popular queries."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from search.curation.popular import popular
from search.curation.present import Present
from search.spelling import Spelled, Typed

log = structlog.get_logger(__name__)

FRESH_SECONDS = 1.0
POPULAR_SECONDS = 30.0
EACH_KIND = 2

Suggestion = dict[str, str]
Look = Callable[[Sequence[str]], Awaitable[Present]]
ColumnNames = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Named:
    """A name with what a click on it opens."""

    spelled: Spelled
    url: str
    kind: str

    @property
    def suggestion(self) -> Suggestion:
        return {"text": self.spelled.name, "url": self.url, "type": self.kind}


@dataclass
class KnownNames:
    """Departments and columns that have published items, and popular queries whose words stand in one.

    Looked at again when a suggestion is asked for and the last look is a second old, so that what was
    withdrawn is gone within the second; when the index cannot say, nothing is suggested from memory.
    """

    look: Look
    database: AsyncEngine
    column_names: ColumnNames = dict
    queries: list[str] = field(default_factory=list)
    _named: list[Named] = field(default_factory=list)
    _present: Present | None = None
    _seen_at: float = -FRESH_SECONDS
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def suggest(self, typed: Typed) -> list[Suggestion]:
        """At most EACH_KIND of a kind, in order of kind."""
        await self._refresh()
        found: dict[str, list[Suggestion]] = {}
        for named in self._named:
            of_kind = found.setdefault(named.kind, [])
            if len(of_kind) < EACH_KIND and named.spelled.answers(typed):
                of_kind.append(named.suggestion)
        return [suggestion for of_kind in found.values() for suggestion in of_kind]

    async def _refresh(self) -> None:
        async with self._looking:
            if time.monotonic() - self._seen_at < FRESH_SECONDS:
                return
            try:
                present = await self.look(self.queries)
            except Exception as error:
                log.warning("names.not_read", error=repr(error))
                self._present, self._named = None, []
                return
            self._seen_at = time.monotonic()
            if present != self._present:
                self._named = [*self._popular(present), *self._places(present)]
                self._present = present

    def _popular(self, present: Present) -> list[Named]:
        shown = [query for query in self.queries if query in present.texts]
        return [Named(Spelled.of(query), f"/search?{urlencode({'q': query})}", "popular") for query in shown]

    def _places(self, present: Present) -> list[Named]:
        names = self.column_names()
        departments = [
            Named(Spelled.of(name), f"/search?{urlencode({'department': code})}", "department")
            for code, name in present.departments.items()
        ]
        columns = [
            Named(Spelled.of(names[code]), f"/columns/{quote(code)}", "column")
            for code in sorted(present.columns & names.keys())
        ]
        return [*columns, *departments]

    async def run(self) -> None:
        """Keep the list of popular queries fresh until cancelled."""
        while True:
            try:
                async with self.database.connect() as connection:
                    self.queries = await popular(connection)
            except Exception as error:
                log.warning("popular.not_read", error=repr(error))
            await asyncio.sleep(POPULAR_SECONDS)
