"""What a document must hold to answer a question, and what makes one answer better than another.

Nothing a user types reaches a query parser of the engine. The weights are those of decision 0014; a change is
measured by `make relevance` first.
"""

from collections.abc import Sequence
from functools import lru_cache

from search import segmentation
from search.deriving import LOCAL, short_title
from search.domain import Words, fold_number
from search.marking import Query, highlighting, marked_words, word_for_word
from search.numbering import numbers_in, quoted
from search.pairs import telling
from search.understanding.question import NAMED, STRONG, Concept, Question
from shared.events import Validity

TITLE_FIELDS = ["title"]
PASSAGE_FIELDS = ["anchor", "label", "heading", "text"]
CANDIDATES = 8  # passages of a hit, of which `choosing` takes the one to show

TITLE, KEYWORD, BODY, PASSAGE = 1.5, 0.5, 0.6, 1.0
TITLE_TEXT = 1.0
NAMED_TITLE = 30.0
SAME_TITLE = 60.0
NEAR = 1.0
OWN_PRIOR = 2.0  # of the nation's rules and of the offices' own papers, beside the rules of other places
OWN_PLACE, INNER_PLACE, WIDER_PLACE, OTHER_PLACE = 3.0, 1.8, 1.5, 0.6
NAMED_BESIDE_PLACE = 0.4
SUPERSEDED, REPEALED = 0.5, 0.6
ENOUGH_IN_A_SENTENCE, ENOUGH_OF_KEYWORDS = "34%", "2<60%"
MOST_OF_WORDS = "2<75%", "2<75%"  # in a sentence, of keywords
ENOUGH_OF_PAIRS, MOST_OF_PAIRS = "20%", "70%"
PAIRS, CHARACTERS, BEGINNING = 0.8, 0.6, 0.5
NUMBER = 40.0
VERBATIM, LONG_ENOUGH = 40.0, 8  # a text of so many characters that stands just so was copied from what is looked for
SAME_NUMBER = 1000.0
IN_ATTACHMENT = 12.0  # all of the words together in an attachment, which so few documents have that rarity says little


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


def _attachment(query: Query, question: Question | None, highlight: bool = True) -> Query:
    """An attachment that answers. What is marked in it are the words as they stand there: `query` looks at words cut
    out of it, which are no text to show."""
    nested: Query = {"path": "attachments", "score_mode": "max", "query": query, "boost": 0.7}
    if highlight:
        marked = highlighting(["attachments.text"], 1)
        if question:
            marked["highlight_query"] = {"bool": {"should": marked_words(question)}}
        source = ["attachments.id", "attachments.name"]
        nested["inner_hits"] = {"size": 1, "_source": source, "highlight": marked}
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


def _attachment_phrase(text: str) -> Query:
    return word_for_word(text, ("attachments.text", "attachments.name"))


def _number(text: str) -> Query:
    number = fold_number(text)
    return {"multi_match": {"query": number, "fields": ["document_number", "index_number"], "type": "best_fields"}}


def _characters(text: str) -> list[Query]:
    """What words and pairs miss in free text, above all where a text begins: an abbreviation, another word for it."""
    return [
        {"match": {"body": {"query": text, "analyzer": "chinese_characters", "boost": CHARACTERS}}},
        {"match": {"body.beginning": {"query": text, "boost": BEGINNING}}},
    ]


def _exactly(title: str, boost: float) -> Query:
    return {"constant_score": {"filter": {"term": {"short_title": title}}, "boost": boost}}


def _numbered(question: Question) -> list[Query]:
    """Whatever has the document number that a question is, or that stands in it, answers before all else."""
    numbers = numbers_in(question.text)
    same: list[Query] = [_number(question.text)]
    same += [{"terms": {"document_number": numbers}}] if numbers else []
    return [{"constant_score": {"filter": {"bool": {"should": same}}, "boost": SAME_NUMBER}}]


def _together_inside(question: Question) -> Query:
    words = word_for_word(question.core or question.text, ("attachments.text", "attachments.name"))
    return {"constant_score": {"filter": words, "boost": IN_ATTACHMENT}}


def _demanded(question: Question) -> Query:
    """What free words demand where the best comes first: little, since what holds more of them stands before it."""
    subject: list[Query] = []
    if question.concepts:
        fields = {"title_words": TITLE, "keyword_words": KEYWORD, "body_words": BODY}
        subject.append(_subject(question, fields, ENOUGH_IN_A_SENTENCE, ENOUGH_OF_KEYWORDS))
        inside = _subject(question, {"attachments.words": 1.0}, *MOST_OF_WORDS)
        subject.append(_attachment({"bool": {"must": inside, "should": _together_inside(question)}}, question))
    pairs = telling(question.text)
    subject.append({"match": {"body": {"query": pairs, "minimum_should_match": ENOUGH_OF_PAIRS, "boost": PAIRS}}})
    subject += [word_for_word(text) for text in quoted(question.text)]
    subject.append({"match": {"title": {"query": pairs, "minimum_should_match": MOST_OF_PAIRS, "boost": TITLE_TEXT}}})
    subject += _numbered(question)
    beside = NAMED_BESIDE_PLACE if question.places else 1.0
    subject += [_exactly(title, NAMED_TITLE * beside * weight) for title, weight in question.titles]
    if question.places and not question.concepts:
        subject.append({"terms": {"places": [place.name for place in question.places]}})
    return {"bool": {"should": subject, "minimum_should_match": 1}}


