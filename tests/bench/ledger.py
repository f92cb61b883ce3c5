"""Supervision's ledger as documents grow: obligations judged, columns' silence, the public summary."""

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calling import ClientToken
from shared.database import create_engine
from shared.events import DocumentStatus, Event, Payload, now
from tests.bench.figures import Figure, growth
from tests.bench.large import STEPS
from tests.bench.scratch import scratch
from tests.bench.searching import ROUNDS, Ask, alternate
from tests.bench.stack import Running
from tests.supervision.books import PostgresBooks, taken
from tests.supervision.building import column, department, event, obligation
from tests.support.events import document_event

DEPARTMENTS = 40
COLUMNS = 200
OBLIGATIONS = 400
YEARS = 5
BATCH = 500
REQUESTS = 200
QUESTIONS = (
    "obligations",
    "obligations?state=overdue",
    "obligations?state=due_soon",
    "columns?state=stale",
    "summary",
)


async def measure(stack: Running) -> list[Figure]:
    """The same questions, one at a time and in turns, to APIs that hold 1,000, 10,000 and 100,000 documents."""
    asked = [QUESTIONS[number % len(QUESTIONS)] for number in range(REQUESTS * (ROUNDS + 1) // ROUNDS)]
    token = _operator(stack)
    async with AsyncExitStack() as kept:
        apis = [await kept.enter_async_context(_answering(stack, size)) for size in STEPS]
        samples = await alternate([_asking(api, token) for api in apis], asked, connections=1)
    p99 = {size: sample.p99 for size, sample in zip(STEPS, samples, strict=True)}
    what = f"{REQUESTS} requests one at a time, {OBLIGATIONS} obligations in {COLUMNS} columns"
    return [growth("ledger_growth", p99, what)]


@asynccontextmanager
async def _answering(stack: Running, documents: int) -> AsyncIterator[str]:
    """An API of its own that holds so many documents; its address."""
    today = now()
    async with scratch(stack, "supervision") as own:
        engine = create_engine(own.database_url)
        await _take(engine, list(_duties(today)))
        await _take(engine, [_document(number, today) for number in range(documents)])
        await engine.dispose()
        async with own.process("api") as api:
            yield api


async def _take(engine: AsyncEngine, events: Sequence[Event]) -> None:
    """Hand events to the service's own handler, in transactions of BATCH."""
    for start in range(0, len(events), BATCH):
        async with engine.begin() as connection:
            await taken(PostgresBooks(connection), events[start : start + BATCH])


def _duties(today: datetime) -> Iterator[Event]:
    """Departments, their columns and what they owe: half of it lasting, half due on a day before or after today."""
    states: list[Payload] = [department(f"d{number}", f"第{number}局") for number in range(DEPARTMENTS)]
    states += [
        column(f"c{number}", department=f"d{number % DEPARTMENTS}", max_silence_days=(None, 14, 180)[number % 3])
        for number in range(COLUMNS)
    ]
    for number in range(OBLIGATIONS):
        due = (today + timedelta(days=number % 120 - 90)).date()
        lasting = number % 2 == 0
        states.append(
            obligation(
                f"o{number}",
                responsible=(f"d{number % DEPARTMENTS}",),
                column=f"c{number % COLUMNS}",
                catalogue_item=f"i{number}",
                recurring=lasting,
                due_on=None if lasting else due,
            )
        )
    return (event(state) for state in states)


def _document(number: int, today: datetime) -> Event:
    """A document in a column or in none, perhaps for an item of the catalogue; a few are withdrawn again.

    A tenth of the columns and of the items never gets one: to know that must not cost more either.
    """
    source = random.Random(number)
    return document_event(
        1,
        f"{number:032x}",
        status=DocumentStatus.WITHDRAWN if source.random() < 0.02 else DocumentStatus.PUBLISHED,
        column=f"c{source.randrange(COLUMNS * 9 // 10)}" if source.random() < 0.9 else None,
        catalogue_items=(f"i{source.randrange(OBLIGATIONS * 9 // 10)}",) if source.random() < 0.5 else (),
        published_at=today - timedelta(days=YEARS * 365 * source.random()),
    )


def _operator(stack: Running) -> ClientToken:
    """The installation's operator, who sees every department's entries."""
    account = stack.installation.credentials()["operator"]
    return ClientToken(stack.installation.url("identity"), account["client_id"], account["client_secret"])


def _asking(api: str, token: ClientToken) -> Ask:
    async def ask(session: aiohttp.ClientSession, question: str) -> None:
        headers = await token.header(session)
        async with session.get(f"{api}/api/supervision/{question}", headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    return ask
