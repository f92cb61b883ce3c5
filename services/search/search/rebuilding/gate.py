"""Whether people would find in a new index what they find in the live one.

Titles of documents that are live now are searched in both, with the questions asked most if they are known. This
catches an index that answers nothing or something else; how good answers are is measured by `make relevance`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from opensearchpy import AsyncOpenSearch

from search.engine import OpenSearchEngine
from search.handlers import find
from search.index import Names, outages
from shared.problems import Invalid

TITLES = 40
DEPTH = 10
LEAST_OVERLAP = 0.5
MOST_LOST = 0.05
LONGEST_QUESTION = 100

Questions = Callable[[], Awaitable[Sequence[str]]]


class CandidateNames(Names):
    """The names as they will be: what readers ask is answered by the index that is being filled."""

    @property
    def read(self) -> str:
        return self.candidate


@dataclass(frozen=True)
class Judgement:
    """Questions asked, the mean share of the first ten answers that is the same, and questions without answer.

    `known` are titles, `known_lost` those whose document was among the first ten and is not any more.
    """

    questions: int
    overlap: float
    unanswered_before: int
    unanswered_after: int
    known: int
    known_lost: int

    @property
    def complaints(self) -> list[str]:
        """Why the new index should not go live."""
        found = []
        if self.questions and self.overlap < LEAST_OVERLAP:
            found.append(f"前 {DEPTH} 条结果平均只有 {self.overlap:.0%} 相同")
        if self.unanswered_after - self.unanswered_before > MOST_LOST * self.questions:
            found.append(f"无结果的检索由 {self.unanswered_before} 增至 {self.unanswered_after}（共 {self.questions}）")
        if self.known_lost > MOST_LOST * self.known:
            found.append(f"{self.known} 个标题中有 {self.known_lost} 个不再能找到其文件")
        return found

    def figures(self) -> dict[str, Any]:
        return {**asdict(self), "overlap": round(self.overlap, 4)}


async def no_questions() -> Sequence[str]:
    return ()


async def judge(client: AsyncOpenSearch, names: Names, questions: Questions = no_questions) -> Judgement:
    """Ask both indices the same. Raises DependencyAway, or what a search raises when the engine is away."""
    titles = await _some_titles(client, names)
    asked = [*titles.items(), *((question, "") for question in await questions())]
    before_engine = OpenSearchEngine(client, names)
    after_engine = OpenSearchEngine(client, CandidateNames(names.prefix, names.shards, names.replicas))
    overlaps, empty_before, empty_after, lost = [], 0, 0, 0
    for question, document in asked:
        before, after = await _first(before_engine, question), await _first(after_engine, question)
        if before:
            overlaps.append(len({*before} & {*after}) / len(before))
        empty_before += not before
        empty_after += not after
        lost += document in before and document not in after
    overlap = sum(overlaps) / len(overlaps) if overlaps else 1.0
    return Judgement(len(asked), overlap, empty_before, empty_after, len(titles), lost)


async def _first(engine: OpenSearchEngine, question: str) -> list[str]:
    try:
        return [item["id"] for item in (await find(engine, question, limit=DEPTH)).items]
    except Invalid:
        return []  # a live index of an older shape may not know what today's questions ask of it


async def _some_titles(client: AsyncOpenSearch, names: Names) -> dict[str, str]:
    """Titles of documents taken at random, and their ids."""
    chosen = {"function_score": {"query": {"match_all": {}}, "random_score": {"field": "_seq_no", "seed": 1}}}
    with outages():
        answer = await client.search(index=names.read, body={"query": chosen, "size": TITLES, "_source": ["title"]})
    return {hit["_source"]["title"][:LONGEST_QUESTION]: hit["_id"] for hit in answer["hits"]["hits"]}
