"""Asking one system all judged queries, and what came of it by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.relevance.judging import Judged
from tests.relevance.metrics import GOOD, Score, gains, mean, score

ALL = "all"


class System(Protocol):
    """Anything that answers a query with ids of documents, best first."""

    name: str

    async def ask(self, query: str) -> list[str]: ...


@dataclass(frozen=True)
class Outcome:
    """One judged query, the ranking it got and its figures."""

    judged: Judged
    ranking: tuple[str, ...]
    score: Score

    @property
    def place(self) -> int | None:
        """The rank of the first answer, or None."""
        earned = gains(self.ranking, self.judged.answers)
        return next((rank for rank, grade in enumerate(earned, 1) if grade >= GOOD), None)


async def measure(system: System, queries: Sequence[Judged]) -> list[Outcome]:
    """Ask every query, one at a time."""
    outcomes = []
    for judged in queries:
        ranking = await system.ask(judged.query)
        outcomes.append(Outcome(judged, tuple(ranking), score(ranking, judged.answers)))
    return outcomes


def by_group(outcomes: Sequence[Outcome]) -> dict[str, Score]:
    """Mean figures of each group in order of appearance, and of all queries under ALL."""
    groups = dict.fromkeys(outcome.judged.group for outcome in outcomes)
    means = {group: mean([outcome.score for outcome in outcomes if outcome.judged.group == group]) for group in groups}
    return {**means, ALL: mean([outcome.score for outcome in outcomes])}
