"""The OpenSearch index of everything published: its names, its shape, its reads and writes.

One physical index per shape (`<prefix>-items-<shape>`), a write alias on it, and a read alias that shows
published items only. A withdrawn item stays as a document of its newest version (a tombstone), so that a
late publication meets a higher version and changes nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch, JSONSerializer
from opensearchpy.exceptions import ConnectionError as OpenSearchAway
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from search.segmentation import traditional
from shared.consuming import DependencyAway
from shared.events import DocumentStatus

OVERLOADED = (429, 503)
NOT_NOW = (*OVERLOADED, 404)  # of one document in a bulk: 404 says that the index itself is not there yet
CREATE_SECONDS = 60
WRITE_SECONDS = 60  # a bulk given up early is still worked on, and repeating it doubles the work


class _Orjson(JSONSerializer):
    """The client's serializer, by orjson."""

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, str | bytes) else orjson.dumps(data, default=str)

    def loads(self, data: Any) -> Any:
        return orjson.loads(data)


@dataclass(frozen=True)
class Names:
    """The aliases of one installation's index."""

    prefix: str

    @property
    def read(self) -> str:
        return f"{self.prefix}-items"

    @property
    def write(self) -> str:
        return f"{self.prefix}-items-write"

    def physical(self) -> str:
        """The physical index of today's shape."""
        digest = hashlib.sha256(orjson.dumps(shape(), option=orjson.OPT_SORT_KEYS)).hexdigest()
        return f"{self.prefix}-items-{digest[:10]}"


@dataclass(frozen=True)
class Refusal:
    """Why the engine will not take a document."""

    reason: str


def connect(url: str) -> AsyncOpenSearch:
    """A client that does not retry by itself: callers know what repeating costs."""
    return AsyncOpenSearch(url, serializer=_Orjson(), max_retries=0, pool_maxsize=32, timeout=10)


@lru_cache
def shape() -> dict[str, Any]:
    """Settings and mappings of the index, with the folding of traditional characters filled in."""
    loaded: dict[str, Any] = json.loads((files("search") / "items.json").read_text())
    analysis = loaded["settings"]["analysis"]
    # one rule per character keeps offsets, so highlights show the original
    rules = [f"{chr(old)}=>{new}" for old, new in traditional().items()]
    analysis["char_filter"]["simplified"]["mappings"] = rules
    return loaded


async def ensure_index(client: AsyncOpenSearch, names: Names) -> None:
    """Create the index and its aliases if they are missing; any number of processes may try at once."""
    if await client.indices.exists_alias(name=names.write):
        return
    published = {"filter": {"term": {"status": DocumentStatus.PUBLISHED.value}}}
    aliases = {names.read: published, names.write: {"is_write_index": True}}
    try:
        body = {**shape(), "aliases": aliases}
        await client.indices.create(index=names.physical(), body=body, params={"request_timeout": CREATE_SECONDS})
    except RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise


async def write_items(
    client: AsyncOpenSearch, names: Names, documents: Sequence[dict[str, Any]]
) -> list[Refusal | None]:
    """Write documents in one bulk by external version; the answer has one entry per document.

    None means the index now holds this version or a newer one. Raises DependencyAway when the engine is
    away or asks for patience; then all may be written again.
    """
    lines: list[bytes] = []
    for document in documents:
        action = {"_id": document["id"], "version": document["version"], "version_type": "external"}
        lines += [orjson.dumps({"index": action}), orjson.dumps(document)]
    try:
        answer = await client.bulk(
            body=b"\n".join(lines) + b"\n",
            index=names.write,
            params={"filter_path": "errors,items.*.status,items.*.error", "request_timeout": WRITE_SECONDS},
        )
    except (OpenSearchAway, NotFoundError) as error:
        raise DependencyAway(f"OpenSearch: {error}") from error
    except TransportError as error:
        if error.status_code in OVERLOADED:
            raise DependencyAway(f"OpenSearch: {error}") from error
        raise
    return [_outcome(item["index"]) for item in answer["items"]]


def _outcome(item: dict[str, Any]) -> Refusal | None:
    status = item["status"]
    if status < 300 or status == 409:
        return None
    if status in NOT_NOW:
        raise DependencyAway(f"OpenSearch: {item['error']['type']}")
    cause = item["error"].get("caused_by", {}).get("reason", "")
    return Refusal(f"索引拒绝此文档：{item['error'].get('reason', '')} {cause}".strip())
