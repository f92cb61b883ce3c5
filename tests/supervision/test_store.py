"""What only the real store can get wrong."""

import asyncio

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.events import Event
from shared.migrations import schema_differences
from supervision.consumers import PROJECTIONS, recording
from supervision.store import delivery, metadata
from supervision.store.reading import DECIDING
from supervision.store.tables import documents
from tests.supervision.building import at, document, event


async def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    assert await schema_differences(metadata, database_url) == []


async def test_two_workers_taking_the_same_document_at_once_keep_the_newer_state(engine: AsyncEngine) -> None:
    versions = [event(document("raced", catalogue_items=(f"i{n}",)), n) for n in range(1, 9)]
    handle = recording(engine, "supervision.document", PROJECTIONS["document"])
    await asyncio.gather(*(handle(version) for version in [*versions, *reversed(versions)]))
    async with engine.connect() as connection:
        held = (await connection.execute(select(documents).where(documents.c.id == "raced"))).one()
        items = await connection.execute(text("SELECT item FROM document_items WHERE document = 'raced'"))
        assert (held.sequence, held.catalogue_items, items.scalars().all()) == (8, ["i8"], ["i8"])


async def test_a_delivery_repeated_leaves_one_sighting_for_the_trace(engine: AsyncEngine) -> None:
    happened: Event = event(document("seen"))
    handle = recording(engine, "supervision.document", PROJECTIONS["document"])
    await handle(happened)
    await handle(happened)
    inbox = delivery.inbox
    query = select(func.count()).select_from(inbox).where(inbox.c.subject == "seen")
    async with engine.connect() as connection:
        assert await connection.scalar(query) == 1


@pytest.mark.parametrize("duties", [2, 400])
async def test_the_deciding_documents_are_found_by_index_however_many_there_are(
    engine: AsyncEngine, duties: int
) -> None:
    many = text(
        "INSERT INTO documents (id, sequence, department, site_column, published_at, catalogue_items, withdrawn) "
        "SELECT 'bulk-' || n, 1, 'audit', 'column-' || n % 20, now() - n * interval '1 minute', '{}', false "
        "FROM generate_series(1, 20000) AS n"
    )
    question = {
        "codes": [f"column-{number}" for number in range(1, duties + 1)],
        "items": [f"i{number}" for number in range(duties)],
        "named": ["bulk-7"],
        "until": at("2099-01-01"),
    }
    async with engine.connect() as connection:
        await connection.execute(many)
        await connection.execute(text("ANALYZE documents"))
        found = (await connection.execute(DECIDING, question)).scalars().all()
        assert {"bulk-1", "bulk-2", "bulk-7"} <= set(found)
        plan = await explained(connection, question)
        await connection.rollback()
    assert "ix_documents_newest_in_column" in plan
    assert "Seq Scan on documents" not in plan


async def explained(connection: AsyncConnection, question: dict[str, object]) -> str:
    """PostgreSQL's plan for the deciding documents."""
    given = DECIDING.params(**question)
    sql = given.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    return "\n".join((await connection.exec_driver_sql(f"EXPLAIN {sql}")).scalars())
