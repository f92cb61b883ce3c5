"""A question read: its subject as concepts, and the places and documents it names."""

from collections.abc import Iterator
from dataclasses import dataclass

from search import segmentation
from search.deriving import short_title
from search.places import Place, find_places
from search.understanding.stopwords import says_nothing
from search.vocabulary import Vocabulary

INNER_WEIGHT = 0.5
SHORT_WEIGHT = 0.5
NUMBER_WEIGHT = 0.4
MAX_CONCEPTS = 16
MAX_VARIANTS = 8


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing a question is about: its word, how much it counts, and other words for it with their weights."""

    word: str
    weight: float = 1.0
    variants: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the ranking uses it; `text` is the whole of it, simplified."""

    text: str
    concepts: tuple[Concept, ...] = ()
    titles: tuple[tuple[str, float], ...] = ()
    places: tuple[Place, ...] = ()
    dropped: tuple[str, ...] = ()
    corrected: str | None = None

    @property
    def expanded(self) -> dict[str, list[str]]:
        """Each word that was widened, with its other words."""
        return {concept.word: [word for word, _ in concept.variants] for concept in self.concepts if concept.variants}

    @property
    def marked(self) -> tuple[str, ...]:
        """The words to mark in what is found."""
        return tuple(word for concept in self.concepts for word in (concept.word, *dict(concept.variants)))


@dataclass(frozen=True, slots=True)
class _Piece:
    word: str
    tag: str = "vocabulary"


def read_question(text: str, vocabulary: Vocabulary) -> Question:
    """Read free words as people type them; any text is read, at worst as nothing but itself."""
    folded = segmentation.simplified(text)
    places = _places(folded)
    pieces = list(_pieces(folded, places, vocabulary))
    kept = [piece for piece in pieces if not says_nothing(piece.word, piece.tag)]
    dropped = [piece.word for piece in pieces if piece not in kept]
    if not kept and not places:
        kept, dropped = pieces, []
    concepts = {piece.word: _concept(piece, vocabulary) for piece in kept}
    titles = _titles(vocabulary, [*concepts, *vocabulary.together_in(folded)])
    extra = _together(folded, vocabulary)
    return Question(
        text=folded,
        concepts=tuple([*concepts.values(), *extra][:MAX_CONCEPTS]),
        titles=titles,
        places=tuple(dict.fromkeys(place for _, _, place in places)),
        dropped=tuple(dict.fromkeys(dropped)),
    )


def _places(text: str) -> list[tuple[int, int, Place]]:
    """The places named, but not those inside a longer word (长治 in 长治久安)."""
    ends, starts, at = set(), set(), 0
    for word, _ in segmentation.tags(text):
        at = text.find(word, at)
        starts.add(at)
        at += len(word)
        ends.add(at)
    return [(start, end, place) for start, end, place in find_places(text) if start in starts and end in ends]


def _pieces(text: str, places: list[tuple[int, int, Place]], vocabulary: Vocabulary) -> Iterator[_Piece]:
    known: list[tuple[int, int, str | None]] = [(start, end, None) for start, end, _ in places]
    known += [(start, end, word) for start, end, word in _vocabulary_spans(text, vocabulary)]
    at = 0
    for start, end, word in sorted(known, key=lambda span: (span[0], -span[1])):
        if start < at:
            continue
        yield from _segmented(text[at:start])
        if word is not None:
            yield _Piece(word)
        at = end
    yield from _segmented(text[at:])


def _vocabulary_spans(text: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int, str]]:
    singles = None
    for start, end, word in vocabulary.found_in(text):
        if len(word) == 1:
            singles = singles or {piece for piece, _ in segmentation.tags(text)}
            if word not in singles:
                continue
        yield start, end, word


def _segmented(text: str) -> Iterator[_Piece]:
    for word, tag in segmentation.tags(text):
        if any(letter.isalnum() for letter in word):
            yield _Piece(word, tag)


def _concept(piece: _Piece, vocabulary: Vocabulary) -> Concept:
    word = piece.word
    variants = {meant: weight for meant, weight in vocabulary.expansions(word) if meant[0] != "《"}
    for inner in segmentation.inner_words(word):
        if len(inner) > 1:
            variants.setdefault(inner, INNER_WEIGHT)
    weight = NUMBER_WEIGHT if word.isdecimal() else SHORT_WEIGHT if len(word) == 1 and not variants else 1.0
    strongest = sorted(variants.items(), key=lambda variant: -variant[1])
    return Concept(word, weight, tuple(strongest[:MAX_VARIANTS]))


def _together(text: str, vocabulary: Vocabulary) -> list[Concept]:
    found = []
    for key in vocabulary.together_in(text):
        meant = [(word, weight) for word, weight in vocabulary.expansions(key) if word[0] != "《"]
        found += [Concept(word, weight) for word, weight in meant]
    return found


def _titles(vocabulary: Vocabulary, terms: list[str]) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for term in terms:
        for meant, weight in vocabulary.expansions(term):
            if meant[0] == "《":
                title = short_title(meant)
                found[title] = max(weight, found.get(title, 0))
    return tuple(found.items())
