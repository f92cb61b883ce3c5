"""More search workers in the middle of a flood: nothing gets slower, and nothing is lost or doubled."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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
FLOOD = 3_000
LOOK_SECONDS = 0.5


@dataclass
class Turn:
    """One flood, in the middle of which the workers become so many; from then on it is watched."""

    stack: Running
    workers: int
    starting: float = 0.0
    found_at_work: int = 0
    seen: list[tuple[float, int]] = field(default_factory=list)

    async def run(self, documents: list[Text]) -> None:
        """Send the flood; the outcome must be exact."""
        await _scale(1)
        async with flooded(self.stack, documents, self._halfway) as flood:
            self._watching.cancel()
            self.seen.append((flood.ended, len(flood.documents)))
            await _assert_exact(self.stack, flood.documents)
        await caught_up(self.stack.installation)

    def rate(self, since: int) -> float:
        """Documents a second from when `since` were found to the last."""
        begun, held = next(look for look in self.seen if look[1] >= since)
        ended, total = self.seen[-1]
        assert held < total, "The flood was over before the workers were at work"
        return (total - held) / (ended - begun)

    async def _halfway(self, tag: str) -> None:
        self._watching = asyncio.create_task(self._watch(tag))
        began = time.monotonic()
        await _scale(self.workers)
        for number in range(1, self.workers + 1):
            port = self.stack.stack.ports.replica("search", "worker", number).number
            await until_ready(f"http://127.0.0.1:{port}")
        self.starting = time.monotonic() - began
        self.found_at_work = await count_found(self.stack, tag)

    async def _watch(self, tag: str) -> None:
        """Note how many are found, until cancelled."""
        while True:
            self.seen.append((time.monotonic(), await count_found(self.stack, tag)))
            await asyncio.sleep(LOOK_SECONDS)


async def measure(stack: Running) -> list[Figure]:
    """The same flood with one worker, and with more of them from its middle on, in turns."""
    turns = [Turn(stack, workers) for workers in TURNS]
    documents = texts(FLOOD, seed=10)
    async with _workers_put_back(stack):
        for turn in turns:
            await turn.run(documents)
    since = max(turn.found_at_work for turn in turns)
    rates = [(turn.workers, turn.rate(since)) for turn in turns]
    many, one = (harmonic_mean([rate for workers, rate in rates if workers == count]) for count in (MANY, 1))
    told = ", ".join(f"{workers}: {rate:.0f}" for workers, rate in rates)
    note = (
        f"the last {FLOOD - since} of {FLOOD} documents ({told}), search workers from 1 to {MANY} in the middle, "
        f"at work within {max(turn.starting for turn in turns):.0f} s; every turn exact; "
        "on two cores there is nothing to win, and equal turns differ by 5 % and more"
    )
    return [Figure("scale", "documents/s", many, one, "≥ 0.95", note)]


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
