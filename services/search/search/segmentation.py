"""Chinese text as words, the same way for what is indexed and for what is asked.

Without the statistical guess at unknown names: the same characters then give the same words in any sentence,
which a search needs more than a good guess.
"""

import unicodedata
from functools import lru_cache

import opencc
import rjieba

CJK_IDEOGRAPHS = range(0x4E00, 0xA000)
_VARIED = (*range(0x10000), *range(0x1D400, 0x1D800), *range(0x1F100, 0x1F300), *range(0x2F800, 0x2FA20))
_jieba = rjieba.Jieba()


@lru_cache
def traditional() -> dict[int, str]:
    """Each traditional character with its simplified one."""
    convert = opencc.OpenCC("t2s").convert
    pairs = ((code, convert(chr(code))) for code in CJK_IDEOGRAPHS)
    return {code: new for code, new in pairs if chr(code) != new and len(new) == 1}


@lru_cache
def _forms() -> dict[int, str]:
    """Each character that is compared in another form: compatibility forms, capitals, traditional characters."""
    forms = ((code, unicodedata.normalize("NFKC", chr(code)).lower().translate(traditional())) for code in _VARIED)
    return {code: form for code, form in forms if form != chr(code)}


def simplified(text: str) -> str:
    """Narrow, lower-case, simplified (NFKC and OpenCC t2s): the form in which texts are compared.

    Character by character in one pass, since every text that is indexed goes through here.
    """
    return unicodedata.normalize("NFC", text.translate(_forms()))


def search_words(text: str) -> list[str]:
    """Every word of a text and the words inside long words, as the index holds them."""
    return _searchable(_jieba.cut_for_search(simplified(text), False))


def index_words(text: str) -> str:
    """The words of a text with spaces between, for a field cut at spaces."""
    return " ".join(search_words(text))


def all_words(text: str) -> list[str]:
    """A text cut into words, marks too; together they are the text."""
    return _jieba.cut(text, False)


def query_words(text: str) -> list[str]:
    """The words of a text as its reader would count them. `text` is simplified already."""
    return _searchable(all_words(text))


def inner_words(word: str) -> list[str]:
    """The shorter words inside a word, without itself."""
    return [inner for inner in _searchable(_jieba.cut_for_search(word, False)) if inner != word]


def is_word(text: str) -> bool:
    """Whether the dictionary holds it as one word."""
    return len(all_words(text)) == 1


def tags(text: str) -> list[tuple[str, str]]:
    """The words of a text with their parts of speech."""
    return [(word, tag) for word, tag in _jieba.tag(text, False) if word.strip()]


def _searchable(words: list[str]) -> list[str]:
    # Most words are letters throughout, and one look tells; marks stand alone and need none.
    return [word for word in words if word.isalnum() or (len(word) > 1 and any(map(str.isalnum, word)))]
