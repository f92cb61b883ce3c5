"""What a document must hold to answer a question, and what makes one answer better than another.

Nothing a user types reaches a query parser of the engine. The weights are those of decision 0014; a change is
measured by `make relevance` first.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from search import segmentation
from search.deriving import LOCAL, NATIONAL, short_title
from search.domain import Words, fold_number
from search.pairs import telling
from search.understanding.question import STRONG, Concept, Question
from shared.events import Validity

TITLE_FIELDS = ["title"]
PASSAGE_FIELDS = ["anchor", "label", "heading", "text"]
CANDIDATES = 8  # passages of a hit, of which `choosing` takes the one to show

TITLE, KEYWORD, BODY, PASSAGE = 1.5, 0.5, 0.6, 1.0
TITLE_TEXT = 1.0
NAMED_TITLE = 30.0
SAME_TITLE = 60.0
NEAR = 1.0
NATIONAL_PRIOR = 2.0
OWN_PLACE, INNER_PLACE, WIDER_PLACE, OTHER_PLACE = 3.0, 1.8, 1.5, 0.6
NAMED_BESIDE_PLACE = 0.4
SUPERSEDED, REPEALED = 0.5, 0.6
ENOUGH_IN_A_SENTENCE, ENOUGH_OF_KEYWORDS = "34%", "2<60%"
ENOUGH_OF_PAIRS, MOST_OF_PAIRS = "20%", "70%"
PAIRS, CHARACTERS, BEGINNING = 0.8, 0.6, 0.5
NUMBER, MOST_NUMBERS = 40.0, 3
_QUOTED = re.compile(
    r"第\s*\d{1,4}\s*号|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\w{1,8}[〔\[(]\d{4}[〕\])]\s*(?:第?\s*\d{1,4}\s*号)?"
)

Query = dict[str, Any]


def _either(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"dis_max": {"queries": queries}}


@lru_cache(20_000)
def _indexed(word: str) -> list[str]:
    """A word of a question as the words that the index holds."""
    return segmentation.query_words(word) or [word]


def _term(field: str, word: str, boost: float) -> Query:
    parts = _indexed(word)
    if len(parts) == 1:
        return {"term": {field: {"value": parts[0], "boost": boost}}}
    return {"match": {field: {"query": " ".join(parts), "operator": "and", "boost": boost / len(parts) ** 0.5}}}


def _concept(concept: Concept, field: str, weight: float) -> Query:
    """A document's best word for a concept."""
    words = [(concept.word, 1.0), *concept.variants]
    return _either([_term(field, word, round(weight * concept.weight * own, 4)) for word, own in words])


def _concepts(concepts: Sequence[Concept], fields: dict[str, float], enough: str | int) -> Query:
    each: list[Query] = []
    for concept in concepts:
        where = [_concept(concept, field, weight) for field, weight in fields.items()]
        each.append({"bool": {"should": where}} if len(where) > 1 else where[0])
    return {"bool": {"should": each, "minimum_should_match": enough}}


def _subject(question: Question, fields: dict[str, float], sentence: str, keywords: str) -> Query:
    """Enough of the concepts that carry the question; the weak ones only add."""
    strong = [concept for concept in question.concepts if concept.weight >= STRONG]
    weak = [concept for concept in question.concepts if concept.weight < STRONG]
    if not strong or not weak:
        return _concepts(question.concepts, fields, sentence if question.dropped else keywords)
    demanded = _concepts(strong, fields, sentence if question.dropped else keywords)
    return {"bool": {"must": demanded, "should": _concepts(weak, fields, 1)}}


def _attachment(query: Query, highlight: bool) -> Query:
    nested: Query = {"path": "attachments", "score_mode": "max", "query": query, "boost": 0.7}
    if highlight:
        nested["inner_hits"] = {
            "size": 1,
            "_source": ["attachments.id", "attachments.name"],
            "highlight": highlighting(["attachments.text"], 1),
        }
    return {"nested": nested}


