"""Which of the passages of a document that speak of a question is shown: the one that answers it.

The engine brings the passages that hold most of the question's words. Those words are often what the whole document
is about (驾驶证, a law on driving licences), so each counts less the more of the passages hold it. Weights are those
of decision 0015.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from search.understanding.expecting import expected
from search.understanding.question import Concept, Question

RARE, NAMED, BEGINNING = 0.7, 0.7, 0.3
LEAD = 45  # characters; an article says first what it is about


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage as the engine found it: `nearness` is the engine's score."""

    nearness: float
    label: str
    heading: str
    text: str


def chosen(question: Question, found: Sequence[Candidate]) -> int:
    """Where in `found`, nearest first, the passage stands that answers best; the first of equals."""
    if len(found) < 2 or not question.concepts:
        return 0
    worth = [*map(sum, zip(_nearness(found), _subject(question, found), _kind(question, found), strict=True))]
    return max(range(len(found)), key=worth.__getitem__)


def _nearness(found: Sequence[Candidate]) -> list[float]:
    """The engine's score, as a share of the nearest passage's."""
    most = max(candidate.nearness for candidate in found) or 1.0
    return [candidate.nearness / most for candidate in found]


def _subject(question: Question, found: Sequence[Candidate]) -> list[float]:
    """How much of what is asked about each speaks of; what few speak of and what the person named counts most."""
    concepts = question.concepts
    words = [_words(concept) for concept in concepts]
    spoken = [_spoken(words, candidate) for candidate in found]
    shares = [sum(map(bool, strengths)) / len(found) for strengths in zip(*(whole for whole, _ in spoken), strict=True)]
    said = [concept.word in question.text for concept in concepts]
    heaviest = sum(concept.weight for concept in concepts)
    heaviest_said = sum(concept.weight for concept, is_said in zip(concepts, said, strict=True) if is_said) or 1.0
    counts = [
        RARE * (1 - share) / heaviest + NAMED * is_said / heaviest_said
        for share, is_said in zip(shares, said, strict=True)
    ]
    front = BEGINNING / (max(sum(whole) for whole, _ in spoken) or 1.0)
    return [sum(map(mul, whole, counts)) + front * begun for whole, begun in spoken]


def _words(concept: Concept) -> list[tuple[str, float]]:
    """A concept's words with what they count, the best first."""
    return [(concept.word, concept.weight), *((word, concept.weight * own) for word, own in concept.variants)]


def _spoken(words: Sequence[Sequence[tuple[str, float]]], candidate: Candidate) -> tuple[list[float], float]:
    """For each concept what the best of its words in a passage counts, and the sum of those at its front."""
    text = f"{candidate.text}\n{candidate.heading}"
    front = len(candidate.label) + LEAD
    strengths, begun = [], 0.0
    for concept in words:
        for word, strength in concept:
            at = text.find(word)
            if at >= 0:
                strengths.append(strength)
                begun += strength if at < front else 0.0
                break
        else:
            strengths.append(0.0)
    return strengths, begun


def _kind(question: Question, found: Sequence[Candidate]) -> list[float]:
    """Whether each holds what an answer to the question holds: a time, a sum, a penalty."""
    kinds = expected(question.text)
    return [sum(kind.weight for kind in kinds if kind.given.search(candidate.text)) for candidate in found]
