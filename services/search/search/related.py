"""Items about the same thing as one item."""

from typing import Any

from search.segmentation import index_words

MOST_RELATED = 5
SAME_KIND_FIRST = 1000  # above any score of the words, so that the kinds never mix


def related_body(item: dict[str, Any], limit: int = MOST_RELATED) -> dict[str, Any]:
    """Like this title and these keywords; not the item itself, nor any version of it or older version of another."""
    versions = [version["id"] for version in item.get("versions") or ()]
    own = [item["id"], *versions, *([item["superseded_by"]] if item.get("superseded_by") else [])]
    like = {
        "fields": ["title_words", "keyword_words", "body_words"],
        "like": [index_words(text) for text in (item["title"], *(item.get("keywords") or ()))],
        "min_term_freq": 1,
        "min_doc_freq": 1,
        "max_query_terms": 12,
        "minimum_should_match": "30%",
        "boost_terms": 1,
    }
    same_kind = {"constant_score": {"filter": {"term": {"kind": item["kind"]}}, "boost": SAME_KIND_FIRST}}
    without = [{"ids": {"values": own}}, {"exists": {"field": "superseded_by"}}]
    return {
        "query": {"bool": {"must": [{"more_like_this": like}], "should": [same_kind], "must_not": without}},
        "size": limit,
        "timeout": "1s",
        "track_total_hits": False,
        "_source": ["title", "kind", "department", "department_name", "published_at", "issued_on", "validity"],
    }
