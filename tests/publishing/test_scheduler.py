"""Planned publications are kept once, on time, after any outage, by however many workers."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.app import rooms
from publishing.domain.content import Attachment
from publishing.domain.document import Act, Document
from publishing.domain.states import State
from publishing.rooms import Rooms
from publishing.scheduler import Scheduler
from publishing.store.directory import DirectoryStore
from publishing.store.documents import DocumentStore
from publishing.store.reading import Reading
from publishing.store.scheduled import ahead, next_due
from publishing.store.tables import delivery, document
from shared.database import create_engine
from shared.events import ColumnState, DepartmentState, now
from shared.settings import Settings
from tests.publishing.sample import act, content, draft, published
from tests.support.infrastructure import Vhost
from tests.support.waiting import until


def planned(publish_at: datetime, made: Document | None = None) -> Document:
    """A document that 李四 planned a day before its time."""
    document = made or draft("wang")
    document.submit(act("wang", 1))
    document.approve(act("li", 2))
    document.schedule(publish_at, Act("li", publish_at - timedelta(days=1), "", "李四"))
    return document


def due(seconds: float = 1, **fields: Any) -> Document:
    return planned(now() - timedelta(seconds=seconds), draft("wang", **fields))


async def keep(engine: AsyncEngine, *documents: Document) -> None:
    async with engine.begin() as connection:
        await DocumentStore(connection).add(*documents)


async def found(engine: AsyncEngine, document_id: UUID) -> Document:
    async with engine.connect() as connection:
        return await Reading(connection).working(document_id)


async def history(engine: AsyncEngine, document_id: UUID) -> list[RowMapping]:
    async with engine.connect() as connection:
        return await Reading(connection).history(document_id)


async def events(engine: AsyncEngine, *documents: UUID) -> list[str]:
    outbox = delivery.outbox.c
    query = select(outbox.routing_key).where(outbox.subject.in_([str(each) for each in documents]))
    async with engine.connect() as connection:
        return list(await connection.scalars(query))


@pytest.fixture
async def empty(engine: AsyncEngine) -> AsyncIterator[None]:
    """Nothing planned by another test is left over."""
    yield
    async with engine.begin() as connection:
        ended = document.update().where(document.c.state == State.SCHEDULED)
        await connection.execute(ended.values(state=State.APPROVED, publish_at=None))


@pytest.fixture
def stage(engine: AsyncEngine, empty: None, tmp_path: Path) -> Rooms:
    return rooms(Settings(service="publishing", state=tmp_path), engine)


async def all_due(scheduler: Scheduler) -> int:
    kept = 0
    while await scheduler.publish_next():
        kept += 1
    return kept


async def test_a_document_becomes_public_at_its_time_in_one_transaction(engine: AsyncEngine, stage: Rooms) -> None:
    planned_one = due()
    await keep(engine, planned_one)
    before = now()
    assert await all_due(Scheduler(stage)) == 1
    kept = await found(engine, planned_one.id)
    assert (kept.state, kept.version, kept.scheduled) == (State.PUBLISHED, 1, None)
    assert kept.published_at is not None
    assert abs(kept.published_at - before) < timedelta(seconds=5)
    assert await events(engine, planned_one.id) == ["document.published"]
    line = (await history(engine, planned_one.id))[-1]
    assert (line["action"], line["actor"], line["actor_name"]) == ("publish", "schedule:li", "定时发布（代李四）")
    assert line["note"].startswith("原定 ")
    assert line["before"]["scheduled_by"] == "li"
    assert line["at"] == kept.published_at


async def test_what_is_not_due_waits(engine: AsyncEngine, stage: Rooms) -> None:
    later = planned(now() + timedelta(hours=1))
    await keep(engine, later)
    assert await all_due(Scheduler(stage)) == 0
    assert (await found(engine, later.id)).state is State.SCHEDULED
    assert await events(engine, later.id) == []
    async with engine.connect() as connection:
        plans = await ahead(connection)
    assert plans.documents == 1
    assert plans.seconds is not None
    assert 3590 < plans.seconds <= 3600


async def test_of_a_planned_revision_the_event_says_that_it_is_one(engine: AsyncEngine, stage: Rooms) -> None:
    revision = published()
    revision.revise(act("wang", 5))
    revision.edit(content("修订稿"), act("wang", 6))
    await keep(engine, planned(now() - timedelta(seconds=1), revision))
    assert await all_due(Scheduler(stage)) == 1
    assert await events(engine, revision.id) == ["document.revised"]


async def test_after_an_outage_everything_due_is_made_up_for_in_order(engine: AsyncEngine, stage: Rooms) -> None:
    documents = [due(hours * 3600) for hours in (1, 5, 3)]
    await keep(engine, *documents)
    assert await all_due(Scheduler(stage)) == 3
    dates = [(await found(engine, each.id)).published_at for each in documents]
    assert dates[1] < dates[2] < dates[0]  # type: ignore[operator]


async def test_of_two_workers_each_document_is_published_by_one(
    database_url: str, engine: AsyncEngine, stage: Rooms, tmp_path: Path
) -> None:
    documents = [due(number) for number in range(1, 41)]
    await keep(engine, *documents)
    other = create_engine(database_url)
    second = rooms(Settings(service="publishing", state=tmp_path), other)
    schedulers = [Scheduler(each) for each in (stage, stage, second, second)]
    kept = await asyncio.gather(*map(all_due, schedulers))
    await other.dispose()
    assert sum(kept) == 40
    assert await events(engine, *(each.id for each in documents)) == ["document.published"] * 40
    for each in documents:
        lines = await history(engine, each.id)
        assert [line["action"] for line in lines].count("publish") == 1


async def test_a_row_that_another_worker_holds_is_passed_over_not_waited_for(engine: AsyncEngine, stage: Rooms) -> None:
    first, second = due(9), due(5)
    await keep(engine, first, second)
    async with engine.connect() as holder:
        held = await next_due(holder)
        assert held is not None
        assert held.id == first.id
        async with asyncio.timeout(5):
            assert await all_due(Scheduler(stage)) == 1
        assert (await found(engine, second.id)).state is State.PUBLISHED
        await holder.rollback()  # as when its worker dies
    assert await all_due(Scheduler(stage)) == 1
    assert await events(engine, first.id) == ["document.published"]


async def test_who_publishes_at_once_while_the_time_comes_is_not_overtaken(engine: AsyncEngine, stage: Rooms) -> None:
    raced = due()
    await keep(engine, raced)
    async with engine.begin() as person:
        mine = await DocumentStore(person).get(raced.id)
        mine.publish(act("li", 9))
        assert await all_due(Scheduler(stage)) == 0
        await DocumentStore(person).save(mine)
    assert await all_due(Scheduler(stage)) == 0
    assert (await found(engine, raced.id)).version == 1


async def test_a_closed_column_or_department_sends_back_to_approved_and_blocks_nobody(
    engine: AsyncEngine, stage: Rooms
) -> None:
    async with engine.begin() as connection:
        directory = DirectoryStore(connection)
        closed = ColumnState(code="closing", name="将关", kind="notices", department="audit", active=False)
        await directory.put_column(closed, 1)
        await directory.put_department(DepartmentState(code="gone", name="原审计办", active=False), 1)
    in_closed_column = due(9, column="closing")
    of_closed_department = due(8)
    of_closed_department.department = "gone"
    tampered = due(7)
    tampered.edition = tampered.edition.__class__(
        tampered.edition.number, content("偷换"), tampered.edition.content_hash, ("wang",), tampered.edition.approval
    )
    with_lost_file = due(6, attachments=(Attachment("表.pdf", "0" * 64, 9, "application/pdf"),))
    sound = due(5)
    stopped = [in_closed_column, of_closed_department, tampered, with_lost_file]
    await keep(engine, *stopped, sound)
    assert await all_due(Scheduler(stage)) == 5
    assert (await found(engine, sound.id)).state is State.PUBLISHED
    reasons = ["栏目“closing”已停用", "部门“原审计办”已停用", "签发", "附件“表.pdf”的记录缺失"]
    for each, reason in zip(stopped, reasons, strict=True):
        kept = await found(engine, each.id)
        assert (kept.state, kept.version, kept.published_at) == (State.APPROVED, 0, None)
        assert reason in (kept.hindrance or "")
        line = (await history(engine, each.id))[-1]
        assert (line["action"], line["actor"]) == ("halt", "schedule:li")
        assert reason in line["note"]
    assert await events(engine, *(each.id for each in stopped)) == []


class Dying:
    """Rooms in which the process dies after the document is written and before the transaction commits."""

    def __init__(self, sound: Rooms, death: BaseException) -> None:
        self._sound = sound
        self._death = death

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Any]:
        async with self._sound.desk() as opened:
            yield opened
            raise self._death


class Killed(BaseException):
    """The process is gone."""


async def test_a_worker_that_dies_before_it_commits_has_done_nothing(engine: AsyncEngine, stage: Rooms) -> None:
    survivor = due()
    await keep(engine, survivor)
    dying: Any = Dying(stage, Killed())
    with pytest.raises(Killed):
        await Scheduler(dying).publish_next()
    assert (await found(engine, survivor.id)).state is State.SCHEDULED
    assert await events(engine, survivor.id) == []
    assert await all_due(Scheduler(stage)) == 1
    assert await events(engine, survivor.id) == ["document.published"]


async def test_what_fails_for_no_foreseen_reason_stands_back_and_keeps_its_plan(
    engine: AsyncEngine, stage: Rooms
) -> None:
    await keep(engine, due(9))
    dying: Any = Dying(stage, ZeroDivisionError())
    broken = Scheduler(dying)
    assert await broken.publish_next()
    async with engine.connect() as connection:
        assert (await next_due(connection)) is not None
    dying.desk = stage.desk  # the reason is gone, and still it waits for its turn
    assert not await broken.publish_next()
    assert await all_due(Scheduler(stage)) == 1


async def test_an_outage_of_the_database_is_not_the_documents_fault(engine: AsyncEngine, stage: Rooms) -> None:
    await keep(engine, due())
    away: Any = Dying(stage, ConnectionError("away"))
    scheduler = Scheduler(away)
    with pytest.raises(ConnectionError):
        await scheduler.publish_next()
    with pytest.raises(ConnectionError):  # and it does not stand back
        await scheduler.publish_next()


class Process:
    """`python -m publishing worker` as the supervisor starts it."""

    def __init__(self, database_url: str, vhost: Vhost, state: Path) -> None:
        self._environment = {
            **os.environ,
            "SUNLIGHT_SERVICE": "publishing",
            "SUNLIGHT_DATABASE_URL": database_url,
            "SUNLIGHT_AMQP_URL": vhost.amqp_url("publishing"),
            "SUNLIGHT_STATE": str(state),
        }

    async def start(self) -> asyncio.subprocess.Process:
        command = sys.executable, "-m", "publishing", "worker"
        return await asyncio.create_subprocess_exec(
            *command, env=self._environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )


async def test_a_worker_killed_before_the_time_and_started_after_it_catches_up(
    database_url: str, engine: AsyncEngine, empty: None, vhost: Vhost, tmp_path: Path
) -> None:
    worker = Process(database_url, vhost, tmp_path)
    # It keeps a first plan, which shows that it runs; then it is killed while the second is still to come.
    first, moment = due(), now() + timedelta(seconds=12)
    second = planned(moment)
    await keep(engine, first, second)

    async def state_of(each: Document, state: State) -> bool:
        return (await found(engine, each.id)).state is state

    running = await worker.start()
    await until(lambda: state_of(first, State.PUBLISHED))
    running.kill()
    await running.wait()
    assert now() < moment, "too slow to tell"
    await until(lambda: now() > moment + timedelta(seconds=1))
    assert await state_of(second, State.SCHEDULED)
    running = await worker.start()
    try:
        await until(lambda: state_of(second, State.PUBLISHED))
    finally:
        running.terminate()
        await running.wait()
    kept = await found(engine, second.id)
    assert kept.published_at is not None
    assert kept.published_at > moment + timedelta(seconds=1)
    assert await events(engine, second.id) == ["document.published"]
