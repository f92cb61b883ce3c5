"""Killed between any two steps: nothing is lost, and nothing is repeated but under the same id."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from search.alerts.keeping import IndexKeeper
from search.alerts.letters import Writer
from search.alerts.noticing import Noticer
from search.alerts.posting import Postman
from tests.search.alerts.stage import PUBLIC, SECRETS, Stage, text_of
from tests.support.events import document_event

READER = "reader@example.cn"
MOST_STEPS = 60


class Killed(BaseException):
    """The process is gone."""


class Fate:
    """Lets so many steps happen."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.after_sending = False

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


class Mortal:
    """A database and a mail server between whose steps the process may die."""

    def __init__(self, engine: Any, fate: Fate) -> None:
        self._engine = engine
        self._fate = fate
        self.taken: list[EmailMessage] = []

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        self._fate.step()
        async with self._engine.begin() as connection:
            yield connection
            self._fate.step()
        self._fate.step()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Any]:
        self._fate.step()
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Mortal"]:
        self._fate.step()
        yield self

    async def send(self, letter: EmailMessage) -> None:
        self._fate.step()
        self.taken.append(letter)
        self._fate.after_sending = True
        self._fate.step()


async def live(stage: Stage, event: Any, fate: Fate) -> list[EmailMessage]:
    """Notice the event and send what is due, until the end or until killed; what the mail server took."""
    world: Any = Mortal(stage.engine, fate)
    noticer = Noticer(world, stage.percolator, IndexKeeper(world, stage.percolator))
    postman = Postman(world, Writer(PUBLIC, "", SECRETS), SECRETS, stage.showing, world, stage.clock)
    try:
        await noticer.notice(event)
        await postman.round()
    except Killed:
        pass
    return world.taken  # type: ignore[no-any-return]


async def test_a_process_killed_between_any_two_steps_loses_and_repeats_nothing(stage: Stage) -> None:
    killed, repeated = 0, 0
    for steps in range(1, MOST_STEPS):
        identity = await stage.subscribed(READER, q="更漏")
        event = document_event(title=f"更漏公告第{steps}号")
        await stage.index(event)
        fate = Fate(steps)
        first = await live(stage, event, fate)
        killed += fate.left == 0
        stage.ahead += timedelta(minutes=4)
        second = await live(stage, event, Fate(0))  # delivered again, to a process that lives
        taken = [*first, *second]
        assert len({mail["Message-ID"] for mail in taken}) == 1, f"killed at step {steps}"
        assert all(event.subject in text_of(mail) for mail in taken)
        assert len(second) == 0 or len(first) == 0 or fate.after_sending
        repeated += len(taken) > 1
        await stage.stop(identity)
        stage.ahead = timedelta()
        if fate.left > 0:
            break
    assert killed > 15
    assert 1 <= repeated <= 3  # killed after the server took the mail, before that was marked
