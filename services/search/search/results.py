"""The engine's response as the public sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from search.answers import joined, passage_of
from shared.kinds import kind_label

Item = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One page: items, how many there are in all, facet counts, and where the next page begins."""

    total: int
    items: list[Item]
    facets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    next_position: list[Any] | None = None

    @classmethod
    def empty(cls) -> "Page":
        return cls(0, [])


def read_page(response: dict[str, Any], limit: int, marked: Sequence[str] = ()) -> Page:
    """Read a response to `search.query.search_body`; `marked` words are marked in the passages that answer."""
    hits = response["hits"]["hits"]
    return Page(
        total=response["hits"]["total"]["value"],
        items=[_item(hit, marked) for hit in hits],
        facets=_facets(response.get("aggregations", {})),
        next_position=hits[-1]["sort"] if len(hits) == limit else None,
    )


def _item(hit: dict[str, Any], marked: Sequence[str]) -> Item:
    source = hit["_source"]
    highlights = {field: [*map(joined, texts)] for field, texts in hit.get("highlight", {}).items()}
    item: Item = {
        "id": hit["_id"],
        "title": source["title"],
        "kind": source["kind"],
        "kind_label": kind_label(source["kind"]),
        "department": source["department"],
        "department_name": source["department_name"],
        "published_at": source["published_at"],
        "validity": source.get("validity"),
        "url": f"/items/{hit['_id']}",
        "highlights": highlights,
        "passage": passage_of(hit, marked),
    }
    found = _attachment(hit)
    if found:
        item["attachment"] = found["_source"]
        highlights["attachment"] = found.get("highlight", {}).get("attachments.text", [])
    return item


def _attachment(hit: dict[str, Any]) -> dict[str, Any] | None:
    inner = hit.get("inner_hits", {}).get("attachments", {}).get("hits", {}).get("hits", [])
    return inner[0] if inner else None


def _facets(aggregations: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    facets = {}
    for facet, answer in aggregations.items():
        buckets = answer.get("values", answer)["buckets"]
        facets[facet] = [
            {"value": bucket["key"], "label": _label(facet, bucket), "count": bucket["doc_count"]} for bucket in buckets
        ]
    return facets


def _label(facet: str, bucket: dict[str, Any]) -> str:
    if facet == "kind":
        return kind_label(bucket["key"])
    if facet == "department":
        named: list[dict[str, str]] = bucket["name"]["buckets"]
        return named[0]["key"] if named else str(bucket["key"])
    return str(bucket["key"])
