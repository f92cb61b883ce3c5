"""Chinese by its sound: full pinyin, initials, and letters read back as words."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from pypinyin import lazy_pinyin

from search.segmentation import all_words

LONGEST_SOUND = 40  # letters of one word
_COUNTRY = ("zhonghuarenmingongheguo", "zhrmghg")


def syllables(text: str) -> list[str]:
    """The toneless sound of each character in its word (重庆: chong, qing); letters and digits read as themselves.

    Word by word, since many titles are made of few words and reading one is slow.
    """
    return [syllable for word in all_words(text) for syllable in _of_word(word)]


@lru_cache(100_000)
def _of_word(word: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(word, errors=list))  # type: ignore[arg-type]  # a list is allowed, and documented


def full(text: str) -> str:
    """The sound of a text, without spaces."""
    return "".join(syllables(text)).lower()


def initials(text: str) -> str:
    """The first letter of each syllable."""
    return "".join(syllable[0] for syllable in syllables(text) if syllable).lower()


def letters(typed: str) -> str:
    """Typed pinyin as it is compared: no spaces, apostrophes or name of the country."""
    bare = "".join(letter for letter in typed.lower().replace("ü", "v") if letter.isascii() and letter.isalnum())
    for country in _COUNTRY:
        bare = bare.removeprefix(country) or bare
    return bare


def decode(typed: str, sounds: Mapping[str, str], cost: Callable[[str], float]) -> str | None:
    """The cheapest sequence of words whose sounds are the letters; None when there is none."""
    best: list[tuple[float, int] | None] = [(0.0, 0), *([None] * len(typed))]
    for start in range(len(typed)):
        reached = best[start]
        if reached is None:
            continue
        for end in range(start + 1, min(start + LONGEST_SOUND, len(typed)) + 1):
            word = sounds.get(typed[start:end])
            if word is None:
                continue
            total, there = reached[0] + cost(word), best[end]
            if there is None or total < there[0]:
                best[end] = (total, start)
    return _read_back(typed, best, sounds)


def _read_back(typed: str, best: list[tuple[float, int] | None], sounds: Mapping[str, str]) -> str | None:
    words, end = [], len(typed)
    while end:
        reached = best[end]
        if reached is None:
            return None
        words.append(sounds[typed[reached[1] : end]])
        end = reached[1]
    return "".join(reversed(words))
