"""What may go wrong in a simulated run, and the bugs that may be planted in the system."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field, fields
from typing import Any

RESTART_SECONDS = (0.5, 20.0)
AT_COMMIT = 5  # how much more often a crash happens around a commit, where it matters most
_running_in: ContextVar["Process"] = ContextVar("_running_in")


@dataclass(frozen=True)
class Planted:
    """Bugs of the system; a sound run has none."""

    ack_before_commit: bool = False
    no_inbox_key: bool = False
    real_delete: bool = False
    unconfirmed_is_sent: bool = False
    no_version_check: bool = False
    event_outside_transaction: bool = False
    errors_discard: bool = False
    effect_outside_transaction: bool = False

    @classmethod
    def names(cls) -> list[str]:
        return [bug.name for bug in fields(cls)]


@dataclass
class Faults:
    """How often each fault happens, until `stop`; every decision comes from `random`.

    `stumble` is an error that says nothing of an outage, such as a deadlock, and is gone the next time.

    `crash_at` is a boundary by its number, to crash there and nowhere else.
    """

    random: random.Random
    crash: float = 0.006
    lost_confirm: float = 0.05
    lost_message: float = 0.03
    lost_acknowledgement: float = 0.05
    duplicate: float = 0.05
    unknown_commit: float = 0.02
    away: float = 0.01
    stumble: float = 0.02
    crash_at: int = 0
    boundaries: int = 0
    crashes: int = 0
    stopped: bool = False
    away_until: dict[str, float] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    @classmethod
    def only_a_crash(cls, seed: int, boundary: int) -> "Faults":
        """Nothing goes wrong but one crash, at the boundary of this number."""
        return cls(random.Random(seed), 0, 0, 0, 0, 0, 0, 0, 0, crash_at=boundary)

    def happens(self, chance: float) -> bool:
        return not self.stopped and self.random.random() < chance

    def stop(self) -> None:
        """Heal: nothing fails from now on, and what was away is back."""
        self.stopped = True
        self.away_until.clear()

    async def boundary(self, name: str) -> None:
        """A place where control leaves the process: time passes, others run, and it may crash here."""
        process = _running_in.get()
        process.require_alive()
        self.boundaries += 1
        self.seen.add(f"{process.name}: {name}")
        chance = self.crash * (AT_COMMIT if "commit" in name else 1)
        if self.boundaries == self.crash_at or self.happens(chance):
            self.crashes += 1
            process.crash()
        await asyncio.sleep(self.random.expovariate(20.0))
        process.require_alive()

    async def reach(self, dependency: str, error: Callable[[str], Exception]) -> None:
        """Ask a dependency, which may be away for a while."""
        await self.boundary(f"{dependency} is asked")
        now = asyncio.get_running_loop().time()
        if self.happens(self.away):
            self.away_until[dependency] = now + self.random.uniform(1, 60)
        if now < self.away_until.get(dependency, 0):
            raise error(f"{dependency} is away")


class Process:
    """One worker process: tasks that die together and are started afresh, knowing nothing."""

    def __init__(
        self, name: str, faults: Faults, start: Callable[["Process"], list[Coroutine[Any, Any, None]]]
    ) -> None:
        self.name = name
        self.alive = False
        self.at_crash: list[Callable[[], None]] = []
        self._faults = faults
        self._start = start
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Run the process's work; every task made from it belongs to it."""
        self.alive = True
        copy_context().run(self._start_tasks)

    def _start_tasks(self) -> None:
        _running_in.set(self)
        for work in self._start(self):
            asyncio.get_running_loop().create_task(work)

    def adopt(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def crash(self) -> None:
        """Stop at once: nothing of it runs on, and its connections close. The supervisor starts a new one."""
        self.alive = False
        loop = asyncio.get_running_loop()
        loop.call_soon(self._end)
        loop.call_later(
            self._faults.random.uniform(*RESTART_SECONDS), Process(self.name, self._faults, self._start).start
        )

    def require_alive(self) -> None:
        """What a dead process still tries has no effect."""
        if not self.alive:
            raise asyncio.CancelledError

    def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        for close in self.at_crash:
            close()


def current_process() -> Process:
    return _running_in.get()


def owned_task(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
    """The task factory of a simulation: each task belongs to the process whose code made it."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
    process = _running_in.get(None)
    if process is not None:
        process.adopt(task)
    return task
