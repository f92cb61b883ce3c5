"""Many small writes, few transactions: what arrives while one batch commits goes into the next.

A caller awaits the result of its own item and acknowledges its own message, so nothing is acknowledged
before it is durable. Alone, an item is written at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
LARGEST = 50


class GroupCommit(Generic[Item, Result]):
    """Hands items to `write` one batch at a time; `write` returns one result per item, in order.

    When `write` fails, every item of the batch gets the error, and each caller decides for its own. A batch begins
    no sooner than `pace` seconds after the one before it, so that items in a stream share more.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], pace: float = 0.0) -> None:
        self._write = write
        self._pace = pace
        self._begun = float("-inf")
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Result:
        """The result of this item, once the batch it is in has been written."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await done

    async def _write_all(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while self._waiting:
                await asyncio.sleep(self._begun + self._pace - clock())
                self._begun = clock()
                batch, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._write([item for item, _ in batch])
        except Exception as error:
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)
