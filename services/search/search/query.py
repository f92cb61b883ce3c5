"""A question as an OpenSearch request: what matches, filters, facets, order and place."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from search.domain import DateOf, Search, Sort, fold_number
from search.marking import Query, highlight_query, highlighting
from search.matching import answering_passage, matching, refining
from search.paging.cursors import Place
from search.understanding.question import Question, read_question
from search.vocabulary import NO_VOCABULARY, shipped

RESULT_FIELDS = [
    "title",
    "kind",
    "department",
    "department_name",
    "published_at",
    "issued_on",
    "validity",
    "display_number",
    "superseded_by",
    "superseded_title",
    "versions",
    "version",
]
TIMEOUT = "2s"
REFINED = 200  # documents of a shard whose order is made fine; what is not among them is on no first page

_FACETS: dict[str, Query] = {
    "kind": {"field": "kind", "size": 20},
    "department": {"field": "department", "size": 30},
    "year": {"field": "year", "size": 40, "order": {"_key": "desc"}},
    "column": {"field": "column", "size": 500},
    "validity": {"field": "validity", "size": 10},
    "has_attachment": {"field": "has_attachment", "size": 2},
}
_SORTS: dict[Sort, list[Query]] = {
    Sort.RELEVANCE: [{"_score": "desc"}, {"published_at": "desc"}, {"id": "asc"}],
    Sort.NEWEST: [{"published_at": "desc"}, {"id": "asc"}],
    Sort.OLDEST: [{"published_at": "asc"}, {"id": "asc"}],
}


def search_body(search: Search, place: Place | None = None) -> Query:
    """The request body that answers a search; facets come with the first page only.

    The first page by relevance is found in two steps: all that match are scored by what is cheap, the best of them
    by everything. Later pages, which continue after a score, are scored by everything at once.
    """
    search = replace(search, question=question_of(search))
    body: Query = {
        "size": place.size(search.limit) if place else search.limit,
        "timeout": TIMEOUT,
        "track_total_hits": True,
        "_source": RESULT_FIELDS,
    }
    if search.words:
        body["highlight"] = highlighting(["title", "body"], 2)
        body["highlight"]["fields"]["title"]["number_of_fragments"] = 0
        body["highlight"]["highlight_query"] = highlight_query(search.words, search.question)
    if place:
        return body | {"sort": order_of(search)} | _further(search, place)
    body |= _first(search)
    if search.question is None or effective_sort(search) is not Sort.RELEVANCE:
        return body | {"sort": order_of(search)}
    return body | {"rescore": {"window_size": REFINED, "query": {"rescore_query": refining(search.question)}}}


def whole_query(search: Search) -> Query:
    """All that a search asks for, filters included, as one query whose scores are final."""
    return _query(search, [*_filters(search).values(), *_bounds(search)], fine=effective_sort(search) is Sort.RELEVANCE)


def order_of(search: Search) -> list[Query]:
    """How the engine sorts what a search finds when it is not refined."""
    return _SORTS[effective_sort(search)]


def _first(search: Search) -> Query:
    """What a person may still widen filters after the facets are counted; everything else filters before."""
    chosen = _filters(search)
    if not search.facets:
        return {"query": _query(search, [*chosen.values(), *_bounds(search)]), **_after(search)}
    after = _after(search, filter=list(chosen.values()))
    return {"query": _query(search, _bounds(search)), "aggs": _facets(chosen), **after}


def _further(search: Search, place: Place) -> Query:
    """A later page. What the first page showed is left out after counting, so that `all` is the whole."""
    body: Query = {
        "query": whole_query(search),
        **_after(search, must_not=[{"ids": {"values": list(place.seen)}}]),
        "aggs": {"all": {"filter": {"match_all": {}}}},
    }
    if place.snapshot:
        body["pit"] = {"id": place.snapshot}
    if place.after:
        body["search_after"] = list(place.after)
    return body


def _after(search: Search, **clauses: list[Query]) -> Query:
    """What is left out after the facets are counted, and the passage that is shown of each hit."""
    shown = answering_passage(search.question)
    wanted = {name: each for name, each in clauses.items() if each}
    if not shown and not wanted:
        return {}
    return {"post_filter": {"bool": {"must": {"match_all": {}}, **wanted, "should": shown}}}


def count_body(search: Search) -> Query:
    """How many items answer, and nothing else."""
    query = _query(search, [*_filters(search).values(), *_bounds(search)])
    return {"query": query, "size": 0, "track_total_hits": True, "timeout": TIMEOUT}


def _query(search: Search, filters: list[Query], fine: bool = False) -> Query:
    best_first = effective_sort(search) is Sort.RELEVANCE
    query = matching(search.words, question_of(search), fine, best_first)
    return {"bool": {"must": [query], "filter": filters}} if filters else query


def _filters(search: Search) -> dict[str, Query]:
    """The chosen facets, by the facet they belong to."""
    chosen: dict[str, tuple[Any, ...]] = {
        "kind": search.kinds,
        "department": search.departments,
        "year": search.years,
        "column": search.columns,
        "validity": search.validities,
        "has_attachment": () if search.has_attachment is None else (search.has_attachment,),
    }
    return {name: {"terms": {name: list(values)}} for name, values in chosen.items() if values}


def _bounds(search: Search) -> list[Query]:
    """What is asked for and no facet: dates, catalogue items, and index numbers typed into the query."""
    bounds: list[Query] = [{"term": {"index_number": fold_number(number)}} for number in search.words.index_number]
    if search.catalogue_items:
        bounds.append({"terms": {"catalogue_items": list(search.catalogue_items)}})
    days: dict[str, str] = {}
    if search.begin:
        days["gte"] = search.begin.isoformat()
    if search.end:
        days["lt"] = (search.end + timedelta(days=1)).isoformat()
    if days and search.dates is DateOf.ISSUED:
        bounds.append({"range": {"issued_on": days}})
    elif days:
        bounds.append({"range": {"published_at": {**days, "time_zone": "+08:00"}}})
    return bounds


def _facets(chosen: dict[str, Query]) -> Query:
    """Counts per facet that ignore the facet's own filter, so that one can widen a choice."""
    facets = {}
    for name, asked in _FACETS.items():
        others = [query for facet, query in chosen.items() if facet != name]
        terms: Query = {"terms": asked}
        if name == "department":
            terms = {**terms, "aggs": {"name": {"terms": {"field": "department_name.exact", "size": 1}}}}
        facets[name] = {"filter": {"bool": {"filter": others}}, "aggs": {"values": terms}} if others else terms
    return facets


def question_of(search: Search) -> Question | None:
    """The free words of a search as read by whoever asks, else by the shipped vocabulary alone, or by none if exact."""
    if search.question or not search.words.free:
        return search.question
    return read_question(search.words.free, NO_VOCABULARY if search.exact else shipped())


def effective_sort(search: Search) -> Sort:
    """The order used: without words there is no relevance, so the newest come first."""
    return search.sort if search.words or search.sort != Sort.RELEVANCE else Sort.NEWEST
