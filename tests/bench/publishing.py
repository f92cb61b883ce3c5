"""Freshness at a steady rate, and a flood: department messages until they are found."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp

from search.documents import item_document
from search.index import Names, connect, ensure_index, write_items
from sunlight.reading import Submission
from sunlight.sending import Gateway, open_gateway, send_all
from tests.bench.figures import Figure
from tests.bench.searching import percentile
from tests.bench.stack import Running
from tests.bench.texts import Text, texts
from tests.support.events import document_event

REFRESH_SECONDS = 1.0
RATE = 5
SECONDS = 60
FLOOD = 1500
LOOK_SECONDS = 0.3  # between looks at a flood: they cost the engine too
BULK = 200

Halfway = Callable[[str], Awaitable[None]]


def submission(text: Text, tag: str, number: int) -> Submission:
    """A document that the tag alone finds."""
    body = {"kind": "regulation", "title": f"{text.title} {tag}", "body": text.body, "keywords": [tag]}
    return Submission("submit", f"{tag}-{number}", 1, body)


async def found(session: aiohttp.ClientSession, origin: str, tag: str, limit: int) -> dict[str, Any]:
    params = {"q": f'"{tag}"', "sort": "newest", "limit": str(limit), "facets": "false"}
    async with session.get(f"{origin}/api/search", params=params) as answer:
        content: dict[str, Any] = await answer.json()
        return content


async def freshness(stack: Running) -> list[Figure]:
    """RATE publications a second for SECONDS: from sending to the first search that shows each."""
    tag = f"fresh{secrets.token_hex(4)}"
    count = RATE * SECONDS
    documents = texts(count)
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}

    async def publish(gateway: Gateway, number: int) -> None:
        started = time.monotonic()
        text = documents[number % len(documents)]
        outcome = await gateway.send(submission(text, tag, number))
        sent[outcome["document_id"]] = started

    async def watch(session: aiohttp.ClientSession) -> None:
        while len(seen) < count:
            page = await found(session, stack.origin, tag, 50)
            for item in page["items"]:
                seen.setdefault(item["id"], time.monotonic())
            await asyncio.sleep(0.05)

    async with aiohttp.ClientSession() as session, open_gateway(stack.installation, "regulations", "amqp") as gateway:
        watching = asyncio.create_task(watch(session))
        publishing = []
        for number in range(count):
            publishing.append(asyncio.create_task(publish(gateway, number)))
            await asyncio.sleep(1 / RATE)
        await asyncio.gather(*publishing)
        await asyncio.wait_for(watching, 120)
        await _withdraw(gateway, tag, count)
    waits = [seen[document] - started for document, started in sent.items()]
    note = f"{RATE}/s for {SECONDS} s, sent over AMQP, seen in /api/search; the limit is the refresh interval"
    return [
        Figure("freshness_p50", "s", percentile(waits, 0.5), REFRESH_SECONDS, "≤ 1", note),
        Figure("freshness_p99", "s", percentile(waits, 0.99), REFRESH_SECONDS, "≤ 2", note),
    ]


async def flood(stack: Running) -> list[Figure]:
    """FLOOD documents at once through the gateway, beside a bulk of the same documents."""
    documents = texts(FLOOD, seed=3)
    before = await _bulk(stack, documents)
    async with flooded(stack, documents) as through:
        pass
    after = await _bulk(stack, documents)
    engine = 2 * len(documents) / (before + after)
    note = f"{len(documents)} documents to searchable; limit: OpenSearch bulk of the same, before and after"
    return [Figure("flood", "documents/s", through.rate, engine, "≥ 0.7", note)]


@dataclass(frozen=True)
class Flooded:
    """A flood that can be found: the ids of its documents, and when it began and when all were found."""

    documents: frozenset[str]
    started: float
    ended: float

    @property
    def rate(self) -> float:
        return len(self.documents) / (self.ended - self.started)


async def _nothing(_: str) -> None: ...


@asynccontextmanager
async def flooded(stack: Running, documents: list[Text], halfway: Halfway = _nothing) -> AsyncIterator[Flooded]:
    """Documents at once through the gateway until all are found; withdrawn at the end.

    `halfway` is awaited, with the tag that finds them, when half of them have been accepted; the others go on.
    """
    tag = f"flood{secrets.token_hex(4)}"
    submissions = [submission(text, tag, number) for number, text in enumerate(documents)]
    started = time.monotonic()
    accepted = await _accepted(stack, submissions, partial(halfway, tag))
    while await count_found(stack, tag) < len(documents):
        await asyncio.sleep(LOOK_SECONDS)
    ended = time.monotonic()
    try:
        yield Flooded(accepted, started, ended)
    finally:
        async with open_gateway(stack.installation, "regulations", "amqp") as gateway:
            await _withdraw(gateway, tag, len(documents))


async def count_found(stack: Running, tag: str) -> int:
    """How many documents of a flood can be found by now."""
    async with aiohttp.ClientSession() as session:
        return int((await found(session, stack.origin, tag, 1))["total"])


async def _accepted(
    stack: Running, submissions: list[Submission], halfway: Callable[[], Awaitable[None]]
) -> frozenset[str]:
    """Send all at once; the ids the gateway gave them."""
    accepted: set[str] = set()
    async with open_gateway(stack.installation, "regulations", "amqp") as gateway:
        async for _, outcome in send_all(gateway, submissions):
            assert outcome["status"] == "accepted", outcome
            accepted.add(outcome["document_id"])
            if len(accepted) == len(submissions) // 2:
                await halfway()
    return frozenset(accepted)


async def _withdraw(gateway: Gateway, tag: str, count: int) -> None:
    """Take the documents of a measurement out of the public's sight."""
    withdrawals = (
        Submission("withdraw", f"{tag}-{number}", 2, {"reason": "性能测量用文件"}) for number in range(count)
    )
    async for _, outcome in send_all(gateway, withdrawals):
        assert outcome["status"] == "accepted", outcome


async def _bulk(stack: Running, documents: list[Text]) -> float:
    """Seconds to write the documents with two writers into an index of the same shape, and refresh it."""
    client, names = connect(stack.opensearch), Names(f"bench-{secrets.token_hex(4)}")
    await ensure_index(client, names)
    items = [_item(text) for text in documents]
    batches = iter([items[start : start + BULK] for start in range(0, len(items), BULK)])

    async def writer() -> None:
        for batch in batches:
            await write_items(client, names, batch)

    started = time.monotonic()
    await asyncio.gather(writer(), writer())
    await client.indices.refresh(index=names.write)
    seconds = time.monotonic() - started
    await client.indices.delete(index=names.physical())
    await client.close()
    return seconds


def _item(text: Text) -> dict[str, Any]:
    """The document that the search worker would write."""
    return item_document(document_event(kind="regulation", title=text.title, body=text.body))
