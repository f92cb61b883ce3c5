"""A lone write is searchable as soon as the refresher is asked, whatever the index would do by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from opensearchpy import AsyncOpenSearch

from search.documents import item_document
from search.freshness import REFRESHES, Refresher
from search.index import Names, ensure_index, write_items
from tests.support.events import document_event
from tests.support.waiting import until


@pytest.fixture(autouse=True)
async def lazy(client: AsyncOpenSearch, names: Names) -> None:
    """The index shows nothing unless it is asked to."""
    await client.indices.put_settings(index=names.write, body={"index": {"refresh_interval": "-1"}})


@pytest.fixture
async def refresher(client: AsyncOpenSearch, names: Names) -> AsyncIterator[Refresher]:
    made = Refresher(client, names)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def write(client: AsyncOpenSearch, names: Names, title: str) -> None:
    assert await write_items(client, names, [item_document(document_event(title=title))]) == [None]


async def shown(client: AsyncOpenSearch, names: Names, title: str) -> bool:
    answer = await client.count(index=names.read, body={"query": {"match_phrase": {"title": title}}})
    return bool(answer["count"])


@contextmanager
def refreshes(at_least: int, at_most: int) -> Iterator[None]:
    before = REFRESHES._value.get()
    yield
    assert at_least <= REFRESHES._value.get() - before <= at_most


async def test_what_was_written_is_found_once_it_was_asked_for(
    client: AsyncOpenSearch, names: Names, refresher: Refresher
) -> None:
    await write(client, names, "垂柳公告")
    assert not await shown(client, names, "垂柳公告")
    refresher.ask()
    await until(lambda: shown(client, names, "垂柳公告"))


async def test_a_hundred_askings_at_once_are_one_refresh(
    client: AsyncOpenSearch, names: Names, refresher: Refresher
) -> None:
    await write(client, names, "白蜡公告")
    with refreshes(1, 1):
        for _ in range(100):
            refresher.ask()
        await until(lambda: shown(client, names, "白蜡公告"))


async def test_what_is_asked_for_during_a_pause_is_shown_after_it(
    client: AsyncOpenSearch, names: Names, refresher: Refresher
) -> None:
    with refreshes(2, 2):
        for title in ("国槐公告", "榆树公告"):
            await write(client, names, title)
            refresher.ask()
            await until(lambda title=title: shown(client, names, title))  # type: ignore[misc]


async def test_an_index_that_is_not_there_yet_ends_nothing(client: AsyncOpenSearch, names: Names) -> None:
    later = Names(f"{names.prefix}-later")
    refresher = Refresher(client, later)
    running = asyncio.create_task(refresher.run())
    refresher.ask()
    await until(lambda: not refresher._asked.is_set())
    await ensure_index(client, later)
    await client.indices.put_settings(index=later.write, body={"index": {"refresh_interval": "-1"}})
    await write(client, later, "栾树公告")
    refresher.ask()
    await until(lambda: shown(client, later, "栾树公告"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
