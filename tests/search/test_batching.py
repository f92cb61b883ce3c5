"""Every document that is submitted gets an answer, whatever becomes of the writers."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from search.batching import Batcher, in_batches
from search.index import Refusal

SOON = 2.0


async def take(documents: Sequence[dict[str, Any]]) -> list[Refusal | None]:
    return [None for _ in documents]


def submit(batcher: Batcher, count: int) -> list[asyncio.Task[Refusal | None]]:
    return [asyncio.create_task(batcher.submit({"id": str(number)})) for number in range(count)]


async def outcomes(waiting: list[asyncio.Task[Refusal | None]]) -> list[Any]:
    async with asyncio.timeout(SOON):
        return await asyncio.gather(*waiting, return_exceptions=True)


async def test_documents_that_linger_or_wait_fail_when_the_writers_are_stopped() -> None:
    batcher = Batcher(take, most=1, writers=2)
    running = asyncio.create_task(batcher.run())
    waiting = submit(batcher, 10)
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # two are in the writers' hands, which linger; eight are queued
    running.cancel()
    found = await outcomes(waiting)
    assert [type(each) for each in found] == [ConnectionError] * 10
    assert batcher.in_hand == 0


async def test_a_document_that_comes_after_the_end_fails_and_one_after_a_new_beginning_is_written() -> None:
    batcher = Batcher(take)
    for _ in range(2):
        running = asyncio.create_task(batcher.run())
        await asyncio.sleep(0)
        assert await outcomes(submit(batcher, 3)) == [None] * 3
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with pytest.raises(ConnectionError):
            await batcher.submit({"id": "late"})


async def test_an_answer_of_the_wrong_length_fails_its_batch_and_ends_no_writer() -> None:
    async def too_few(documents: Sequence[dict[str, Any]]) -> list[Refusal | None]:
        return await take(documents[:1])

    batcher = Batcher(too_few)
    running = asyncio.create_task(batcher.run())
    assert isinstance((await outcomes(submit(batcher, 3)))[-1], ValueError)
    assert await outcomes(submit(batcher, 1)) == [None]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_batch_ends_at_so_many_documents_or_so_much_text() -> None:
    documents = [{"body": "字" * length} for length in (1, 1, 1, 9, 1)]
    assert [len(batch) for batch in in_batches(documents, most=2, characters=8)] == [2, 2, 1]
    assert [len(batch) for batch in in_batches(documents, most=9, characters=3)] == [3, 1, 1]
