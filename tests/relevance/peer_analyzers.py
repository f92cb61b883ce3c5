"""OpenSearch as it comes: one built-in analyzer, title three times the body, `most_fields`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch

from tests.relevance.metrics import DEPTH

PATIENCE = {"request_timeout": 120}
BULK = 100


class Analyzer:
    """An index of its own with `title` and `body` by one analyzer."""

    def __init__(self, client: AsyncOpenSearch, analyzer: str) -> None:
        self.name = f"OpenSearch {analyzer}"
        self._client = client
        self._index = f"relevance-peer-{analyzer}"

    @classmethod
    @asynccontextmanager
    async def filled(
        cls, client: AsyncOpenSearch, analyzer: str, rows: Sequence[tuple[str, str, str]]
    ) -> AsyncIterator["Analyzer"]:
        """The index with every document, deleted afterwards."""
        made = cls(client, analyzer)
        await client.indices.delete(index=made._index, params={"ignore_unavailable": "true"})
        text = {"type": "text", "analyzer": analyzer}
        body = {
            "settings": {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": -1},
            "mappings": {"properties": {"title": text, "body": text}},
        }
        await client.indices.create(index=made._index, body=body, params=PATIENCE)
        try:
            for start in range(0, len(rows), BULK):
                await made._write(rows[start : start + BULK])
            await client.indices.refresh(index=made._index, params=PATIENCE)
            yield made
        finally:
            await client.indices.delete(index=made._index)

    async def _write(self, rows: Sequence[tuple[str, str, str]]) -> None:
        lines = []
        for identity, title, body in rows:
            lines += [orjson.dumps({"index": {"_id": identity}}), orjson.dumps({"title": title, "body": body})]
        answer = await self._client.bulk(body=b"\n".join(lines) + b"\n", index=self._index, params=PATIENCE)
        assert not answer["errors"]

    async def ask(self, text: str) -> list[str]:
        match = {"query": text, "fields": ["title^3", "body"], "type": "most_fields"}
        body: dict[str, Any] = {"query": {"multi_match": match}, "size": DEPTH, "_source": False}
        answer = await self._client.search(index=self._index, body=body)
        return [hit["_id"] for hit in answer["hits"]["hits"]]
