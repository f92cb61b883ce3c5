"""What is suggested while a person types: titles and 文号 from the index, the few other names from memory."""

from collections.abc import Sequence
from typing import Any

from search.marking import Query
from search.spelling import MAX_START, Typed, grams

SHOWN_FIRST = 100
TIMEOUT = "500ms"
SUGGEST_FIELDS = "responses.status,responses.hits.hits._id,responses.hits.hits._source"


def suggest_body(typed: Typed, limit: int) -> Query:
    """Published titles and 文号 that hold what was typed, those that begin with it first.

    Every clause is a term lookup, and the scores are a constant and a `rank_feature`, whose block maxima let
    the engine skip what cannot be shown: the cost follows `limit`, not the number of documents.
    """
    return {
        "query": {
            "bool": {
                "filter": [_any(_ways(typed))],
                "must_not": [{"exists": {"field": "superseded_by"}}],
                "should": [
                    {"constant_score": {"filter": {"term": {"suggest_head": typed.head}}, "boost": SHOWN_FIRST}},
                    {"rank_feature": {"field": "suggest_rank", "linear": {}}},
                ],
            }
        },
        # Some titles differ in nothing but their issuer; each is shown once, so a few more are asked for.
        "size": 2 * limit,
        "timeout": TIMEOUT,
        "track_total_hits": False,
        "_source": ["title", "display_number", "document_number"],
    }


def _ways(typed: Typed) -> list[Query]:
    """As it stands; and with letters in it, as 拼音 or initials beside the characters it holds."""
    ways = [_all("suggest_text", typed.pieces), {"term": {"suggest_head": typed.head}}]
    if typed.has_letters:
        held = [{"term": {"suggest_text": run}} for run in typed.characters]
        spelled: list[Query] = [{"term": {"suggest_pinyin": typed.pinyin[:MAX_START]}}]
        spelled += [_all("suggest_initials", grams(typed.initials))] if typed.initials else []
        ways.append({"bool": {"filter": [_any(spelled), *held]}})
    return ways


def _any(queries: list[Query]) -> Query:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _all(field: str, terms: Sequence[str]) -> Query:
    wanted = [{"term": {field: term}} for term in terms]
    return wanted[0] if len(wanted) == 1 else {"bool": {"filter": wanted}}


def read_suggestions(hits: Sequence[dict[str, Any]], typed: Typed, limit: int) -> list[dict[str, str]]:
    """The engine's hits as suggestions: a 文号 where the number is what was typed, else a title."""
    found: dict[str, dict[str, str]] = {}
    for hit in hits:
        source = hit["_source"]
        text, kind = source["title"], "title"
        if typed.text in (source.get("document_number") or "") and typed.text not in Typed.of(text).text:
            text, kind = f"{source['display_number']} {text}", "number"
        found.setdefault(text, {"text": text, "url": f"/items/{hit['_id']}", "type": kind})
    return list(found.values())[:limit]
