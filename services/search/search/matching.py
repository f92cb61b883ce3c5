"""What a document must hold to answer a question, and what makes one answer better than another.

Nothing a user types reaches a query parser of the engine. The weights are those of the decision record on
index analysis; a change is measured by `make relevance` first.
"""

from collections.abc import Sequence
from typing import Any

from search.domain import Words, fold_number

TEXT_FIELDS = ["title^3", "title.smart^3", "body", "body.smart", "keywords^2"]
TITLE_FIELDS = ["title", "title.smart"]
ATTACHMENT_FIELDS = ["attachments.text", "attachments.text.smart", "attachments.name^2"]

Query = dict[str, Any]


def _text(words: str) -> Query:
    return {
        "multi_match": {
            "query": words,
            "fields": TEXT_FIELDS,
            "type": "most_fields",
            "minimum_should_match": "2<60%",
        }
    }


def _attachment(query: Query, highlight: bool) -> Query:
    nested: Query = {"path": "attachments", "score_mode": "max", "query": query, "boost": 0.7}
    if highlight:
        nested["inner_hits"] = {
            "size": 1,
            "_source": ["attachments.id", "attachments.name"],
            "highlight": highlighting({"attachments.text": ["attachments.text.smart"]}, 1),
        }
    return {"nested": nested}


def _attachment_text(words: str) -> Query:
    return {
        "multi_match": {
            "query": words,
            "fields": ATTACHMENT_FIELDS,
            "type": "most_fields",
            "minimum_should_match": "2<75%",
        }
    }


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


def matching(words: Words) -> Query:
    """What a document must hold, and what makes one better than another."""
    must: list[Query] = []
    should: list[Query] = []
    if words.free:
        inside = _attachment(_attachment_text(words.free), highlight=True)
        number = {"constant_score": {"filter": _number(words.free), "boost": 1000}}
        must.append({"bool": {"should": [_text(words.free), inside, number], "minimum_should_match": 1}})
        should.append(_near(words.free, boost=2))
    for position, phrase in enumerate(words.phrases):
        inside = _attachment(_attachment_phrase(phrase), highlight=not words.free and position == 0)
        must.append({"bool": {"should": [_phrase(phrase), inside], "minimum_should_match": 1}})
    for title in words.title:
        must.append({"multi_match": {"query": title, "fields": TITLE_FIELDS, "operator": "and"}})
    must.extend(_number(number) for number in words.document_number)
    for name in words.department:
        must.append({"bool": {"should": [{"term": {"department": name}}, {"match_phrase": {"department_name": name}}]}})
    return {
        "bool": {
            "must": must or [{"match_all": {}}],
            "should": should,
            "must_not": [_phrase(text) for text in words.excluded],
        }
    }


def highlighting(fields: dict[str, list[str]], fragments: int) -> Query:
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
        "require_field_match": True,
        "fields": {name: {"matched_fields": [name, *matched]} for name, matched in fields.items()},
    }


def highlight_query(words: Words) -> Query:
    wanted: list[Query] = [_text(words.free)] if words.free else []
    wanted += [_phrase(phrase) for phrase in words.phrases]
    wanted += [{"multi_match": {"query": title, "fields": TITLE_FIELDS}} for title in words.title]
    return {"bool": {"should": wanted}} if wanted else {"match_none": {}}
