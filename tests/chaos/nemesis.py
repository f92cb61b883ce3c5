"""What kills and freezes, and how long each component takes to come back while work goes on."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.history import History
from tests.chaos.installation import COMPONENTS, WORKERS, Target, mixture

WORK_BEFORE_A_FAULT = 10
WORK_SECONDS = 45.0
STAGGER_SECONDS = 1.5
PAUSE_SECONDS = 10.0
# The broker looks at each heartbeat of 60 s, and gives a client up that was silent for two or three of them.
LONG_PAUSE_SECONDS = 190.0
LOOK_AGAIN_SECONDS = 0.05


@dataclass
class Nemesis:
    """Kills and freezes components; `begin_import` begins the next file and tells how many answers it has had."""

    target: Target
    history: History
    dice: random.Random
    progress: Callable[[], int]
    begin_import: Callable[[], Callable[[], int]]
    kills: int = 0
    recoveries: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    awakenings: dict[tuple[str, float], list[float]] = field(default_factory=lambda: defaultdict(list))

    async def one_by_one(self) -> None:
        """Each component alone, in an order of the seed's choice."""
        for component in self.dice.sample(COMPONENTS, len(COMPONENTS)):
            await self._work_goes_on()
            await self._fell(component)

    async def together(self) -> None:
        """A few components within moments of each other."""
        await self._work_goes_on()
        await asyncio.gather(*(self._fell(name, self.dice.uniform(0, STAGGER_SECONDS)) for name in mixture(self.dice)))

    async def frozen(self) -> None:
        """Each component alone stands still for a while; then the workers, until the broker has given them up."""
        for component in self.dice.sample(COMPONENTS, len(COMPONENTS)):
            await self._work_goes_on()
            await self._freeze(component, PAUSE_SECONDS)
        await self._work_goes_on()
        async with asyncio.TaskGroup() as tasks:
            for worker in WORKERS:
                tasks.create_task(self._freeze(worker, LONG_PAUSE_SECONDS))

    async def _freeze(self, component: str, seconds: float) -> None:
        self.history.see("nemesis", "freeze", component, status=f"{seconds:.0f} s")
        async with self.target.frozen(component):
            await asyncio.sleep(seconds)
        awake = await self.target.recovery(component)
        self.awakenings[component, seconds].append(awake)
        self.history.see("nemesis", "awake", component, status=f"{awake:.1f} s")

    async def _fell(self, component: str, delay: float = 0.0) -> None:
        await asyncio.sleep(delay)
        self.history.see("nemesis", "kill", component)
        killed = await self.target.kill(component)
        self.kills += 1
        seconds = await self.target.recovery(component, killed)
        self.recoveries[component].append(seconds)
        self.history.see("nemesis", "recovered", component, status=f"{seconds:.1f} s")

    async def _work_goes_on(self) -> None:
        """Wait until living documents and an import are answered, so that each fault meets work.

        Not longer than WORK_SECONDS, so that a system that answers nobody is still hurt and judged.
        """
        before, imported = self.progress(), self.begin_import()
        until = time.monotonic() + WORK_SECONDS
        goal = before + WORK_BEFORE_A_FAULT
        while (self.progress() < goal or not imported()) and time.monotonic() < until:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        self.history.see("nemesis", "worked", status=f"{self.progress() - before} answers, {imported()} imported")
