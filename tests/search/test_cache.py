"""Answers held in memory: right at once, or not held."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from search.caching import AnswerCache
from search.generation import Generation
from shared.events import DocumentStatus
from tests.search.running import Service, running
from tests.support.events import document_event
from tests.support.waiting import until


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def held(opensearch_url: str, index_prefix: str, database_url: str) -> AsyncIterator[Service]:
    async with running(opensearch_url, f"{index_prefix}held", database_url, search_cache=100) as made:
        yield made


async def hits(service: Service) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"{service.origin}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return sum(
        int(float(line.split()[-1])) for line in lines if line.startswith('sunlight_search_cache_total{outcome="hit"')
    )


async def test_a_repeated_question_is_answered_from_memory(held: Service) -> None:
    await held.index(document_event(title="松花砚展览"))
    first = await held.search(q="松花砚")

    async def repeated() -> bool:
        before = await hits(held)
        assert await held.search(q="松花砚", kind="") == first
        return await hits(held) > before

    await until(repeated, 30)


async def test_a_publication_and_a_withdrawal_are_seen_within_a_second(held: Service) -> None:
    event = document_event(title="端溪砚展览")
    for _ in range(3):
        assert await held.ids(q='"端溪砚"') == []
        await asyncio.sleep(0.3)
    await held.index(event)
    await seen_within_a_second(held, [event.subject])
    await held.index(document_event(2, event.subject, title="端溪砚展览", status=DocumentStatus.WITHDRAWN))
    await seen_within_a_second(held, [])


async def seen_within_a_second(service: Service, expected: list[str]) -> None:
    began = time.monotonic()
    while await service.ids(q='"端溪砚"') != expected:
        assert time.monotonic() - began < 1.0 + 0.5  # a loaded machine may take half a second for one answer


async def test_the_token_changes_with_every_visible_write_and_only_then(service: Service) -> None:
    generation = Generation(service.client, service.names)
    assert generation.current() is None
    event = document_event()
    tokens = []
    for change in (event, document_event(2, event.subject, status=DocumentStatus.WITHDRAWN)):
        await service.index(change)
        for _ in range(2):
            await generation.read()
            tokens.append(generation.current())
    assert tokens[0] == tokens[1] != tokens[2] == tokens[3]
    await service.client.delete(index=service.names.write, id=event.subject, params={"refresh": "true"})
    await generation.read()
    assert generation.current() != tokens[3]


@pytest.mark.parametrize("entries", [0, 2])
def test_a_cache_holds_what_it_may_and_nothing_of_another_generation(entries: int) -> None:
    cache = AnswerCache[bytes](entries, most_bytes=100)
    assert cache.get("one", "a") is None
    cache.put("one", "a", b"answer", 6)
    assert (cache.get("one", "a") == b"answer") is bool(entries)
    assert cache.get("two", "a") is None
    cache.put("one", "a", b"late", 4)
    assert cache.get("two", "a") is None
    assert cache.get(None, "a") is None


def test_a_cache_forgets_the_least_used_and_keeps_to_its_size() -> None:
    cache = AnswerCache[bytes](2, most_bytes=100)
    cache.get("one", "")
    for question in "ab":
        cache.put("one", question, b"x", 1)
    cache.get("one", "a")
    cache.put("one", "c", b"x", 1)
    assert [cache.get("one", question) for question in "abc"] == [b"x", None, b"x"]
    cache.put("one", "d", b"y", 101)
    assert [cache.get("one", question) for question in "acd"] == [None, None, None]
