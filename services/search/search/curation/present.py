"""What the public index holds now: the few facts that names in memory and best bets depend on.

A name kept in memory may only be shown while something public carries it; these questions go to the public
alias, and the engine answers them from its own cache until the index changes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch

from search.index import Names

MOST_DEPARTMENTS = 500
MOST_COLUMNS = 1000
TIMEOUT = "500ms"


@dataclass(frozen=True)
class Present:
    """Departments by code, codes of columns, and those of the asked texts that stand in a published item."""

    departments: dict[str, str]
    columns: frozenset[str]
    texts: frozenset[str]


async def read_present(client: AsyncOpenSearch, names: Names, texts: Sequence[str]) -> Present:
    """Ask for all of it in one request."""
    header = {"index": names.read, "request_cache": True}
    lines: list[dict[str, Any]] = [header, _FACETS]
    for text in texts:
        lines += [header, _stands(text)]
    answer = await client.msearch(body=b"\n".join(map(orjson.dumps, lines)) + b"\n")
    facets, *found = answer["responses"]
    aggregations = facets["aggregations"]
    held = {text for text, each in zip(texts, found, strict=True) if each["hits"]["total"]["value"]}
    departments = {bucket["key"]: _newest_name(bucket) for bucket in aggregations["departments"]["buckets"]}
    columns = frozenset(bucket["key"] for bucket in aggregations["columns"]["buckets"])
    return Present(departments, columns, frozenset(held))


async def published(client: AsyncOpenSearch, names: Names, items: Collection[str]) -> set[str]:
    """Those of the items that the public may see now."""
    if not items:
        return set()
    body = {"query": {"ids": {"values": sorted(items)}}, "size": len(items), "_source": False, "timeout": TIMEOUT}
    answer = await client.search(index=names.read, body=body)
    return {hit["_id"] for hit in answer["hits"]["hits"]}


_FACETS: dict[str, Any] = {
    "size": 0,
    "track_total_hits": False,
    "aggs": {
        "departments": {
            "terms": {"field": "department", "size": MOST_DEPARTMENTS},
            "aggs": {"name": {"terms": {"field": "department_name.exact", "size": 1}}},
        },
        "columns": {"terms": {"field": "column", "size": MOST_COLUMNS}},
    },
}


def _newest_name(bucket: dict[str, Any]) -> str:
    named = bucket["name"]["buckets"]
    return str(named[0]["key"] if named else bucket["key"])


def _stands(text: str) -> dict[str, Any]:
    """Each word of the text as a phrase, in one item; one hit is enough."""
    wanted = [
        {
            "multi_match": {
                "query": word,
                "type": "phrase",
                "fields": ["title", "body", "department_name"],
                "analyzer": "chinese_characters",
            }
        }
        for word in text.split()
    ]
    return {"query": {"bool": {"filter": wanted}}, "size": 0, "terminate_after": 1, "track_total_hits": True}
