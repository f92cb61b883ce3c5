"""Chinese text as words, the same way for what is indexed and for what is asked.

Without the statistical guess at unknown names: the same characters then give the same words in any sentence,
which a search needs more than a good guess.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from itertools import filterfalse

import opencc
import rjieba

CJK_IDEOGRAPHS = range(0x4E00, 0xA000)
_VARIED = (*range(0x20000), *range(0x2F800, 0x2FA20))  # what lies between and above has one form
# Marks that every text has; they end a word in either form, so that a text need not be rewritten for their sake.
_MARKS = "，。；：、（）《》〈〉“”‘’！？【】〔〕—…　"
_BEYOND = 0x10000
_beyond = re.compile("[\U00010000-\U0010ffff]").search
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


@lru_cache
def _varied() -> re.Pattern[str]:
    """A character that is compared in another form and is no mark; one beyond the basic plane may be."""
    basic = (chr(code) for code in _forms() if code < _BEYOND and chr(code) not in _MARKS)
    return re.compile(f"[{re.escape(''.join(basic))}]")  # of the basic plane alone, a look-up in a bitmap


def search_words(text: str) -> list[str]:
    """Every word of a text and the words inside long words, as the index holds them."""
    plain = simplified(text) if _varied().search(text) or _beyond(text) else text
    return _searchable(_jieba.cut_for_search(plain, False))


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


def parts(word: str) -> list[str]:
    """The shorter words inside a word, but those across its seams: 人民 and 法院, not 民法, of 最高人民法院."""
    inner = [found for found in inner_words(word) if len(found) > 1]
    return [found for found in inner if any(found in piece for piece in _pieces(word, inner))]


def _pieces(word: str, inner: Collection[str]) -> list[str]:
    """A word as inner words, and single characters where there is none: few of those, then few pieces."""
    made: list[list[str]] = [[]]
    for end in range(1, len(word) + 1):
        starts = [start for start in range(end - 1, -1, -1) if start == end - 1 or word[start:end] in inner]
        ways = [[*made[start], word[start:end]] for start in starts]
        made.append(min(ways, key=lambda pieces: (sum(len(piece) == 1 for piece in pieces), len(pieces))))
    return made[-1]


def is_word(text: str) -> bool:
    """Whether the dictionary holds it as one word."""
    return len(all_words(text)) == 1


def tags(text: str) -> list[tuple[str, str]]:
    """The words of a text with their parts of speech."""
    return [(word, tag) for word, tag in _jieba.tag(text, False) if word.strip()]


def _searchable(words: list[str]) -> list[str]:
    # Most words are letters throughout and the rest are marks: passes in C, and a slow one for words such as 3.5.
    if any(any(map(str.isalnum, word)) for word in filterfalse(str.isalnum, {*words})):
        return [word for word in words if any(map(str.isalnum, word))]
    return [*filter(str.isalnum, words)]
