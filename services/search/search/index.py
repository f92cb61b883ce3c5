"""The OpenSearch index of everything published: its names, its shape, its reads and writes.

Physical indices are `<prefix>-items-<shape>-<time>`, where the shape is a digest of settings and mappings. One of
them is live: the write alias names it, and the read alias shows its published items. While another is filled it
is `next` (and `candidate`, as readers will see it); the one that was live before is `previous`, until dropped.

A withdrawn item stays as a document of its newest version (a tombstone), so that a late publication meets a
higher version and changes nothing.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch, JSONSerializer
from opensearchpy.exceptions import ConnectionError as OpenSearchAway
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from search.sealing import sealed
from search.segmentation import traditional
from shared.consuming import DependencyAway
from shared.events import DocumentStatus

OVERLOADED = (429, 503)
NOT_NOW = (*OVERLOADED, 404)  # of one document in a bulk: 404 says that the index itself is not there yet
CREATE_SECONDS = 60
# A sequence owns this many external versions, so that a document can be written again, even one that somebody
# has changed behind our back, without standing in the way of the next sequence.
ROOM = 1 << 42
FIRST = "0"
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
    shards: int = 1
    replicas: int = 0

    @property
    def read(self) -> str:
        return f"{self.prefix}-items"

    @property
    def write(self) -> str:
        return f"{self.prefix}-items-write"

    @property
    def next(self) -> str:
        return f"{self.prefix}-items-next"

    @property
    def candidate(self) -> str:
        return f"{self.prefix}-items-candidate"

    @property
    def previous(self) -> str:
        return f"{self.prefix}-items-previous"

    @property
    def shape(self) -> str:
        """Ten digits that tell today's shape from any other."""
        return _shape_digest(self.shards)

    def physical(self, made: str = FIRST) -> str:
        """A physical index of today's shape; `made` tells it from others of the same shape."""
        return f"{self.read}-{self.shape}-{made}"

    def shape_of(self, physical: str) -> str:
        return physical.removeprefix(f"{self.read}-").partition("-")[0]


@dataclass(frozen=True)
class Refusal:
    """Why the engine will not take a document."""

    reason: str


def connect(url: str) -> AsyncOpenSearch:
    """A client of one node or of several, divided by commas.

    A node that does not answer is passed over for another; nothing is repeated on the same node, because
    callers know what repeating costs.
    """
    nodes = url.split(",")
    return AsyncOpenSearch(
        nodes,
        serializer=_Orjson(),
        max_retries=len(nodes) - 1,
        retry_on_status=(),
        dead_timeout=5,
        pool_maxsize=32,
        timeout=10,
    )


@lru_cache
def shape() -> dict[str, Any]:
    """Settings and mappings of the index, with the folding of traditional characters filled in."""
    loaded: dict[str, Any] = json.loads((files("search") / "items.json").read_text())
    analysis = loaded["settings"]["analysis"]
    # one rule per character keeps offsets, so highlights show the original
    rules = [f"{chr(old)}=>{new}" for old, new in traditional().items()]
    analysis["char_filter"]["simplified"]["mappings"] = rules
    return loaded


@lru_cache
def _shape_digest(shards: int) -> str:
    built = {**shape(), "shards": shards}
    return hashlib.sha256(orjson.dumps(built, option=orjson.OPT_SORT_KEYS)).hexdigest()[:10]


PUBLISHED_ONLY = {"filter": {"term": {"status": DocumentStatus.PUBLISHED.value}}}


async def create_index(
    client: AsyncOpenSearch, names: Names, physical: str, aliases: Mapping[str, Any], **settings: Any
) -> None:
    """Create an index of today's shape unless it is there; `settings` stand in for those of the shape."""
    wanted = shape()
    index = {
        **wanted["settings"]["index"],
        "number_of_shards": names.shards,
        "number_of_replicas": names.replicas,
        **settings,
    }
    body = {**wanted, "settings": {**wanted["settings"], "index": index}, "aliases": aliases}
    try:
        await client.indices.create(index=physical, body=body, params={"request_timeout": CREATE_SECONDS})
    except RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise


