"""Group commit: many messages, each with its own outcome, written to the index in one bulk.

A handler awaits the future of its own document and is acknowledged by what became of it. While one bulk
is under way the next batch gathers, so batches grow with load and a lone document is not kept waiting. After
a batch of some size a writer lingers longer: a few large bulks cost the engine much less than many small ones.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

from search.index import Refusal

Document = dict[str, Any]
Write = Callable[[Sequence[Document]], Awaitable[list[Refusal | None]]]
Waiting = tuple[Document, "asyncio.Future[Refusal | None]"]

MOST = 200
MOST_CHARACTERS = 2_000_000
LINGER_SECONDS = 0.02
BUSY_LINGER_SECONDS = 0.2
BUSY = 5  # documents in a batch that say more are on their way


class Batcher:
    """Gathers documents and writes them with up to `writers` bulks at once.

    A batch ends at `most` documents or about `characters` of text, whichever comes first. `written` is called when
    a batch is written and no document waits for the next. `in_hand` is how many documents are not yet written.
    """

    def __init__(
        self,
        write: Write,
        most: int = MOST,
        characters: int = MOST_CHARACTERS,
        writers: int = 2,
        written: Callable[[], None] = lambda: None,
    ) -> None:
        self._write = write
        self._written = written
        self._most = most
        self._characters = characters
        self._writers = writers
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._stopped = False  # what is submitted before `run` waits for it; after it, nobody would come
        self.in_hand = 0

    async def submit(self, document: Document) -> Refusal | None:
        """Wait until the document is written; the engine's refusal, or None.

        Raises:
            DependencyAway: the engine is away.
            ConnectionError: the writers have stopped.
        """
        if self._stopped:
            raise _stopped()
        done: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((document, done))
        self.in_hand += 1
        try:
            return await done
        finally:
            self.in_hand -= 1

    async def run(self) -> None:
        """Write batches until cancelled; every document that is not written then fails with ConnectionError."""
        self._stopped = False
        try:
            async with asyncio.TaskGroup() as writers:
                for _ in range(self._writers):
                    writers.create_task(self._serve())
        finally:
            self._stopped = True
            _fail([self._queue.get_nowait() for _ in range(self._queue.qsize())], _stopped())

    async def _serve(self) -> None:
        linger = LINGER_SECONDS
        while True:
            batch: list[Waiting] = []
            try:
                await self._gather(batch, linger)
                outcomes = await self._write([document for document, _ in batch])
                _settle(batch, outcomes)
            except BaseException as error:
                _fail(batch, error if isinstance(error, Exception) else _stopped())
                if not isinstance(error, Exception):
                    raise
            else:
                if self._queue.empty():
                    self._written()
            linger = BUSY_LINGER_SECONDS if len(batch) > BUSY else LINGER_SECONDS

    async def _gather(self, batch: list[Waiting], linger: float) -> None:
        """Fill the caller's list, who answers for what is in it, also when this is cancelled."""
        batch.append(await self._queue.get())
        await asyncio.sleep(linger)
        size = text_size(batch[0][0])
        while len(batch) < self._most and size < self._characters and not self._queue.empty():
            batch.append(self._queue.get_nowait())
            size += text_size(batch[-1][0])


def in_batches(
    documents: Iterable[Document], most: int = MOST, characters: int = MOST_CHARACTERS
) -> Iterator[list[Document]]:
    """The documents in lists that end at `most` of them or about `characters` of text, as a batcher's batches do."""
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += text_size(document)
        if len(batch) >= most or size >= characters:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def text_size(document: Document) -> int:
    return len(document.get("body", "")) + sum(len(part["text"]) for part in document.get("attachments", ()))


def _stopped() -> ConnectionError:
    return ConnectionError("writer stopped")


def _settle(batch: Sequence[Waiting], outcomes: Sequence[Refusal | None]) -> None:
    for (_, done), outcome in zip(batch, outcomes, strict=True):
        if not done.done():
            done.set_result(outcome)


def _fail(batch: Sequence[Waiting], error: Exception) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(error)
