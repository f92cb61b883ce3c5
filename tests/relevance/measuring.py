"""Asking one system all judged queries, and what came of it by group."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.relevance.judging import Judged
from tests.relevance.metrics import GOOD, Score, gains, mean, score

ALL = "all"
PEOPLE, EVERY_PERSON = "people", "people*"  # the groups that begin so, and all of them together


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
    """Mean figures of each group of `members_of`."""
    return {group: mean([outcome.score for outcome in members]) for group, members in members_of(outcomes).items()}


def members_of(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each group, of all questions people ask under EVERY_PERSON, and of all under ALL."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[outcome.judged.group].append(outcome)
    asked = [outcome for outcome in outcomes if outcome.judged.group.startswith(PEOPLE)]
    several = len([group for group in found if group.startswith(PEOPLE)]) > 1
    return {**found, **({EVERY_PERSON: asked} if several else {}), ALL: list(outcomes)}


def articles_shown(outcomes: Sequence[Outcome], shown: Mapping[str, str | None]) -> tuple[int, int]:
    """Of the first results that answer by a judged article: how many show that article, and how many they are.

    `shown` is the label of the first result's passage by query.
    """
    right = judged = 0
    for outcome in outcomes:
        first = outcome.ranking[0] if outcome.ranking else ""
        wanted = [answer.articles for answer in outcome.judged.answers if first in answer.documents and answer.articles]
        if outcome.score.success and wanted:
            judged += 1
            right += shown.get(outcome.judged.query) in wanted[0]
    return right, judged
