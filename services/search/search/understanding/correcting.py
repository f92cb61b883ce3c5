"""Slips of the keyboard: pinyin left unconverted, a character of the same sound or shape, one too many, one missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from search import pinyin, segmentation
from search.lexicon import Lexicon
from search.names import ENDS
from search.understanding.stopwords import STOPWORDS
from search.vocabulary import Vocabulary

SHORTEST_PINYIN = 3  # letters
LIKE_A_TITLE = 72  # rapidfuzz ratio of the characters, 0 to 100
SURE_TITLE = 80  # of characters and sound together
SHORTEST_TITLE, LONGEST_TITLE = 4, 60
CANDIDATES = 8
LONGEST_WINDOW = 5
LONGEST_CORRECTED = 10  # characters; in a longer question nearly every stretch that seems a slip was meant
_LATIN = re.compile(r"[a-zü][a-zü' ]+")
_COUNTS = frozenset("零一二两三四五六七八九十百千万亿年月日天岁个次条款项元")
_DIGIT = re.compile(r"\d")
_CHINESE = re.compile(r"[一-鿿]")
_END_SOUNDS = tuple({pinyin.full(end[-2:]) for end in ENDS})


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person probably meant. When `certain`, what was typed is found (almost) nowhere, this is."""

    text: str
    certain: bool


def corrected(text: str, lexicon: Lexicon, vocabulary: Vocabulary) -> Correction | None:
    """What was probably meant by a simplified text; None when it can stand as it is."""
    if not lexicon:
        return None
    if _LATIN.search(text):
        return _from_pinyin(text, lexicon, vocabulary)
    if _DIGIT.search(text) or len(text) > LONGEST_CORRECTED:
        return None  # 法释〔2024〕1号: single characters beside numbers are marks; 微信上 in a story is not 威信
    doubted = [(window, lexicon.meant_by(window)) for window in _doubtful(text, vocabulary)]
    slips = [(window, meant) for window, meant in doubted if meant and not lexicon.words.get(window)]
    # 信息工开 is 信息公开 by its sound before it is 信息工程 by its characters.
    slips.sort(key=lambda slip: pinyin.full(slip[0]) != pinyin.full(slip[1]))
    if not slips:
        return None
    window, meant = slips[0]
    return Correction(text.replace(window, meant, 1), certain=not segmentation.is_word(window))


def mistyped_title(text: str, lexicon: Lexicon) -> tuple[str, float] | None:
    """The title that a text without any exact title was probably meant to be, and how sure that is (0 to 1)."""
    if not SHORTEST_TITLE <= len(text) <= LONGEST_TITLE or not pinyin.full(text[-2:]).endswith(_END_SOUNDS):
        return None
    alike = lexicon.titles_like(text)
    near = process.extract(text, alike, scorer=fuzz.ratio, score_cutoff=LIKE_A_TITLE, limit=CANDIDATES)
    if not near or any(text in name for name, _, _ in near):
        return None
    sound = pinyin.full(text)
    rated = [(0.6 * ratio + 0.4 * fuzz.ratio(sound, pinyin.full(name)), name) for name, ratio, _ in near]
    best, name = max(rated)
    return (name, best / 100) if best >= SURE_TITLE else None


def _from_pinyin(text: str, lexicon: Lexicon, vocabulary: Vocabulary) -> Correction | None:
    if not _CHINESE.search(text):
        typed = pinyin.letters(text)
        titles = lexicon.titles_of_sound(typed) if len(typed) >= SHORTEST_PINYIN else ()
        if titles:
            return Correction(titles[0], certain=True)

    def read(found: re.Match[str]) -> str:
        run = found[0]
        if vocabulary.found_in(run) or len(pinyin.letters(run)) < SHORTEST_PINYIN:
            return run
        return lexicon.read_pinyin(pinyin.letters(run)) or run

    meant = _LATIN.sub(read, text)
    return Correction(meant, certain=True) if meant != text else None


def _doubtful(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The stretches of words that hold a single character which may be part of a mistyped word, longest first.

    A stretch has no word that only asks, and nothing the vocabulary knows.
    """
    covered = {at for start, end, _ in vocabulary.found_in(text) for at in range(start, end)}
    run: list[str] = []
    at = 0
    for word in [*segmentation.query_words(text), ""]:
        at = text.find(word, at)
        if word and word not in STOPWORDS and _CHINESE.match(word) and word not in _COUNTS and at not in covered:
            run.append(word)
        else:
            yield from _stretches(run)
            run = []
        at += len(word)


def _stretches(run: list[str]) -> Iterator[str]:
    for length in range(len(run), 1, -1):
        for first in range(len(run) - length + 1):
            words = run[first : first + length]
            stretch = "".join(words)
            if len(stretch) <= LONGEST_WINDOW and any(len(word) == 1 for word in words):
                yield stretch
