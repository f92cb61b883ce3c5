"""One live run: work under way, components killed and frozen, then quiet, a last look and the verdict."""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.chaos.checkers import Violation, check
from tests.chaos.documents import generated, write_records
from tests.chaos.history import CHANGES, History
from tests.chaos.installation import COMPONENTS, Target
from tests.chaos.looking import look
from tests.chaos.nemesis import Nemesis
from tests.chaos.workload import Import, LivingDocuments, close_observer, observe, open_observer

IMPORTED = 1200
FILES = 2 * (len(COMPONENTS) + 1)
FAULT_SECONDS = 700.0
SETTLE_SECONDS = 150.0
LOOK_AGAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Figures:
    """What a run measured."""

    seed: int
    kills: int
    operations: int
    answered: int
    unknown: int
    reads: int
    documents: int
    events: int
    import_runs: int
    recoveries: dict[str, list[float]]
    awakenings: dict[tuple[str, float], list[float]]
    settle_seconds: float
    violations: list[Violation]


class LiveRun:
    """The parts of a run, which share its history, seed and departments."""

    def __init__(self, target: Target, seed: int, folder: Path) -> None:
        name = secrets.token_hex(3)
        self._target = target
        self._folder = folder
        self._dice = random.Random(seed)
        self._seed = seed
        self._started = time.monotonic()
        self._queue = f"chaos.{name}"
        self._imported, self._living = f"chaos_{name}_import", f"chaos_{name}_living"
        self.history = History(name, seed, folder / f"history-{name}.jsonl")
        self._import = Import(target, self.history, self._imported)
        self._imports: list[asyncio.Task[None]] = []
        self._documents = LivingDocuments(target, self.history, self._living, random.Random(seed + 1))

    async def run(self) -> Figures:
        """Everything, bounded in time."""
        for department in (self._imported, self._living):
            await self._target.register(department)
        await open_observer(self._target, self._queue)
        nemesis = Nemesis(self._target, self.history, self._dice, lambda: self._documents.answered, self._begin_import)
        try:
            async with self._observing(), asyncio.timeout(FAULT_SECONDS + SETTLE_SECONDS):
                await self._work_under(nemesis)
                seconds, violations = await self._settled()
        finally:
            for task in self._imports:
                task.cancel()
            await close_observer(self._target, self._queue)
            self.history.close()
        return self._figures(nemesis, seconds, violations)

    @asynccontextmanager
    async def _observing(self) -> AsyncIterator[None]:
        """An observer of the broker and a reader of the public API while the context is open."""
        departments = {self._imported, self._living}
        work = [observe(self._target, self.history, self._queue, departments), self._documents.read()]
        watching = [asyncio.create_task(each) for each in work]
        try:
            yield
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    async def _work_under(self, nemesis: Nemesis) -> None:
        """Imports and living documents, until the nemesis has killed and frozen everything and the work is done."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._documents.run())
            try:
                await nemesis.one_by_one()
                await nemesis.together()
                await nemesis.frozen()
            finally:
                self._documents.stop()
            await asyncio.gather(*self._imports)

    def _begin_import(self) -> Callable[[], int]:
        """Import the next file at the side of everything else; the answer counts what it has been told."""
        number = len(self._imports) + 1
        path = self._folder / f"documents-{number}.jsonl"
        hashes = self._write(path, number)
        self._imports.append(asyncio.create_task(self._import.run(path, hashes)))
        return lambda: len(self._import.answered(path))

    def _write(self, path: Path, number: int) -> dict[str, str]:
        names = (f"I{number}-{place:04}" for place in range(IMPORTED // FILES))
        return write_records(path, generated(self._dice, names))

    async def _settled(self) -> tuple[float, list[Violation]]:
        """Look until nothing is broken or the time is up; then read, and look once more for the history."""
        started = time.monotonic()
        # Nobody tells when databases and index agree; there is only another look.
        while await self._would_break() and time.monotonic() - started < SETTLE_SECONDS:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        seconds = time.monotonic() - started
        self.history.see("nemesis", "settled", status=f"{seconds:.1f} s")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for document in sorted(self._documents.known):
                await self._documents.read_one(session, document)
        await self._look(self.history)
        return seconds, check(self.history.ops)

    async def _would_break(self) -> bool:
        """Whether the promises are not kept yet, as far as can be seen now."""
        scratch = History("scratch", self._seed)
        try:
            await self._look(scratch)
        except (OSError, aiohttp.ClientError, TimeoutError):
            return True
        return bool(check([*self.history.ops, *scratch.ops]))

    async def _look(self, history: History) -> None:
        await look(self._target, history, [self._imported, self._living], time.monotonic() - self._started)

    def _figures(self, nemesis: Nemesis, seconds: float, violations: list[Violation]) -> Figures:
        ops = self.history.ops
        ends = Counter(op.type for op in ops if op.f in CHANGES)
        seen = Counter(op.f for op in ops if op.type == "ok")
        return Figures(
            seed=self._seed,
            kills=nemesis.kills,
            operations=ends["invoke"],
            answered=ends["ok"],
            unknown=ends["info"] + ends["fail"],
            reads=seen["read"],
            documents=seen["stored"],
            events=len({op.subject for op in ops if op.f == "confirmed"}),
            import_runs=self._import.runs,
            recoveries=dict(nemesis.recoveries),
            awakenings=dict(nemesis.awakenings),
            settle_seconds=seconds,
            violations=violations,
        )
