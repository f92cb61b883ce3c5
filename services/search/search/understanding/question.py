"""A question read: its subject as concepts, and the places and documents it names."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from search import segmentation
from search.deriving import short_title
from search.lexicon import Lexicon
from search.names import Span
from search.places import Place, find_places
from search.understanding.correcting import corrected, mistyped_title
from search.understanding.stopwords import GENERAL_PARTS, says_nothing
from search.vocabulary import Vocabulary

INNER_WEIGHT = 0.5
SHORT_WEIGHT = 0.5
NUMBER_WEIGHT = 0.4
STRONG = 1.0  # the weight of a concept that carries a question; weaker ones only add
NAMED = 1.5  # a document named outright, beside one a word points to
SEVERAL = 1.3  # a document that several words together point to: 民工 alone means wages, 民工 堵路 does not
EMPTY = Lexicon()
MAX_CONCEPTS = 12  # in a story more of them only bring what it is not about
MAX_VARIANTS = 8


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing a question is about: its word, how much it counts, and other words for it with their weights."""

    word: str
    weight: float = 1.0
    variants: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the ranking uses it.

    `text` is the whole of it, simplified and corrected; `core` the text without the words that only ask;
    `corrected` the same as `text` when it differs from what was typed, `suggested` what else may have been meant.
    """

    text: str
    core: str = ""
    concepts: tuple[Concept, ...] = ()
    titles: tuple[tuple[str, float], ...] = ()
    places: tuple[Place, ...] = ()
    dropped: tuple[str, ...] = ()
    corrected: str | None = None
    suggested: str | None = None

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
    """A word of a question with its part of speech; a short form also has the titles it stands for."""

    word: str
    tag: str = "vocabulary"
    titles: tuple[tuple[str, float], ...] = ()


def read_question(text: str, vocabulary: Vocabulary, lexicon: Lexicon = EMPTY) -> Question:
    """Read free words as people type them; any text is read, at worst as nothing but itself."""
    typed = segmentation.simplified(text)
    named = _named(typed, vocabulary, lexicon)
    correction = None if named else corrected(typed, lexicon, vocabulary)
    folded = correction.text if correction and correction.certain else typed
    if folded != typed:
        named = _named(folded, vocabulary, lexicon)
    places = _places(folded)
    pieces = list(_pieces(folded, places, named, vocabulary))
    kept = [piece for piece in pieces if not says_nothing(piece.word, piece.tag)]
    dropped = [piece.word for piece in pieces if piece not in kept]
    if not kept and not places:
        kept, dropped = pieces, []
    concepts = {piece.word: _concept(piece, vocabulary) for piece in kept}
    together = vocabulary.together_in(folded)
    pointed = _together(together, vocabulary)
    return Question(
        text=folded,
        core=_core(folded, dropped),
        concepts=(*_most_telling([*concepts.values()], MAX_CONCEPTS - len(pointed), vocabulary, lexicon), *pointed),
        titles=_titles(vocabulary, [*concepts, *together], named, folded),
        places=tuple(dict.fromkeys(place for _, _, place in places)),
        dropped=tuple(dict.fromkeys(dropped)),
        corrected=folded if folded != typed else None,
        suggested=correction.text if correction and not correction.certain else _guessed(named),
    )


def _guessed(named: list[Span]) -> str | None:
    """The title that was looked for though it does not stand in the text: it spans nothing of it."""
    return next((titles[0][0] for start, end, titles in named if start == end), None)


def _core(text: str, dropped: list[str]) -> str:
    """A text with a gap where words were dropped; single characters stay."""
    for word in sorted({word for word in dropped if len(word) > 1}, key=len, reverse=True):
        text = text.replace(word, " ")
    return " ".join(text.split())


def _named(text: str, vocabulary: Vocabulary, lexicon: Lexicon) -> list[Span]:
    """Where titles or short forms of titles stand; the vocabulary's own short forms are left to it."""
    found = lexicon.names.found_in(text)
    if not any(titles[0][1] == 1.0 for _, _, titles in found):
        title = mistyped_title(text, lexicon)
        if title:
            return [(0, 0, (title,))]
    return [span for span in found if not vocabulary.expansions(text[span[0] : span[1]])]


