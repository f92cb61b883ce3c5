"""From an event on the exchange to the ledger, over the real broker."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.envelope import encode
from shared.events import Event
from shared.outbox import EVENTS_EXCHANGE
from shared.publisher import Publisher
from shared.settings import Settings
from supervision.app import worker
from supervision.store import delivery
from tests.supervision.asking import EVERYWHERE, Caller, answering
from tests.supervision.books import emptied
from tests.supervision.building import at, calendar, column, department, document, event, obligation, request
from tests.support.infrastructure import Vhost
from tests.support.waiting import until

OWNERS = {
    "document": "publishing",
    "obligation": "catalog",
    "column": "catalog",
    "department": "identity",
    "request": "intake",
    "calendar": "intake",
}


async def publish(vhost: Vhost, event: Event) -> None:
    owner = OWNERS[event.type.partition(".")[0]]
    publisher = Publisher(vhost.amqp_url(owner))
    headers, body = encode(event, owner)
    await publisher.publish(EVENTS_EXCHANGE, event.type, headers, body, str(event.id))
    await publisher.close()


async def test_what_is_announced_on_the_exchange_stands_in_the_ledger(database_url: str, vhost: Vhost) -> None:
    settings = Settings(service="supervision", database_url=database_url, amqp_url=vhost.amqp_url("supervision"))
    announced = [
        document("d1", "2026-03-01", column="notices", catalogue_items=("i1",)),
        obligation("o1", due_on=date(2026, 3, 10), catalogue_item="i1"),
        column("notices"),
        department(),
        request("2026-审计-00001", due_on=date(2026, 3, 12)),
    ]
    async with worker(settings).running(), answering(database_url, at("2026-03-20")) as caller:
        for state in announced:
            await publish(vhost, event(state))
        await until(lambda: _counts_everything(caller))
        (met,) = (await caller.get("obligations", EVERYWHERE)).body["items"]
        assert (met["state"], met["evidence"], met["responsible"]) == ("met", ["d1"], ["审计局"])
        await publish(vhost, event(document("d1", withdrawn=True), 2))
        await until(lambda: _is_overdue(caller))


async def test_an_edited_calendar_decides_what_is_due_soon_and_an_older_one_does_not_return(
    engine: AsyncEngine, database_url: str, vhost: Vhost
) -> None:
    await emptied(engine)
    settings = Settings(service="supervision", database_url=database_url, amqp_url=vhost.amqp_url("supervision"))
    edited = event(calendar("2026-03-23", "2026-03-24"), 8)  # so that the fifth working day is the 31st, not the 27th
    async with worker(settings).running(), answering(database_url, at("2026-03-20")) as caller:
        await publish(vhost, event(request(due_on=date(2026, 3, 31))))
        await until(lambda: _owed_request_is(caller, "open"))
        await publish(vhost, edited)
        await until(lambda: _owed_request_is(caller, "due_soon"))
        for late in (edited, event(calendar(), 7)):
            await publish(vhost, late)
        await until(lambda: _taken(engine, 2))
        assert await _owed_request_is(caller, "due_soon")


async def _owed_request_is(caller: Caller, state: str) -> bool:
    return bool((await caller.get("requests", EVERYWHERE)).body["counts"][state] == 1)


async def _taken(engine: AsyncEngine, number: int) -> bool:
    """Whether so many different announcements of a calendar have been taken from the queue."""
    inbox = delivery.inbox.c
    query = select(func.count()).where(inbox.consumer == "supervision.calendar")
    async with engine.connect() as connection:
        return await connection.scalar(query) == number


async def _counts_everything(caller: Caller) -> bool:
    summary = (await caller.get("summary")).body
    return all(sum(summary[kind].values()) == 1 for kind in ("obligations", "columns", "requests"))


async def _is_overdue(caller: Caller) -> bool:
    summary = (await caller.get("summary")).body
    return bool(summary["obligations"]["overdue"] == 1 and summary["columns"]["blank"] == 1)
