"""A question as an OpenSearch request: what matches, filters, facets, order and place."""

from search.domain import Search, Sort
from search.matching import Query, highlight_query, highlighting, matching
from search.understanding.question import Question, read_question
from search.vocabulary import shipped

RESULT_FIELDS = ["title", "kind", "department", "department_name", "published_at", "validity"]
TIMEOUT = "2s"


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


_SORTS: dict[Sort, list[Query]] = {
    Sort.RELEVANCE: [{"_score": "desc"}, {"published_at": "desc"}, {"id": "asc"}],
    Sort.NEWEST: [{"published_at": "desc"}, {"id": "asc"}],
    Sort.OLDEST: [{"published_at": "asc"}, {"id": "asc"}],
}


def sort_length(search: Search) -> int:
    """How many values a cursor of this search holds."""
    return len(_SORTS[effective_sort(search)])


def question_of(search: Search) -> Question | None:
    """The free words of a search as read by whoever asks, else by the shipped vocabulary alone."""
    if search.question or not search.words.free:
        return search.question
    return read_question(search.words.free, shipped())


def search_body(search: Search) -> Query:
    """The request body that answers a search; facets come with the first page only."""
    chosen = _filters(search)
    question = question_of(search)
    body: Query = {
        "query": matching(search.words, question),
        "size": search.limit,
        "sort": _SORTS[effective_sort(search)],
        "timeout": TIMEOUT,
        "track_total_hits": True,
        "_source": RESULT_FIELDS,
    }
    if search.words:
        body["highlight"] = highlighting(["title", "body"], 2)
        body["highlight"]["fields"]["title"]["number_of_fragments"] = 0
        body["highlight"]["highlight_query"] = highlight_query(search.words, question)
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
