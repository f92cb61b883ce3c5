"""Small questions asked together: what arrives while the engine is busy with others goes in one request.

A lone question goes at once. Under load a request carries several, which spares the engine and us most of
what a question this small costs: the request around it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

MOST = 16
AT_ONCE = 4


class Gathered(Generic[Question, Answer]):
    """Asks with up to AT_ONCE requests under way, each with up to MOST questions."""

    def __init__(self, ask: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._ask = ask
        self._waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._asking: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question) -> Answer:
        """The answer to one question. Raises what the request it went with raised."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if len(self._asking) < AT_ONCE:
            task = asyncio.create_task(self._serve())
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        return await answered

    async def close(self) -> None:
        """Give up the requests under way: whoever asked has gone, and what they are sent through is closed next."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _serve(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            wanted = [(question, answered) for question, answered in batch if not answered.done()]
            try:
                answers = await self._ask([question for question, _ in wanted]) if wanted else []
            except Exception as error:
                for _, answered in wanted:
                    if not answered.done():
                        answered.set_exception(error)
                continue
            for (_, answered), answer in zip(wanted, answers, strict=True):
                if not answered.done():
                    answered.set_result(answer)
