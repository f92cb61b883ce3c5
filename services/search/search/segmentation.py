"""Chinese text as words, the same way for what is indexed and for what is asked.

Without the statistical guess at unknown names: the same characters then give the same words in any sentence,
which a search needs more than a good guess.
"""

import unicodedata
from functools import lru_cache

import opencc
import rjieba

CJK_IDEOGRAPHS = range(0x4E00, 0xA000)
_jieba = rjieba.Jieba()


@lru_cache
def traditional() -> dict[int, str]:
    """Each traditional character with its simplified one."""
    convert = opencc.OpenCC("t2s").convert
    pairs = ((code, convert(chr(code))) for code in CJK_IDEOGRAPHS)
    return {code: new for code, new in pairs if chr(code) != new and len(new) == 1}


def simplified(text: str) -> str:
    """Narrow, lower-case, simplified: the form in which texts are compared; never longer for Chinese text."""
    return unicodedata.normalize("NFKC", text).lower().translate(traditional())


def index_words(text: str) -> str:
    """Every word of a text and the words inside long words, with spaces between, for a field cut at spaces."""
    return " ".join(_searchable(_jieba.cut_for_search(simplified(text), False)))


def query_words(text: str) -> list[str]:
    """The words of a text as its reader would count them. `text` is simplified already."""
    return _searchable(_jieba.cut(text, False))


def inner_words(word: str) -> list[str]:
    """The shorter words inside a word, without itself."""
    return [inner for inner in _searchable(_jieba.cut_for_search(word, False)) if inner != word]


def is_word(text: str) -> bool:
    """Whether the dictionary holds it as one word."""
    return len(_jieba.cut(text, False)) == 1


def tags(text: str) -> list[tuple[str, str]]:
    """The words of a text with their parts of speech."""
    return [(word, tag) for word, tag in _jieba.tag(text, False) if word.strip()]


def _searchable(words: list[str]) -> list[str]:
    return [word for word in words if any(letter.isalnum() for letter in word)]
