"""Texts as they stand: what must be there word for word, and what is marked in what is shown."""

import re
from collections.abc import Sequence
from typing import Any

from search.domain import Words
from search.understanding.question import Question

Query = dict[str, Any]

_PAIRED = re.compile(r"[一-鿿]{2,}")
MARKED = ("title", "body", "attachments.text")


def word_for_word(text: str, fields: Sequence[str] = ("title^3", "body")) -> Query:
    """Exactly this text. By single characters, whose positions are the index's own: bigrams alone would
    miss a phrase that passes from Chinese to letters or digits, such as 2018年度."""
    exact = {"query": text, "type": "phrase", "fields": list(fields), "analyzer": "chinese_characters"}
    return {"multi_match": exact}


def highlighting(fields: Sequence[str], fragments: int) -> Query:
    return {
        "type": "unified",
        "encoder": "html",
        "pre_tags": ["<em>"],
        "post_tags": ["</em>"],
        "boundary_scanner": "sentence",
        "boundary_scanner_locale": "zh-CN",
        "fragment_size": 120,
        "number_of_fragments": fragments,
        "max_analyzer_offset": 900_000,
        "fields": {name: {} for name in fields},
    }


def highlight_query(words: Words, question: Question | None) -> Query:
    """What is marked: the words that count and their other forms, each as it stands in the text."""
    wanted: list[Query] = [word_for_word(phrase, MARKED) for phrase in (*words.phrases, *words.title)]
    wanted += marked_words(question) if question else []
    return {"bool": {"should": wanted}} if wanted else {"match_none": {}}


def marked_words(question: Question) -> list[Query]:
    return [_marked(word) for word in question.marked]


def _marked(word: str) -> Query:
    """A word as it stands in the text; of Chinese alone by its pairs, which are read a good deal faster."""
    phrase = word_for_word(word, MARKED)
    if _PAIRED.fullmatch(word):
        phrase["multi_match"]["analyzer"] = "chinese_query"
    return phrase
