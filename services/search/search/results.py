"""The engine's response as the public sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from search.answers import joined, passage_of
from search.columns import ColumnTree
from search.understanding.question import Question
from search.why import why
from shared.kinds import kind_label
from shared.validity import VALIDITY_LABELS

Item = dict[str, Any]
Facets = dict[str, list[dict[str, Any]]]

_YES_NO = {"true": "有附件", "false": "无附件"}


@dataclass(frozen=True)
class Page:
    """One page: items, how many there are in all, and facet counts (first page only).

    `versions` holds the version of every hit in order, folded ones included; `last` is the position of the last hit.
    `left` counts all hits without what the first page showed (on later pages). `partial` says that part of the index
    did not answer in time, so that there may be more.
    """

    total: int
    items: list[Item]
    facets: Facets = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    last: list[Any] = field(default_factory=list)
    left: int = 0
    partial: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.versions)

    @classmethod
    def empty(cls) -> "Page":
        return cls(0, [])


def read_page(response: dict[str, Any], question: Question | None = None, tree: ColumnTree | None = None) -> Page:
    """Read a response to `search.query.search_body`; the passages that are shown are those that answer `question`."""
    hits = response["hits"]["hits"]
    counted = response.get("aggregations", {})
    everything = counted.pop("all", None)
    left = response["hits"]["total"]["value"]
    return Page(
        total=everything["doc_count"] if everything else left,
        items=folded([_item(hit, question) for hit in hits]),
        facets=_facets(counted, tree or ColumnTree()),
        versions={hit["_id"]: hit["_source"].get("version", 0) for hit in hits},
        last=hits[-1].get("sort", []) if hits else [],
        left=left,
        partial=response.get("timed_out", False) or response.get("_shards", {}).get("failed", 0) > 0,
    )


def folded(items: list[Item]) -> list[Item]:
    """Without the older versions whose newest is on the same page and names them."""
    named = {version["id"] for item in items for version in item["versions"]}
    return [item for item in items if item["id"] not in named] if named else items


def _item(hit: dict[str, Any], question: Question | None) -> Item:
    highlights = {field: [*map(joined, texts)] for field, texts in hit.get("highlight", {}).items()}
    item = shown(hit["_id"], hit["_source"])
    item["highlights"] = highlights
    item["passage"] = passage_of(hit, question)
    found = _inner(hit, "attachments")
    if found:
        item["attachment"] = found["_source"]
        highlights["attachment"] = [*map(joined, found.get("highlight", {}).get("attachments.text", []))]
    if "_explanation" in hit:
        item["why"] = why(hit)
    return item


def shown(document: str, source: Mapping[str, Any]) -> Item:
    """An item as results show it, without what depends on the question."""
    return {
        "id": document,
        "title": source["title"],
        "kind": source["kind"],
        "kind_label": kind_label(source["kind"]),
        "department": source["department"],
        "department_name": source["department_name"],
        "published_at": source["published_at"],
        "issued_on": source.get("issued_on"),
        "validity": source.get("validity"),
        "document_number": source.get("display_number"),
        "url": f"/items/{document}",
        "highlights": {},
        "passage": None,
        "attachment": None,
        "superseded_by": superseded_by(source),
        "versions": source.get("versions") or [],
    }


def superseded_by(source: Mapping[str, Any]) -> Item | None:
    """The newest version of an item that has one, as a link."""
    newest = source.get("superseded_by")
    return {"id": newest, "title": source.get("superseded_title") or "", "url": f"/items/{newest}"} if newest else None


def _inner(hit: dict[str, Any], name: str) -> dict[str, Any] | None:
    hits: list[dict[str, Any]] = hit.get("inner_hits", {}).get(name, {}).get("hits", {}).get("hits", [])
    return hits[0] if hits else None


def _facets(aggregations: dict[str, Any], tree: ColumnTree) -> Facets:
    facets = {}
    for facet, answer in aggregations.items():
        buckets = answer.get("values", answer)["buckets"]
        if facet == "column":
            facets[facet] = _columns(buckets, tree)
        else:
            facets[facet] = [
                {
                    "value": bucket.get("key_as_string", bucket["key"]),
                    "label": _label(facet, bucket),
                    "count": bucket["doc_count"],
                }
                for bucket in buckets
            ]
    return facets


def _columns(buckets: list[dict[str, Any]], tree: ColumnTree) -> list[dict[str, Any]]:
    counts = tree.counted({bucket["key"]: bucket["doc_count"] for bucket in buckets})
    ordered = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    return [
        {"value": code, "label": tree.name(code), "count": count, "parent": tree.parent(code)}
        for code, count in ordered
    ]


def _label(facet: str, bucket: dict[str, Any]) -> str:
    key = bucket.get("key_as_string", bucket["key"])
    if facet == "kind":
        return kind_label(key)
    if facet == "department":
        named: list[dict[str, str]] = bucket["name"]["buckets"]
        return named[0]["key"] if named else str(key)
    return VALIDITY_LABELS.get(key) or _YES_NO.get(key) or str(key)
