"""Search throughput: our API beside the same bodies sent straight to OpenSearch."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import aiohttp
import orjson

from search.domain import Search, read_words
from search.engine import RESPONSE_FIELDS
from search.handlers import understood
from search.index import Names, connect
from search.lexicon_source import HeldLexicon
from search.query import search_body
from search.vocabulary import shipped
from tests.bench.figures import Figure
from tests.bench.stack import Running
from tests.bench.texts import questions

CONNECTIONS = 8
ROUNDS = 4
QUESTIONS_A_ROUND = 400

Ask = Callable[[aiohttp.ClientSession, str], Awaitable[None]]


@dataclass
class Sample:
    """Times of single answers, and the time of all of them together, in seconds."""

    answers: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.answers) / self.elapsed

    @property
    def p99(self) -> float:
        return percentile(self.answers, 0.99)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def load(asked: Sequence[str], ask: Ask, sample: Sample, connections: int = CONNECTIONS) -> None:
    """Ask everything once over so many connections."""
    waiting = iter(asked)

    async def one(session: aiohttp.ClientSession) -> None:
        for question in waiting:
            started = time.perf_counter()
            await ask(session, question)
            sample.answers.append(time.perf_counter() - started)

    started = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        await asyncio.gather(*(one(session) for _ in range(connections)))
    sample.elapsed += time.perf_counter() - started


def ours(origin: str) -> Ask:
    """Through our API."""

    async def ask(session: aiohttp.ClientSession, question: str) -> None:
        async with session.get(f"{origin}/api/search?q={quote(question)}") as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    return ask


async def raw(opensearch: str, names: Names, asked: Sequence[str]) -> Ask:
    """The same bodies, made beforehand with what the API knows of the index, straight to OpenSearch."""
    client = connect(opensearch)
    known = HeldLexicon(client, names)
    await known.follow()
    await client.close()
    vocabulary = shipped()
    searches = {question: understood(Search(read_words(question)), vocabulary, known.current) for question in asked}
    bodies = {question: orjson.dumps(search_body(search)) for question, search in searches.items()}
    url = f"{opensearch}/{names.read}/_search?filter_path={RESPONSE_FIELDS}"
    headers = {"Content-Type": "application/json"}

    async def ask(session: aiohttp.ClientSession, question: str) -> None:
        async with session.post(url, data=bodies[question], headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    return ask


async def alternate(asks: Sequence[Ask], asked: Sequence[str], connections: int = CONNECTIONS) -> list[Sample]:
    """Ask the same of all of them, in rounds that change places, after a warm-up with the first part."""
    samples = [Sample() for _ in asks]
    size = max(1, len(asked) // (ROUNDS + 1))
    for ask in asks:
        await load(asked[:size], ask, Sample(), connections=2)
    for number in range(1, ROUNDS + 1):
        part = asked[number * size : (number + 1) * size]
        turns = list(zip(asks, samples, strict=True))
        for ask, sample in turns if number % 2 else reversed(turns):
            await load(part, ask, sample, connections)
    return samples


async def measure(stack: Running) -> list[Figure]:
    """Throughput and p99 of unrepeated queries on the installation as it stands, edge included."""
    asked = questions(QUESTIONS_A_ROUND * (ROUNDS + 1))
    names = Names(stack.index_prefix)
    api, engine = await alternate((ours(stack.origin), await raw(stack.opensearch, names, asked)), asked)
    note = f"{CONNECTIONS} connections, {len(api.answers)} unrepeated queries, through the public origin"
    return [
        Figure("search_api", "queries/s", api.rate, engine.rate, "≥ 0.6", note),
        Figure("search_api_p99", "s", api.p99, engine.p99, "≤ 1.67", note),
    ]
