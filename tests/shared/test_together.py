"""Events in one transaction: all of them, or each for itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any

import pytest

from shared.events import Event, new_id
from shared.together import together
from tests.support.events import document_event


class FakeEngine:
    """An engine whose connection is the list of what the transaction did; kept when it commits."""

    def __init__(self) -> None:
        self.committed: list[list[str]] = []

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        connection: list[str] = []
        yield connection
        self.committed.append(connection)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def some(count: int) -> list[Event]:
    return [document_event(1, str(new_id())) for _ in range(count)]


async def keep(events: Sequence[Event], connection: Any) -> None:
    await asyncio.sleep(0)
    connection.extend(event.subject for event in events)


async def test_events_that_arrive_together_share_a_transaction_in_order_of_subject(engine: FakeEngine) -> None:
    events = some(7)
    handle = together(engine, keep)  # type: ignore[arg-type]
    await asyncio.gather(*(handle(event) for event in reversed(events)))
    assert len(engine.committed) < len(events)
    assert all(batch == sorted(batch) for batch in engine.committed)
    assert sorted(chain.from_iterable(engine.committed)) == sorted(event.subject for event in events)


async def test_a_bad_event_harms_no_other(engine: FakeEngine) -> None:
    events = some(5)
    bad = events[2]

    async def apply(events: Sequence[Event], connection: Any) -> None:
        await keep(events, connection)
        if bad in events:
            raise ValueError("cannot be kept")

    handle = together(engine, apply)  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*(handle(event) for event in events), return_exceptions=True)
    assert [isinstance(outcome, ValueError) for outcome in outcomes] == [event is bad for event in events]
    good = sorted(event.subject for event in events if event is not bad)
    assert sorted(chain.from_iterable(engine.committed)) == good


async def test_an_outage_is_told_to_every_caller_without_trying_each_alone(engine: FakeEngine) -> None:
    tried: list[str] = []

    async def apply(events: Sequence[Event], connection: Any) -> None:
        tried.append(events[0].subject)
        raise ConnectionResetError

    handle = together(engine, apply)  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*(handle(event) for event in some(4)), return_exceptions=True)
    assert all(isinstance(outcome, ConnectionResetError) for outcome in outcomes)
    assert len(tried) < 4