async def ensure_index(client: AsyncOpenSearch, names: Names) -> None:
    """Create the index and its aliases if they are missing; any number of processes may try at once.

    A live index of an older shape is kept, and told to store fields it does not know rather than refuse them.
    """
    live = await index_behind(client, names.write)
    if live is None:
        aliases = {names.read: PUBLISHED_ONLY, names.write: {"is_write_index": True}}
        await create_index(client, names, names.physical(), aliases)
    elif names.shape_of(live) != names.shape:
        await client.indices.put_mapping(index=live, body={"dynamic": "false"})


async def index_behind(client: AsyncOpenSearch, alias: str) -> str | None:
    """The physical index an alias names. Raises the client's errors."""
    try:
        found = await client.indices.get_alias(name=alias)
    except NotFoundError:
        return None
    return next(iter(found), None)


async def write_items(
    client: AsyncOpenSearch, names: Names, documents: Sequence[dict[str, Any]]
) -> list[Refusal | None]:
    """Write documents to the live index in one bulk; the answer has one entry per document.

    None means the index now holds this version or a newer one. Raises DependencyAway when the engine is
    away or asks for patience; then all may be written again.
    """
    return await write_to(client, names.write, documents)


async def write_to(
    client: AsyncOpenSearch,
    index: str,
    documents: Sequence[dict[str, Any]],
    version_type: str = "external",
    force: bool = False,
) -> list[Refusal | None]:
    """`write_items` into one index or alias.

    With `external_gte` a document is written over whatever stands there of its own version; a newer one stays,
    unless `force` says that the index must not be believed.
    """
    if version_type == "external":
        versions = [document["version"] * ROOM for document in documents]
    else:
        held = await _held_versions(client, index, [document["id"] for document in documents])
        versions = [_rewriting(document, held.get(document["id"], 0), force) for document in documents]
    lines: list[bytes] = []
    for version, document in zip(versions, documents, strict=True):
        action = {"_id": document["id"], "version": version, "version_type": version_type}
        lines += [orjson.dumps({"index": action}), orjson.dumps(sealed(document))]
    with outages():
        answer = await client.bulk(
            body=b"\n".join(lines) + b"\n",
            index=index,
            params={"filter_path": "errors,items.*.status,items.*.error", "request_timeout": WRITE_SECONDS},
        )
    return [_outcome(item["index"]) for item in answer["items"]]


def _rewriting(document: dict[str, Any], held: int, force: bool) -> int:
    """The version to write a document again under.

    Today's milliseconds lift it over what an accident made of it, a deletion too, but never over the next sequence.
    """
    base = document["version"] * ROOM
    wanted: int = base + int(time.time() * 1000)
    return max(wanted, held) if force or held < base + ROOM else wanted


async def _held_versions(client: AsyncOpenSearch, index: str, documents: list[str]) -> dict[str, int]:
    with outages():
        params = {"_source": "false", "preference": "_primary"}
        answer = await client.mget(index=index, body={"ids": documents}, params=params)
    return {found["_id"]: found["_version"] for found in answer["docs"] if found.get("found")}


@contextmanager
def outages() -> Iterator[None]:
    """An engine that is away, asks for patience or has no index yet is DependencyAway."""
    try:
        yield
    except (OpenSearchAway, NotFoundError) as error:
        raise DependencyAway(f"OpenSearch: {error}") from error
    except TransportError as error:
        if error.status_code in OVERLOADED:
            raise DependencyAway(f"OpenSearch: {error}") from error
        raise


def _outcome(item: dict[str, Any]) -> Refusal | None:
    status = item["status"]
    if status < 300 or status == 409:
        return None
    if status in NOT_NOW:
        raise DependencyAway(f"OpenSearch: {item['error']['type']}")
    cause = item["error"].get("caused_by", {}).get("reason", "")
    return Refusal(f"索引拒绝此文档：{item['error'].get('reason', '')} {cause}".strip())
