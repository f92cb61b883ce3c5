"""A question as OpenSearch query DSL. Nothing a user types reaches a query parser of the engine."""

from collections.abc import Sequence
from typing import Any

from search.domain import Search, Sort, Words, fold_number

# Weights as in the decision record on index analysis; a change is measured there first.
TEXT_FIELDS = ["title^3", "title.smart^3", "body", "body.smart", "keywords^2"]
TITLE_FIELDS = ["title", "title.smart"]
ATTACHMENT_FIELDS = ["attachments.text", "attachments.text.smart", "attachments.name^2"]
RESULT_FIELDS = ["title", "kind", "department", "department_name", "published_at", "validity"]
TIMEOUT = "2s"

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
            "highlight": _highlight({"attachments.text": ["attachments.text.smart"]}, 1),
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


def _matching(words: Words) -> Query:
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


def _filters(search: Search) -> dict[str, Query]:
    """The chosen facets, by the facet they belong to."""
    chosen: dict[str, Query] = {}
    if search.kinds:
        chosen["kind"] = {"terms": {"kind": list(search.kinds)}}
    if search.departments:
        chosen["department"] = {"terms": {"department": list(search.departments)}}
    if search.years:
        chosen["year"] = {"terms": {"year": list(search.years)}}
    return chosen


def _facets(chosen: dict[str, Query]) -> Query:
    """Counts per facet that ignore the facet's own filter, so that one can widen a choice."""
    sizes = {"kind": 20, "department": 30, "year": 40}
    facets = {}
    for name, size in sizes.items():
        others = [query for facet, query in chosen.items() if facet != name]
        terms: Query = {"terms": {"field": name, "size": size}}
        if name == "year":
            terms["terms"]["order"] = {"_key": "desc"}
        if name == "department":
            terms["aggs"] = {"name": {"terms": {"field": "department_name.exact", "size": 1}}}
        facets[name] = {"filter": {"bool": {"filter": others}}, "aggs": {"values": terms}} if others else terms
    return facets


def _highlight(fields: dict[str, list[str]], fragments: int) -> Query:
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


_SORTS: dict[Sort, list[Query]] = {
    Sort.RELEVANCE: [{"_score": "desc"}, {"published_at": "desc"}, {"id": "asc"}],
    Sort.NEWEST: [{"published_at": "desc"}, {"id": "asc"}],
    Sort.OLDEST: [{"published_at": "asc"}, {"id": "asc"}],
}


def sort_length(search: Search) -> int:
    """How many values a cursor of this search holds."""
    return len(_SORTS[effective_sort(search)])


def search_body(search: Search) -> Query:
    """The request body that answers a search; facets come with the first page only."""
    chosen = _filters(search)
    body: Query = {
        "query": _matching(search.words),
        "size": search.limit,
        "sort": _SORTS[effective_sort(search)],
        "timeout": TIMEOUT,
        "track_total_hits": True,
        "_source": RESULT_FIELDS,
    }
    if search.words:
        body["highlight"] = _highlight({"title": ["title.smart"], "body": ["body.smart"]}, 2)
        body["highlight"]["fields"]["title"]["number_of_fragments"] = 0
        body["highlight"]["highlight_query"] = _highlight_query(search.words)
    if search.after:
        body["search_after"] = list(search.after)
    else:
        body["aggs"] = _facets(chosen)
    if chosen:
        body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    return body


def effective_sort(search: Search) -> Sort:
    """The order used: without words there is no relevance, so the newest come first."""
    return search.sort if search.words or search.sort != Sort.RELEVANCE else Sort.NEWEST


def _highlight_query(words: Words) -> Query:
    wanted: list[Query] = [_text(words.free)] if words.free else []
    wanted += [_phrase(phrase) for phrase in words.phrases]
    wanted += [{"multi_match": {"query": title, "fields": TITLE_FIELDS}} for title in words.title]
    return {"bool": {"should": wanted}} if wanted else {"match_none": {}}


def suggest_body(prefix: str, limit: int) -> Query:
    """Titles that hold what was typed so far, those that begin with it first."""
    return {
        "query": {
            "bool": {
                "should": [
                    {"match_phrase_prefix": {"title": {"query": prefix, "max_expansions": 20}}},
                    {"prefix": {"document_number": {"value": fold_number(prefix), "boost": 5}}},
                    {"prefix": {"title.exact": {"value": prefix, "boost": 10}}},
                ],
                "minimum_should_match": 1,
            }
        },
        "size": limit,
        "timeout": "500ms",
        "track_total_hits": False,
        "_source": ["title"],
    }
