"""An event takes effect once, however often it comes, on a real PostgreSQL."""

from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncEngine

from search.store import delivery
from shared.inbox import first_deliveries, first_delivery
from tests.support.events import document_event


async def test_an_event_takes_effect_once_however_often_it_is_delivered(engine: AsyncEngine) -> None:
    event = document_event()
    taken = []
    for _ in range(3):
        async with engine.begin() as connection:
            taken.append(await first_delivery(connection, delivery.inbox, "search.document", event))
    assert taken == [True, False, False]


async def test_an_event_that_comes_twice_in_one_batch_takes_effect_once(engine: AsyncEngine) -> None:
    event, other = document_event(), document_event()
    async with engine.begin() as connection:
        taken = await first_deliveries(connection, delivery.inbox, "search.document", [event, other, event])
        assert taken == [event, other]
        assert await first_deliveries(connection, delivery.inbox, "search.document", [event, other]) == []


async def test_an_effect_that_was_rolled_back_is_taken_at_the_next_delivery(engine: AsyncEngine) -> None:
    event = document_event()
    with suppress(ZeroDivisionError):
        async with engine.begin() as connection:
            assert await first_delivery(connection, delivery.inbox, "search.document", event)
            raise ZeroDivisionError
    async with engine.begin() as connection:
        assert await first_delivery(connection, delivery.inbox, "search.document", event)
