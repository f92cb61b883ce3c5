"""From an event on the exchange to the ledger, over the real broker."""

from datetime import date

from shared.envelope import encode
from shared.events import Event
from shared.outbox import EVENTS_EXCHANGE
from shared.publisher import Publisher
from shared.settings import Settings
from supervision.app import worker
from tests.supervision.asking import EVERYWHERE, Caller, answering
from tests.supervision.building import at, column, department, document, event, obligation, request
from tests.support.infrastructure import Vhost
from tests.support.waiting import until

OWNERS = {
    "document": "publishing",
    "obligation": "catalog",
    "column": "catalog",
    "department": "identity",
    "request": "intake",
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


async def _counts_everything(caller: Caller) -> bool:
    summary = (await caller.get("summary")).body
    return all(sum(summary[kind].values()) == 1 for kind in ("obligations", "columns", "requests"))


async def _is_overdue(caller: Caller) -> bool:
    summary = (await caller.get("summary")).body
    return bool(summary["obligations"]["overdue"] == 1 and summary["columns"]["blank"] == 1)