def _passage(question: Question) -> Query:
    wanted = _concepts(question.concepts, {"passages.words": PASSAGE}, 1)
    return {"nested": {"path": "passages", "score_mode": "max", "query": wanted}}


def answering_passage(question: Question | None) -> list[Query]:
    """The passages that may be shown of each hit: a clause for a filter, which looks at nothing but the hits shown."""
    if question is None or not question.concepts:
        return []
    shown = {"size": CANDIDATES, "_source": [f"passages.{name}" for name in PASSAGE_FIELDS]}
    return [{"nested": {**_passage(question)["nested"], "inner_hits": shown}}]


def _near(words: str, boost: float) -> Query:
    """Raises what holds the words together. By bigrams: fast, and a missed boundary only costs the bonus."""
    return {"multi_match": {"query": words, "type": "phrase", "fields": ["title^3", "body"], "boost": boost}}


def _phrase(text: str, fields: Sequence[str] = ("title^3", "body")) -> Query:
    """Exactly this text. By single characters, whose positions are the index's own: bigrams alone would
    miss a phrase that passes from Chinese to letters or digits, such as 2018年度."""
    exact = {"query": text, "type": "phrase", "fields": list(fields), "analyzer": "chinese_characters"}
    return {"multi_match": exact}


def _attachment_phrase(text: str) -> Query:
    return _phrase(text, ("attachments.text", "attachments.name"))


def _number(text: str) -> Query:
    number = fold_number(text)
    return {"multi_match": {"query": number, "fields": ["document_number", "index_number"], "type": "best_fields"}}


def _characters(text: str) -> list[Query]:
    """What words and pairs miss in free text, above all where a text begins: an abbreviation, another word for it."""
    return [
        {"match": {"body": {"query": text, "analyzer": "chinese_characters", "boost": CHARACTERS}}},
        {"match": {"body.beginning": {"query": text, "boost": BEGINNING}}},
    ]


def _quoted_numbers(text: str) -> list[str]:
    """The decree numbers and dates in a question, which stand in texts just so: 第493号, 2007年4月9日."""
    return [found[0] for found in _QUOTED.finditer(text)][:MOST_NUMBERS]


def _exactly(title: str, boost: float) -> Query:
    return {"constant_score": {"filter": {"term": {"short_title": title}}, "boost": boost}}


def _demanded(question: Question) -> Query:
    """What free words demand."""
    subject: list[Query] = []
    if question.concepts:
        fields = {"title_words": TITLE, "keyword_words": KEYWORD, "body_words": BODY}
        subject.append(_subject(question, fields, ENOUGH_IN_A_SENTENCE, ENOUGH_OF_KEYWORDS))
        inside = _subject(question, {"attachments.words": 1.0}, "2<75%", "2<75%")
        subject.append(_attachment(inside, highlight=True))
    pairs = telling(question.text)
    subject.append({"match": {"body": {"query": pairs, "minimum_should_match": ENOUGH_OF_PAIRS, "boost": PAIRS}}})
    subject += [_phrase(text) for text in _quoted_numbers(question.text)]
    subject.append({"match": {"title": {"query": pairs, "minimum_should_match": MOST_OF_PAIRS, "boost": TITLE_TEXT}}})
    subject.append({"constant_score": {"filter": _number(question.text), "boost": 1000}})
    beside = NAMED_BESIDE_PLACE if question.places else 1.0
    subject += [_exactly(title, NAMED_TITLE * beside * weight) for title, weight in question.titles]
    if question.places and not question.concepts:
        subject.append({"terms": {"places": [place.name for place in question.places]}})
    return {"bool": {"should": subject, "minimum_should_match": 1}}