def _listed(question: Question) -> Query:
    """What free words demand where the order is another: most of them in one place. A feed, an alert or a list by
    date that began with whatever shares a word would be of no use."""
    title = _subject(question, {"title_words": 1.0, "keyword_words": 1.0}, *MOST_OF_WORDS)
    passage = {"path": "passages", "query": _subject(question, {"passages.words": 1.0}, *MOST_OF_WORDS)}
    inside = _attachment(_subject(question, {"attachments.words": 1.0}, *MOST_OF_WORDS), question)
    ways = [title, {"nested": passage}, inside] if question.concepts else []
    ways += [*_numbered(question), *(_exactly(name, 1.0) for name, _ in question.titles)]
    names = [place.name for place in question.places]
    if names and not question.concepts:
        return {"terms": {"places": names}}
    there: list[Query] = [{"terms": {"places": names}}] if names else []
    return {"bool": {"should": ways, "minimum_should_match": 1, "filter": there}}


def _fine(question: Question) -> list[Query]:
    """What tells the best of the good ones apart, at a cost for each document that it looks at."""
    numbers = quoted(question.text)
    return [
        *([_passage(question)] if question.concepts else []),
        _near(question.core or question.text, NEAR),
        *_characters(question.text),
        *({"constant_score": {"filter": word_for_word(text), "boost": NUMBER}} for text in numbers),
        *_copied(question),
    ]


def _copied(question: Question) -> list[Query]:
    """A title stands word for word in many documents that only name it."""
    if len(question.text) < LONG_ENOUGH or any(sure >= NAMED for _, sure in question.titles):
        return []
    return [{"constant_score": {"filter": word_for_word(question.text), "boost": VERBATIM}}]


def refining(question: Question) -> Query:
    """What `matching` without `fine` lacks, to be added to the score of the best that it finds."""
    return _preferring({"bool": {"should": _fine(question)}}, question)


def matching(words: Words, question: Question | None, fine: bool, best_first: bool = True) -> Query:
    """What a document must hold, and what makes one better than another; `question` is the free words read.

    Without `fine` the dear part of the second is left out. In another order than `best_first` more is demanded.
    """
    must: list[Query] = []
    should: list[Query] = []
    if question:
        must.append(_demanded(question) if best_first else _listed(question))
        same = _exactly(short_title(question.text), SAME_TITLE)
        should = [same, *(_fine(question) if fine else ())]
    for position, phrase in enumerate(words.phrases):
        inside = _attachment(_attachment_phrase(phrase), None, highlight=not question and position == 0)
        must.append({"bool": {"should": [word_for_word(phrase), inside], "minimum_should_match": 1}})
    must += _bound(words)
    wanted = {"bool": {"must": must or [{"match_all": {}}], "should": should, "must_not": _unwanted(words.unwanted)}}
    return _preferring(wanted, question) if question else wanted


def _bound(words: Words) -> list[Query]:
    """What words bound to a field demand of it; index numbers are a filter of their own."""
    titles: list[Query] = [
        {"multi_match": {"query": title, "fields": TITLE_FIELDS, "operator": "and"}} for title in words.title
    ]
    departments: list[Query] = [
        {"bool": {"should": [{"term": {"department": name}}, {"match_phrase": {"department_name": name}}]}}
        for name in words.department
    ]
    return [*titles, *map(_number, words.document_number), *departments]


def _unwanted(words: Words | None) -> list[Query]:
    if words is None:
        return []
    return [*map(word_for_word, words.phrases), *_bound(words), *map(_number, words.index_number)]


def _preferring(wanted: Query, question: Question) -> Query:
    functions: list[Query] = [
        {"filter": {"exists": {"field": "superseded_by"}}, "weight": SUPERSEDED},
        {"filter": {"terms": {"validity": [Validity.REPEALED, Validity.EXPIRED]}}, "weight": REPEALED},
        *(_by_place(question) if question.places else [_NOT_ELSEWHERE]),
    ]
    return {"function_score": {"query": wanted, "functions": functions, "score_mode": "multiply"}}


_NOT_ELSEWHERE: Query = {"filter": {"bool": {"must_not": {"term": {"level": LOCAL}}}}, "weight": OWN_PRIOR}


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