def _places(text: str) -> list[tuple[int, int, Place]]:
    """The places named, but not those inside a longer word (长治 in 长治久安)."""
    inside, at = set(), 0
    for word, _ in segmentation.tags(text):
        at = text.find(word, at)
        inside |= {(start, end) for start in range(at, at + len(word)) for end in range(start + 1, at + len(word) + 1)}
        inside.discard((at, at + len(word)))
        at += len(word)
    return [span for span in find_places(text) if span[:2] not in inside]


def _pieces(
    text: str, places: list[tuple[int, int, Place]], named: list[Span], vocabulary: Vocabulary
) -> Iterator[_Piece]:
    whole_titles = [(start, end) for start, end, titles in named if text[start:end] == titles[0][0]]
    marked = [(start, end, _Piece(text[start:end], "title", titles)) for start, end, titles in named]
    marked = [span for span in marked if span[:2] not in whole_titles and span[1]]
    marked += [
        (start, end, _Piece(word))
        for start, end, word in _vocabulary_spans(text, vocabulary)
        if not any(first <= start and end <= last for first, last in whole_titles)
    ]
    marked += [(start, end, _Piece("")) for start, end, _ in places]
    at = 0
    for start, end, piece in sorted(marked, key=lambda span: (span[0], -span[1])):
        if start < at:
            continue
        yield from _segmented(text[at:start])
        if piece.word:
            yield piece
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
    variants = {title: INNER_WEIGHT * sure for title, sure in piece.titles}
    variants |= {meant: weight for meant, weight in vocabulary.expansions(word) if meant[0] != "《"}
    for part in segmentation.parts(word):
        if part not in GENERAL_PARTS:
            variants.setdefault(part, INNER_WEIGHT)
    weight = NUMBER_WEIGHT if word.isdecimal() else SHORT_WEIGHT if len(word) == 1 and not variants else 1.0
    strongest = sorted(variants.items(), key=lambda variant: -variant[1])
    return Concept(word, weight, tuple(strongest[:MAX_VARIANTS]))


def _together(keys: list[str], vocabulary: Vocabulary) -> list[Concept]:
    meant = [expansion for key in keys for expansion in vocabulary.expansions(key)]
    return [Concept(word, weight) for word, weight in dict(meant).items() if word[0] != "《"][:MAX_CONCEPTS]


def _most_telling(concepts: list[Concept], room: int, vocabulary: Vocabulary, lexicon: Lexicon) -> list[Concept]:
    """So many concepts, in the order of the question: what the vocabulary knows, then what fewest documents hold.

    Taken from the front, a story would lose its end, where it asks.
    """
    if len(concepts) <= room:
        return concepts
    best = sorted(concepts, key=lambda concept: -_telling(concept, vocabulary, lexicon))[:room]
    return [concept for concept in concepts if concept in best]


def _telling(concept: Concept, vocabulary: Vocabulary, lexicon: Lexicon) -> float:
    """How much a concept says: 2 what the vocabulary knows, 0 a single character, between them by rarity."""
    if vocabulary.expansions(concept.word):
        return 2.0
    documents = lexicon.words.get(concept.word, 0)
    if len(concept.word) == 1 or concept.weight < STRONG or not documents:
        return 0.0
    return 1.0 - math.log(documents) / math.log(len(lexicon.titles) + 2)


def _titles(vocabulary: Vocabulary, terms: list[str], named: list[Span], text: str) -> tuple[tuple[str, float], ...]:
    """The documents a question names or its words point to, with how surely; a word that is all of it names them."""
    found: dict[str, float] = {}
    for term in terms:
        for meant, weight in vocabulary.expansions(term):
            if meant[0] == "《":
                title = short_title(meant)
                surer = NAMED if term == text else SEVERAL if " " in term else 1
                found[title] = max(weight * surer, found.get(title, 0))
    for _, _, titles in named:
        for title, sure in titles:
            found[title] = max(sure * NAMED, found.get(title, 0))
    return tuple(found.items())