def _fine(question: Question) -> list[Query]:
    """What tells the best of the good ones apart, at a cost for each document that it looks at."""
    numbers = _quoted_numbers(question.text)
    return [
        *([_passage(question)] if question.concepts else []),
        _near(question.core or question.text, NEAR),
        *_characters(question.text),
        *({"constant_score": {"filter": _phrase(text), "boost": NUMBER}} for text in numbers),
    ]


def refining(question: Question) -> Query:
    """What `matching` without `fine` lacks, to be added to the score of the best that it finds."""
    return _preferring({"bool": {"should": _fine(question)}}, question)


def matching(words: Words, question: Question | None, fine: bool) -> Query:
    """What a document must hold, and what makes one better than another; `question` is the free words read.

    Without `fine` the dear part of the second is left out.
    """
    must: list[Query] = []
    should: list[Query] = []
    if question:
        must.append(_demanded(question))
        same = _exactly(short_title(question.text), SAME_TITLE)
        should = [same, *(_fine(question) if fine else ())]
    for position, phrase in enumerate(words.phrases):
        inside = _attachment(_attachment_phrase(phrase), highlight=not question and position == 0)
        must.append({"bool": {"should": [_phrase(phrase), inside], "minimum_should_match": 1}})
    for title in words.title:
        must.append({"multi_match": {"query": title, "fields": TITLE_FIELDS, "operator": "and"}})
    must.extend(_number(number) for number in words.document_number)
    for name in words.department:
        must.append({"bool": {"should": [{"term": {"department": name}}, {"match_phrase": {"department_name": name}}]}})
    wanted = {
        "bool": {
            "must": must or [{"match_all": {}}],
            "should": should,
            "must_not": [_phrase(text) for text in words.excluded],
        }
    }
    return _preferring(wanted, question) if question else wanted


def _preferring(wanted: Query, question: Question) -> Query:
    functions: list[Query] = [
        {"filter": {"exists": {"field": "superseded_by"}}, "weight": SUPERSEDED},
        {"filter": {"terms": {"validity": [Validity.REPEALED, Validity.EXPIRED]}}, "weight": REPEALED},
        *(_by_place(question) if question.places else [_level(NATIONAL, NATIONAL_PRIOR)]),
    ]
    return {"function_score": {"query": wanted, "functions": functions, "score_mode": "multiply"}}


def _level(level: str, weight: float) -> Query:
    return {"filter": {"term": {"level": level}}, "weight": weight}


def _by_place(question: Question) -> list[Query]:
    """A place's own rule first, then those of places inside it and of the province it lies in."""
    own = [place.name for place in question.places]
    wider = [name for place in question.places for name in place.within]
    own_place, inside = {"terms": {"place": own}}, {"terms": {"places": own}}
    return [
        {"filter": own_place, "weight": OWN_PLACE},
        {"filter": {"bool": {"filter": inside, "must_not": own_place}}, "weight": INNER_PLACE},
        {"filter": {"bool": {"filter": {"terms": {"place": wider}}, "must_not": inside}}, "weight": WIDER_PLACE},
        {
            "filter": {
                "bool": {"filter": {"term": {"level": LOCAL}}, "must_not": {"terms": {"places": [*own, *wider]}}}
            },
            "weight": OTHER_PLACE,
        },
    ]


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
    wanted: list[Query] = [_phrase(phrase, MARKED) for phrase in (*words.phrases, *words.title)]
    for concept in question.concepts if question else ():
        wanted += [_marked(word) for word in (concept.word, *(variant for variant, _ in concept.variants))]
    return {"bool": {"should": wanted}} if wanted else {"match_none": {}}


def _marked(word: str) -> Query:
    """A word as it stands in the text; of Chinese alone by its pairs, which are read a good deal faster."""
    phrase = _phrase(word, MARKED)
    if _PAIRED.fullmatch(word):
        phrase["multi_match"]["analyzer"] = "chinese_query"
    return phrase


_PAIRED = re.compile(r"[一-鿿]{2,}")
MARKED = ("title", "body", "attachments.text")
