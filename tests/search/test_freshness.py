"""Samples of freshness say how long news took, and normal life ends no sampling."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from opensearchpy.exceptions import ConnectionTimeout
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from search import freshness as measuring
from search.freshness import PUBLISH_TO_SEARCHABLE, FreshnessSampler
from search.store import freshness
from shared.events import Event, now
from tests.support.events import document_event
from tests.support.waiting import until


class Index:
    """Shows what it was told of; is away once for each document named in `away`."""

    def __init__(self) -> None:
        self.shown: set[str] = set()
        self.away: set[str] = set()

    async def visible(self, document: str, _: int) -> bool:
        if document in self.away:
            self.away.discard(document)
            raise ConnectionTimeout("TIMEOUT", "away", None)
        return document in self.shown


class Sampling:
    """A sampler that runs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.index = Index()
        self._engine = engine
        self.sampler = FreshnessSampler(engine, self.index.visible)
        self.task = asyncio.create_task(self.sampler.run())

    async def follow(self, event: Event) -> None:
        """Offer it, and wait until it is in hand."""
        self.sampler.offer(event)
        await until(self.sampler._next.empty)

    async def sampled(self, event: Event) -> bool:
        async with self._engine.connect() as connection:
            found = select(freshness.c.document).where(freshness.c.event_id == str(event.id))
            return (await connection.execute(found)).first() is not None


@pytest.fixture
async def sampling(engine: AsyncEngine) -> AsyncIterator[Sampling]:
    made = Sampling(engine)
    yield made
    assert not made.task.done()
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)


def observed() -> float:
    return float(sum(bucket.get() for bucket in PUBLISH_TO_SEARCHABLE._buckets))


async def test_an_event_that_comes_twice_is_one_sample(sampling: Sampling) -> None:
    event, next_one = document_event(), document_event()
    sampling.index.shown |= {event.subject, next_one.subject}
    before = observed()
    for _ in range(2):
        await sampling.follow(event)
        await until(lambda: sampling.sampled(event))
    await sampling.follow(next_one)
    await until(lambda: sampling.sampled(next_one))
    assert observed() == before + 2


async def test_an_old_event_that_is_sent_again_is_no_sample(sampling: Sampling) -> None:
    old = replace(document_event(), time=now() - timedelta(hours=3))
    sampling.index.shown.add(old.subject)
    sampling.sampler.offer(old)
    assert sampling.sampler._next.empty()


async def test_an_event_that_is_never_seen_makes_room_for_the_next(
    sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "GIVE_UP_SECONDS", 0.2)
    overtaken, seen = document_event(), document_event()
    sampling.index.shown.add(seen.subject)
    await sampling.follow(overtaken)
    await sampling.follow(seen)
    await until(lambda: sampling.sampled(seen))
    assert not await sampling.sampled(overtaken)


async def test_an_index_that_is_away_for_a_moment_is_asked_again(sampling: Sampling) -> None:
    event = document_event()
    sampling.index.shown.add(event.subject)
    sampling.index.away.add(event.subject)
    await sampling.follow(event)
    await until(lambda: sampling.sampled(event))
