"""Search and indexing with 100,000 documents: our processes beside the same bodies sent straight to OpenSearch."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aio_pika
import aiohttp
import orjson
from opensearchpy import AsyncOpenSearch

from search.documents import item_document
from search.index import Names, connect, ensure_index, write_items
from search.spelling import Typed
from search.suggesting import suggest_body
from shared.envelope import encode
from shared.events import Event
from tests.bench import searching
from tests.bench.figures import Figure, growth
from tests.bench.scratch import Scratch, scratch
from tests.bench.searching import Ask, Sample, load, percentile
from tests.bench.stack import Running
from tests.bench.texts import Text, articles, questions
from tests.support.events import document_event

STEPS = (1_000, 10_000, 100_000)
FLOOD = 8_000
BULK = 500
REPEATED = 150
MIX = 2_000
GROWTH_QUESTIONS = 200
SUGGESTIONS_ALONE = 500


def event(text: Text, number: int) -> Event:
    """The publication of an article as a document of its own."""
    return document_event(1, f"{number:032x}", kind="regulation", title=text.title, body=text.body)


@dataclass
class Filling:
    """An index that grows, and the texts it grows from."""

    client: AsyncOpenSearch
    names: Names
    texts: Sequence[Text]
    held: int = 0

    async def grow(self, count: int) -> float:
        """Write texts until there are `count` documents, by two writers; seconds it took, preparation apart."""
        wanted = range(self.held, min(count, len(self.texts)))
        documents = [item_document(event(self.texts[number], number)) for number in wanted]
        batches = iter([documents[start : start + BULK] for start in range(0, len(documents), BULK)])

        async def writer() -> None:
            for batch in batches:
                await write_items(self.client, self.names, batch)

        started = time.perf_counter()
        await asyncio.gather(writer(), writer())
        await self.client.indices.refresh(index=self.names.write)
        self.held = wanted.stop
        return time.perf_counter() - started


async def measure(stack: Running) -> list[Figure]:
    """Indexing in a flood, then search, suggestions and growth on what has been indexed."""
    found = articles(STEPS[-1])
    client = connect(stack.opensearch)
    figures: list[Figure] = []
    async with scratch(stack) as flooded:
        figures.append(await _indexing(flooded, client, found))
    async with scratch(stack) as own:
        await ensure_index(client, own.names)
        filling = Filling(client, own.names, found)
        async with own.process("api", SUNLIGHT_SEARCH_CACHE="0") as plain:
            figures.append(await _growth(filling, plain))
            figures += await _throughput(own, plain, filling.held)
            figures += await _suggestions(own, plain)
        async with own.process("api") as cached:
            figures.append(await _mix(own, cached))
    await client.close()
    return figures


async def _indexing(own: Scratch, client: AsyncOpenSearch, found: Sequence[Text]) -> Figure:
    """Events waiting in the queue to documents in the index, by one worker; bulks of the same before and after."""
    part = found[:FLOOD]
    await ensure_index(client, own.names)
    raw = Names(f"{own.name}raw")
    await ensure_index(client, raw)
    before = await Filling(client, raw, part).grow(FLOOD)
    await _publish(own, part)
    started = time.perf_counter()
    async with own.process("worker"):
        first = await _count(client, own.names)
        begun = time.perf_counter()
        while (held := await _count(client, own.names)) < len(part):
            await asyncio.sleep(0.1)
        rate = (held - first) / (time.perf_counter() - begun) if first < held else held / (begun - started)
    await client.indices.delete(index=raw.physical())
    await ensure_index(client, raw)
    after = await Filling(client, raw, part).grow(FLOOD)
    note = f"{len(part)} article events from the queue, one worker; limit: bulks of {BULK} by two writers"
    return Figure("indexing", "documents/s", rate, 2 * len(part) / (before + after), "≥ 0.85", note)


async def _publish(own: Scratch, found: Sequence[Text]) -> None:
    async with await aio_pika.connect(own.amqp_url("publishing")) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange("sunlight.events", ensure=False)
        for start in range(0, len(found), BULK):
            numbered = list(enumerate(found))[start : start + BULK]
            await asyncio.gather(*(exchange.publish(_message(text, n), "document.published") for n, text in numbered))


def _message(text: Text, number: int) -> aio_pika.Message:
    headers, body = encode(event(text, number), "publishing")
    mode = aio_pika.DeliveryMode.PERSISTENT
    return aio_pika.Message(body, headers={**headers}, content_type="application/json", delivery_mode=mode)


async def _count(client: AsyncOpenSearch, names: Names) -> int:
    return int((await client.count(index=names.read))["count"])


async def _growth(filling: Filling, api: str) -> Figure:
    """p99 of the same questions, one at a time, at each size; the limit is the p99 at the smallest.

    Measured as it stays: when what was just written has been merged, and its titles learnt.
    """
    asked = questions(GROWTH_QUESTIONS, seed=6)
    p99: dict[int, float] = {}
    for size in STEPS:
        await filling.grow(size)
        await _merged(filling.client)
        sample = Sample()
        for measured in (Sample(), sample, sample, sample):
            await load(asked, searching.ours(api), measured, connections=1)
        p99[filling.held] = sample.p99
    return growth("search_growth", p99, f"{len(asked)} questions one at a time")


async def _merged(client: AsyncOpenSearch) -> None:
    """Wait until the engine merges nothing."""
    while True:
        stats = await client.indices.stats(metric="merge")
        if stats["_all"]["total"]["merges"]["current"] == 0:
            return
        await asyncio.sleep(0.5)


async def _throughput(own: Scratch, api: str, held: int) -> list[Figure]:
    note = f"{searching.CONNECTIONS} connections, unrepeated questions, no cache, {held} documents"
    asked = questions(2_000, seed=7)
    pair = searching.ours(api), await searching.raw(own.stack.opensearch, own.names, asked)
    ours, raw = await searching.alternate(pair, asked)
    return [
        Figure("search_100k", "queries/s", ours.rate, raw.rate, "≥ 0.92", note),
        Figure("search_100k_p99", "s", ours.p99, raw.p99, "≤ 1.2", note),
    ]


async def _mix(own: Scratch, api: str) -> Figure:
    """Questions as people repeat them: a few often, most seldom (Zipf)."""
    asked = questions(REPEATED, seed=8)
    weights = [1 / (rank + 1) for rank in range(len(asked))]
    mix = random.Random(8).choices(asked, weights, k=MIX)
    pair = searching.ours(api), await searching.raw(own.stack.opensearch, own.names, asked)
    ours, raw = await searching.alternate(pair, mix)
    note = f"{MIX} questions drawn from {len(asked)} by Zipf's law, answers cached by index generation"
    return Figure("search_mix", "queries/s", ours.rate, raw.rate, "≥ 1", note)


async def _suggestions(own: Scratch, api: str) -> list[Figure]:
    source = random.Random(9)
    asked = list(dict.fromkeys(question[: source.randint(1, 6)] for question in questions(1_500, seed=9)))
    ours, raw = await searching.alternate((_suggest(api), _suggest_raw(own)), asked)
    alone = Sample()
    await load(asked[:SUGGESTIONS_ALONE], _suggest(api), alone, connections=1)
    note = "beginnings of questions"
    return [
        Figure("suggest", "queries/s", ours.rate, raw.rate, "≥ 0.8", f"{searching.CONNECTIONS} connections, {note}"),
        Figure("suggest_p95", "s", percentile(alone.answers, 0.95), 0.05, "≤ 1", f"one at a time, {note}; limit 50 ms"),
    ]


def _suggest(api: str) -> Ask:
    async def ask(session: aiohttp.ClientSession, question: str) -> None:
        async with session.get(f"{api}/api/suggest?q={quote(question)}") as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    return ask


def _suggest_raw(own: Scratch) -> Ask:
    url = f"{own.stack.opensearch}/{own.names.read}/_search?filter_path=hits.hits._id,hits.hits._source"

    async def ask(session: aiohttp.ClientSession, question: str) -> None:
        body: dict[str, Any] = suggest_body(Typed.of(question), 8)
        headers = {"Content-Type": "application/json"}
        async with session.post(url, data=orjson.dumps(body), headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    return ask
