"""What is suggested while a person types."""

from search.domain import fold_number
from search.matching import Query


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
