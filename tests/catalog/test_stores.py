"""What only the real database can show: the migration is complete, and people working at once."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from catalog.desk import desks
from catalog.domain.columns import ColumnCycle
from catalog.handlers.columns import put_column
from catalog.handlers.editions import draft_edition
from catalog.handlers.obligations import put_obligation, record_documents
from catalog.store.tables import metadata
from shared.calendar import WorkCalendar
from shared.migrations import schema_differences
from shared.problems import StaleVersion
from tests.catalog.making import a_column, an_item, an_obligation, content, publish, published

CALENDAR = WorkCalendar.from_package()


async def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    assert await schema_differences(metadata, database_url) == []


async def test_two_moves_at_once_cannot_close_a_circle(engine: AsyncEngine) -> None:
    opened = desks(engine, CALENDAR)
    async with opened() as desk:
        for code in ("left", "right"):
            await put_column(a_column(code), None, "editor", desk)

    async def move(code: str, parent: str) -> None:
        async with opened() as desk:
            await put_column(a_column(code, parent=parent), 1, "editor", desk)

    outcomes = await asyncio.gather(move("left", "right"), move("right", "left"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [ColumnCycle]


async def test_two_people_creating_one_obligation_do_not_both_make_version_one(engine: AsyncEngine) -> None:
    opened = desks(engine, CALENDAR)

    async def create(title: str) -> None:
        async with opened() as desk:
            await put_obligation(an_obligation("twin", title=title), None, None, title, desk)

    outcomes = await asyncio.gather(create("甲"), create("乙"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [StaleVersion]
    async with engine.connect() as connection:
        told = await connection.scalar(text("select count(*) from outbox where subject = 'twin'"))
    assert told == 1


async def test_drafts_made_at_once_get_different_numbers(engine: AsyncEngine) -> None:
    opened = desks(engine, CALENDAR)

    async def draft() -> int:
        async with opened() as desk:
            return (await draft_edition(content(an_item()), "", "editor", desk)).number

    numbers = await asyncio.gather(*(draft() for _ in range(5)))
    assert len(set(numbers)) == 5


async def test_one_key_used_at_once_makes_one_draft(engine: AsyncEngine) -> None:
    opened = desks(engine, CALENDAR)

    async def draft() -> int:
        async with opened() as desk:
            return (await draft_edition(content(an_item()), "key-at-once", "editor", desk)).number

    assert len(set(await asyncio.gather(*(draft() for _ in range(4))))) == 1


async def test_documents_arriving_at_once_are_all_counted_for_the_task(engine: AsyncEngine) -> None:
    opened = desks(engine, CALENDAR)
    async with opened() as desk:
        await publish(desk, an_item("busy-01"), department="busy")
        await put_obligation(an_obligation("busy", catalogue_item="busy-01"), None, None, "editor", desk)

    async def take(document: str) -> None:
        async with opened() as desk:
            await record_documents([published(document, items=("busy-01",))], desk)

    await asyncio.gather(*(take(f"busy-d{number}") for number in range(8)))
    async with opened() as desk:
        task = await desk.obligations.get("busy")
    assert task is not None
    assert task.fulfilled_by == tuple(f"busy-d{number}" for number in range(8))


async def test_two_versions_of_one_batch_leave_the_items_of_the_newer(engine: AsyncEngine) -> None:
    opened = desks(engine, CALENDAR)
    async with opened() as desk:
        versions = [
            published("twice", items=("twice-01",), sequence=1),
            published("twice", items=("twice-02",), sequence=2),
        ]
        await record_documents(versions, desk)
        listed = await desk.documents.by_item()
    assert (listed.get("twice-01"), listed["twice-02"]) == (None, ["twice"])


async def test_a_refused_request_leaves_no_trace(engine: AsyncEngine) -> None:
    opened = desks(engine, CALENDAR)

    async def create_then_fail() -> None:
        async with opened() as desk:
            await put_column(a_column("fleeting"), None, "editor", desk)
            await put_column(a_column("fleeting", name="改名"), 9, "editor", desk)

    with pytest.raises(StaleVersion):
        await create_then_fail()
    async with engine.connect() as connection:
        told = await connection.scalar(text("select count(*) from outbox where subject = 'fleeting'"))
    assert told == 0
