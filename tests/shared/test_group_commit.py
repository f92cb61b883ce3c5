"""Many small writes, few transactions."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.group_commit import LARGEST, GroupCommit


async def test_what_arrives_while_a_batch_commits_goes_into_the_next() -> None:
    sizes: list[int] = []
    gate = asyncio.Event()

    async def write(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        await gate.wait()
        return [item * 2 for item in items]

    group = GroupCommit(write)
    waiting = [asyncio.create_task(group.add(item)) for item in range(LARGEST + 11)]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*waiting) == [item * 2 for item in range(LARGEST + 11)]
    assert sum(sizes) == LARGEST + 11
    assert max(sizes) <= LARGEST
    assert await group.add(5) == 10


async def test_a_failed_batch_fails_each_of_its_items_and_the_next_goes_on() -> None:
    async def write(items: Sequence[int]) -> list[int]:
        if 3 in items:
            raise ValueError("three")
        return list(items)

    group = GroupCommit(write)
    with pytest.raises(ValueError, match="three"):
        await group.add(3)
    assert await group.add(4) == 4


async def test_a_caller_who_gives_up_harms_no_other() -> None:
    gate = asyncio.Event()

    async def write(items: Sequence[int]) -> list[int]:
        await gate.wait()
        return list(items)

    group = GroupCommit(write)
    lost, kept = asyncio.create_task(group.add(1)), asyncio.create_task(group.add(2))
    await asyncio.sleep(0)
    lost.cancel()
    gate.set()
    assert await kept == 2


async def test_items_of_a_stream_share_the_next_batch_and_a_lone_one_is_written_at_once() -> None:
    sizes: list[int] = []

    async def write(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        return list(items)

    group = GroupCommit(write, pace=0.05)
    await group.add(1)

    async def soon(item: int) -> None:
        await asyncio.sleep(item * 0.001)
        await group.add(item)

    await asyncio.gather(*(soon(item) for item in range(1, 6)))
    assert sizes == [1, 5]
