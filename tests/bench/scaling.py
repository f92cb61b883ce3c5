"""More search workers in the middle of a flood: nothing gets slower, and nothing is lost or doubled."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import harmonic_mean

from launcher.layout import REPOSITORY
from launcher.services import BY_NAME
from sunlight.http import operator
from sunlight.verifying import Digest, compare, read_digest
from tests.bench.figures import Figure
from tests.bench.publishing import count_found, flooded
from tests.bench.stack import Running, caught_up, until_ready
from tests.bench.texts import Text, texts

MANY = 3
TURNS = (1, MANY, MANY, 1)
FLOOD = 2_000


@dataclass
class Turn:
    """One flood, in the middle of which the workers become so many."""

    stack: Running
    workers: int
    starting: float = 0.0
    at_work: float = 0.0
    found: int = 0
    rate: float = 0.0

    async def run(self, documents: list[Text]) -> None:
        """Find the rate from when all workers are at work to the last document; the outcome must be exact."""
        await _scale(1)
        async with flooded(self.stack, documents, self._halfway) as flood:
            assert self.found < len(flood.documents), "The flood was over before the workers were at work"
            self.rate = (len(flood.documents) - self.found) / (flood.ended - self.at_work)
            await _assert_exact(self.stack, flood.documents)
        await caught_up(self.stack.installation)

    async def _halfway(self, tag: str) -> None:
        began = time.monotonic()
        await _scale(self.workers)
        for number in range(1, self.workers + 1):
            port = self.stack.stack.ports.replica("search", "worker", number).number
            await until_ready(f"http://127.0.0.1:{port}")
        self.found = await count_found(self.stack, tag)
        self.at_work = time.monotonic()
        self.starting = self.at_work - began


async def measure(stack: Running) -> list[Figure]:
    """The same flood with one worker, and with more of them from its middle on, in turns."""
    turns = [Turn(stack, workers) for workers in TURNS]
    documents = texts(FLOOD, seed=10)
    async with _workers_put_back(stack):
        for turn in turns:
            await turn.run(documents)
    many, one = (harmonic_mean([turn.rate for turn in turns if turn.workers == count]) for count in (MANY, 1))
    return [Figure("scale", "documents/s", many, one, "≥ 0.95", _note(turns))]


def _note(turns: list[Turn]) -> str:
    """Each turn by itself, so that the spread of equal ones can be seen beside the ratio."""
    rates = ", ".join(f"{turn.workers}: {turn.rate:.0f}" for turn in turns)
    starting = max(turn.starting for turn in turns)
    return (
        f"{FLOOD} documents, search workers from 1 to {MANY} in the middle; rate from when all are at work, which took "
        f"up to {starting:.0f} s, to the last ({rates}); exact each time. The index is the limit on two cores: nothing "
        "to win, nothing to lose but what equal turns differ by"
    )


@asynccontextmanager
async def _workers_put_back(stack: Running) -> AsyncIterator[None]:
    before = stack.stack.scale.count(BY_NAME["search"], "worker")
    try:
        yield
    finally:
        await _scale(before)


async def _scale(workers: int) -> None:
    """What `make scale SERVICE=search WORKERS=…` runs; nothing happens when there are as many already."""
    command = (sys.executable, "-m", "launcher", "scale", "search", "--workers", str(workers))
    running = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, stdout=asyncio.subprocess.DEVNULL)
    assert await running.wait() == 0, f"the search workers could not be scaled to {workers}"


async def _assert_exact(stack: Running, sent: frozenset[str]) -> None:
    """Every document that was sent has the same version and content in publishing's record and in the index."""
    async with operator(stack.installation) as api:
        await api.call("POST", "search", "/internal/refresh")
        published, indexed = [_only(sent, await read_digest(api, name)) for name in ("publishing", "search")]
    compared = compare(published, indexed)
    assert compared["equal"], compared
    assert compared["published"] == len(sent), (compared["published"], len(sent))


def _only(sent: frozenset[str], digest: Digest) -> Digest:
    return {document: held for document, held in digest.items() if document in sent}
