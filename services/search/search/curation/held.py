"""What editors made, in the memory of each API process; at most RELOAD_SECONDS behind the database."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.curation.rules import BestBet, overrides
from search.curation.store import BEST_BETS, VOCABULARY, every, state_token
from search.spelling import folded
from search.vocabulary import Vocabulary, shipped
from shared.askers import china_today

log = structlog.get_logger(__name__)

RELOAD_SECONDS = 3.0
WATCH_SECONDS = 1.0
MOST_BETS = 3

Look = Callable[[Collection[str]], Awaitable[set[str]]]


@dataclass(frozen=True)
class Curated:
    """Best bets by the folded query that shows them, and the vocabulary with its changes."""

    bets: Mapping[str, Sequence[BestBet]] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=shipped)


async def load_vocabulary(connection: AsyncConnection) -> Vocabulary:
    entries = await every(connection, VOCABULARY)
    return shipped().overridden(overrides([kept.content for kept in entries]))


class HeldVocabulary:
    """The vocabulary for who reads it within a transaction; one object until it changes, as readings are kept by it."""

    def __init__(self) -> None:
        self._token: tuple[int, int] | None = None
        self._vocabulary = shipped()

    async def read(self, connection: AsyncConnection) -> Vocabulary:
        """As it stands, read again if anything was changed since."""
        token = await state_token(connection)
        if token != self._token:
            self._vocabulary, self._token = await load_vocabulary(connection), token
        return self._vocabulary


class HeldCuration:
    """Reloads when the record of changes has grown; while the database is away it keeps what it has.

    Best bets that lead to an item wait for the index to say that the public sees it: what is withdrawn leaves
    within WATCH_SECONDS, and while the index cannot say, none of them is shown.
    """

    def __init__(self, engine: AsyncEngine, look: Look) -> None:
        self._engine = engine
        self._look = look
        self._token: tuple[int, int] | None = None
        self._visible: frozenset[str] = frozenset()
        self.current = Curated()

    async def run(self) -> None:
        """Keep it fresh until cancelled."""
        while True:
            try:
                await self.reload()
            except Exception as error:
                log.warning("curation.not_read", error=repr(error))
            await asyncio.sleep(RELOAD_SECONDS)

    async def watch(self) -> None:
        """Keep looking which items of best bets the public sees, until cancelled."""
        while True:
            await self._watch()
            await asyncio.sleep(WATCH_SECONDS)

    async def _watch(self) -> None:
        items = {bet.item for bets in self.current.bets.values() for bet in bets if bet.item}
        try:
            self._visible = frozenset(await self._look(items))
        except Exception as error:
            log.warning("best_bets.not_checked", error=repr(error))
            self._visible = frozenset()

    async def reload(self) -> None:
        """Read again if anything was changed since."""
        async with self._engine.connect() as connection:
            token = await state_token(connection)
            if token == self._token:
                return
            bets = await every(connection, BEST_BETS)
            vocabulary = await load_vocabulary(connection)
        by_query: dict[str, list[BestBet]] = {}
        for kept in bets:
            for key in kept.content.keys:
                by_query.setdefault(key, []).append(kept.content)
        self.current = Curated(by_query, vocabulary)
        self._token = token
        await self._watch()

    def revision(self) -> str:
        """Changes whenever `shown_for` or the vocabulary may say something else."""
        return f"{self._token} {china_today()} {hash(self._visible)}"

    def shown_for(self, query: str) -> list[dict[str, Any]]:
        """What editors put before the results of this query today, the oldest entries first."""
        bets = self.current.bets.get(folded(query), ())
        today = china_today()
        shown = [bet for bet in bets if bet.shown_on(today) and (bet.item is None or bet.item in self._visible)]
        return [
            {"title": bet.title, "url": bet.url, "summary": bet.summary, "owner": bet.owner}
            for bet in shown[:MOST_BETS]
        ]
