"""Search throughput: our API beside the same bodies sent straight to OpenSearch."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from search.domain import Search, read_words
from search.engine import RESPONSE_FIELDS
from search.query import search_body
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
        return sorted(self.answers)[int(len(self.answers) * 0.99)]


async def load(asked: Sequence[str], ask: Ask, sample: Sample) -> None:
    """Ask everything once over CONNECTIONS connections."""
    waiting = iter(asked)

    async def one(session: aiohttp.ClientSession) -> None:
        for question in waiting:
            started = time.perf_counter()
            await ask(session, question)
            sample.answers.append(time.perf_counter() - started)

    started = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        await asyncio.gather(*(one(session) for _ in range(CONNECTIONS)))
    sample.elapsed += time.perf_counter() - started


def ours(stack: Running) -> Ask:
    async def ask(session: aiohttp.ClientSession, question: str) -> None:
        async with session.get(f"{stack.origin}/api/search?q={quote(question)}") as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    return ask


def raw(stack: Running) -> Ask:
    url = f"{stack.opensearch}/sunlight-items/_search?filter_path={RESPONSE_FIELDS}"
    headers = {"Content-Type": "application/json"}

    async def ask(session: aiohttp.ClientSession, question: str) -> None:
        body: dict[str, Any] = search_body(Search(read_words(question)))
        async with session.post(url, data=orjson.dumps(body), headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    return ask


async def measure(stack: Running) -> list[Figure]:
    """Throughput and p99 of unrepeated queries, in alternating rounds after a warm-up."""
    asked = questions(QUESTIONS_A_ROUND * (ROUNDS + 1))
    warm, rest = asked[:QUESTIONS_A_ROUND], asked[QUESTIONS_A_ROUND:]
    api, engine = Sample(), Sample()
    for ask in (ours(stack), raw(stack)):
        await load(warm, ask, Sample())
    size = max(1, len(rest) // ROUNDS)
    for number in range(ROUNDS):
        part = rest[number * size : (number + 1) * size]
        pairs = [(ours(stack), api), (raw(stack), engine)]
        for ask, sample in pairs if number % 2 else reversed(pairs):
            await load(part, ask, sample)
    note = f"{CONNECTIONS} connections, {len(api.answers)} unrepeated queries, through the public origin"
    return [
        Figure("search_api", "queries/s", api.rate, engine.rate, "≥ 0.6", note),
        Figure("search_api_p99", "s", api.p99, engine.p99, "≤ 1.67", note),
    ]
