"""How good a ranking is, as pure functions.

An answer is a document, or several of which any one will do (the same text kept twice); each answer counts
once. Grades: 3 answers the question, 2 answers it too but less directly, 1 is only related.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from math import log2

GOOD = 2  # the grade from which a document is an answer
DEPTH = 10


@dataclass(frozen=True)
class Answer:
    """What a person should find: any of these documents, how well it answers, and the articles that do."""

    grade: int
    documents: frozenset[str]
    articles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Score:
    """Figures of one query, or the mean over many; each from 0 to 1. Higher is better, but for `zero`."""

    success: float
    mrr: float
    ndcg: float
    recall: float
    zero: float


FIGURES = tuple(field.name for field in fields(Score))


def gains(ranking: Sequence[str], answers: Sequence[Answer]) -> list[int]:
    """The grade earned at each rank; a second document of one answer earns nothing more."""
    open_answers = sorted(answers, key=lambda answer: -answer.grade)
    earned = []
    for document in ranking:
        found = next((answer for answer in open_answers if document in answer.documents), None)
        if found is not None:
            open_answers.remove(found)
        earned.append(found.grade if found else 0)
    return earned


def dcg(grades: Iterable[int]) -> float:
    """Discounted cumulative gain with 2^grade − 1 (Burges et al. 2005)."""
    return sum((2.0**grade - 1) / log2(rank + 1) for rank, grade in enumerate(grades, 1))


def score(ranking: Sequence[str], answers: Sequence[Answer]) -> Score:
    """Figures of one ranking: success@1, reciprocal rank, nDCG and recall within DEPTH, and whether it is empty."""
    earned = gains(ranking[:DEPTH], answers)
    good = [rank for rank, grade in enumerate(earned, 1) if grade >= GOOD]
    wanted = sum(answer.grade >= GOOD for answer in answers)
    ideal = dcg(sorted((answer.grade for answer in answers), reverse=True)[:DEPTH])
    return Score(
        success=float(bool(good) and good[0] == 1),
        mrr=1 / good[0] if good else 0.0,
        ndcg=dcg(earned) / ideal if ideal else 0.0,
        recall=len(good) / min(wanted, DEPTH) if wanted else 0.0,
        zero=float(not ranking),
    )


def mean(scores: Sequence[Score]) -> Score:
    """The mean of each figure; of no scores, all zero."""
    columns = zip(*map(astuple, scores), strict=True)
    return Score(*(sum(column) / len(scores) for column in columns)) if scores else Score(0, 0, 0, 0, 0)
