"""What editors made, in the memory of each API process; at most RELOAD_SECONDS behind the database."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from search.curation.privacy import china_today
from search.curation.rules import BestBet, overrides
from search.curation.store import BEST_BETS, VOCABULARY, every, state_token
from search.spelling import folded

log = structlog.get_logger(__name__)

RELOAD_SECONDS = 3.0
MOST_BETS = 3

Expansions = Mapping[str, tuple[tuple[str, float], ...]]


@dataclass(frozen=True)
class Curated:
    """Best bets by the folded query that shows them, and the vocabulary's changes by term."""

    bets: Mapping[str, Sequence[BestBet]] = field(default_factory=dict)
    vocabulary: Expansions = field(default_factory=dict)


class HeldCuration:
    """Reloads when the record of changes has grown; while the database is away it keeps what it has."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._token: tuple[int, int] | None = None
        self.current = Curated()

    async def run(self) -> None:
        """Keep it fresh until cancelled."""
        while True:
            try:
                await self.reload()
            except Exception as error:
                log.warning("curation.not_read", error=repr(error))
            await asyncio.sleep(RELOAD_SECONDS)

    async def reload(self) -> None:
        """Read again if anything was changed since."""
        async with self._engine.connect() as connection:
            token = await state_token(connection)
            if token == self._token:
                return
            bets = await every(connection, BEST_BETS)
            entries = await every(connection, VOCABULARY)
        by_query: dict[str, list[BestBet]] = {}
        for kept in sorted(bets, key=lambda kept: kept.id):
            for key in kept.content.keys:
                by_query.setdefault(key, []).append(kept.content)
        self.current = Curated(by_query, overrides([kept.content for kept in entries]))
        self._token = token

    def bets_for(self, query: str) -> list[BestBet]:
        """What editors put before the results of this query today, the oldest entries first."""
        today = china_today()
        return [bet for bet in self.current.bets.get(folded(query), ()) if bet.shown_on(today)][:MOST_BETS]
