"""What handlers may rely on, asked alike of the fakes and of the real stores."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from intake.app import desk_on
from intake.domain.office import Department, KeyUsedOtherwise, Marks, Reading
from intake.domain.request import DisclosureRequest, RequestId
from intake.domain.states import Action, Status
from intake.handlers.desk import Desk
from intake.store.calendar import CalendarCache
from intake.store.tables import applicant_reads, metadata
from shared.calendar import CalendarDay
from shared.crypto import KeyedCrypto
from shared.migrations import schema_differences
from tests.intake.fakes import TEST_KEY, FakeTexts, fake_desk
from tests.intake.sample import (
    APPROVER,
    HANDLER,
    MONDAY,
    after,
    did,
    in_approval,
    noon,
    processing,
    step,
    submitted,
)

READING = Reading("reg", "登记人甲", "核对身份", noon(MONDAY))
NUMBER = "2026-审计-00001"


@pytest_asyncio.fixture(params=["fake", "stored"], loop_scope="session")
async def desk(request: pytest.FixtureRequest, engine: AsyncEngine) -> AsyncIterator[Desk]:
    if request.param == "fake":
        yield fake_desk()
        return
    async with engine.connect() as connection:
        yield desk_on(connection, KeyedCrypto(TEST_KEY, "intake"), CalendarCache(), "intake")
        await connection.rollback()


def marks(applicant: bytes = b"a", wording: bytes = b"w") -> Marks:
    return Marks(b"code", applicant, wording, "natural_person")


def another(place: int, number: str) -> DisclosureRequest:
    return replace(submitted(number=number), id=RequestId(UUID(int=place)))


async def test_a_request_comes_back_as_it_was_filed(desk: Desk) -> None:
    await desk.requests.add(submitted(), marks())
    assert await desk.requests.get(NUMBER) == submitted()
    assert await desk.requests.code_digest(NUMBER) == b"code"


async def test_an_unknown_number_finds_nothing(desk: Desk) -> None:
    assert await desk.requests.get(NUMBER) is None
    assert await desk.requests.code_digest(NUMBER) is None


async def test_a_saved_request_comes_back_with_its_whole_ledger_and_history(desk: Desk) -> None:
    await desk.requests.add(submitted(), marks())
    pending = did(processing(), step(Action.CONSULT_AGENCY, HANDLER, after(1), text="函"))
    await desk.requests.save(pending)
    resumed = did(pending, step(Action.END_CONSULTATION, HANDLER, after(3)))
    extended = did(resumed, step(Action.EXTEND, APPROVER, after(4), days=7, text="理由"))
    await desk.requests.save(extended)
    assert await desk.requests.get(NUMBER) == extended


async def test_a_decided_request_comes_back_with_its_outcome(desk: Desk) -> None:
    await desk.requests.add(submitted(), marks())
    served = did(in_approval(), step(Action.APPROVE, APPROVER, after(1)), step(Action.SERVE, HANDLER, after(2)))
    await desk.requests.save(served)
    assert await desk.requests.get(NUMBER) == served


async def test_only_requests_still_owed_a_reply_are_recounted(desk: Desk) -> None:
    await desk.requests.add(another(2, "2026-审计-00002"), marks())
    await desk.requests.add(another(1, NUMBER), marks())
    closed = replace(another(3, "2026-审计-00003"), status=Status.CLOSED)
    await desk.requests.add(closed, marks())
    assert [found.number for found in await desk.requests.owed()] == [NUMBER, "2026-审计-00002"]


async def test_twins_are_the_other_requests_of_the_same_applicant(desk: Desk) -> None:
    first = another(1, NUMBER)
    await desk.requests.add(first, marks())
    await desk.requests.add(another(2, "2026-审计-00002"), marks())
    await desk.requests.add(another(3, "2026-审计-00003"), marks(wording=b"other"))
    await desk.requests.add(another(4, "2026-审计-00004"), marks(applicant=b"other"))
    found = [(twin.number, twin.same_wording) for twin in await desk.requests.twins(first.id)]
    assert found == [("2026-审计-00003", False), ("2026-审计-00002", True)]


async def readings(desk: Desk) -> list[tuple[str, str, list[str]]]:
    if isinstance(desk.texts, FakeTexts):
        return [(reading.subject, reading.purpose, fields) for _, reading, fields in desk.texts.readings]
    connection = desk.requests._connection  # type: ignore[attr-defined]
    rows = await connection.execute(select(applicant_reads))
    return [(row.subject, row.purpose, row.fields) for row in rows]


async def test_every_reading_of_texts_is_recorded_with_its_purpose(desk: Desk) -> None:
    request = submitted()
    await desk.requests.add(request, marks())
    await desk.texts.put(request.id, {"applicant.name": "张三", "description": "一份报告"})
    await desk.texts.put(request.id, {"description": "一份新报告"})
    everything = await desk.texts.read(request, READING)
    one = await desk.texts.read(request, READING, ["description", "reply"])
    assert everything == {"applicant.name": "张三", "description": "一份新报告"}
    assert one == {"description": "一份新报告"}
    assert sorted(await readings(desk)) == [
        ("reg", "核对身份", ["applicant.name", "description"]),
        ("reg", "核对身份", ["description"]),
    ]


async def test_numbers_run_from_one_per_department_and_year(desk: Desk) -> None:
    given = [("audit", 2026), ("audit", 2026), ("finance", 2026), ("audit", 2027), ("audit", 2026)]
    assert [await desk.numbers.next(*place) for place in given] == [1, 2, 1, 1, 3]


async def test_a_department_keeps_its_newest_state_and_its_first_short_name(desk: Desk) -> None:
    await desk.departments.put(Department("audit", "审计局", "审计", True, 2))
    await desk.departments.put(Department("audit", "审计委员会", "审计委", False, 3))
    await desk.departments.put(Department("audit", "旧名", "旧", True, 1))
    assert await desk.departments.get("audit") == Department("audit", "审计委员会", "审计", False, 3)
    assert await desk.departments.taken("审计")
    assert not await desk.departments.taken("审计委")
    assert await desk.departments.get("nobody") is None


async def test_a_year_put_into_the_calendar_makes_a_new_version(desk: Desk) -> None:
    before = await desk.calendars.lock()
    days = (CalendarDay(date(2027, 1, 1), False, "元旦"), CalendarDay(date(2027, 1, 9), True, "元旦"))
    await desk.calendars.put_year(2027, days, "国办通知", "reg")
    found = await desk.calendars.current()
    assert (before.version, found.version) == (0, 1)
    assert before.gazetted == frozenset()
    assert found.gazetted == {2027}
    assert found.of_year(2027) == days
    await desk.calendars.put_year(2027, days[:1], "更正", "reg")
    assert (await desk.calendars.current()).of_year(2027) == days[:1]
    assert (await desk.calendars.source(2027), await desk.calendars.source(2028)) == ("更正", "")


async def test_wrong_codes_are_answered_ever_later_until_a_right_one(desk: Desk) -> None:
    at = noon(MONDAY)
    waits = []
    for _ in range(12):
        await desk.attempts.failed(NUMBER, at)
        waits.append(await desk.attempts.blocked_for(NUMBER, at))
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert await desk.attempts.blocked_for(NUMBER, at + timedelta(seconds=59.5)) == 1
    assert await desk.attempts.blocked_for(NUMBER, at + timedelta(seconds=60)) == 0
    assert await desk.attempts.blocked_for("2026-审计-00002", at) == 0
    await desk.attempts.succeeded(NUMBER)
    assert await desk.attempts.blocked_for(NUMBER, at) == 0


async def test_an_idempotency_key_brings_the_first_answer_back(desk: Desk) -> None:
    assert await desk.answers.earlier("key", "public", "print") is None
    await desk.answers.keep("key", "public", 201, b"answer")
    assert await desk.answers.earlier("key", "public", "print") == b"answer"
    assert await desk.answers.earlier("key", "someone", "print") is None
    with pytest.raises(KeyUsedOtherwise):
        await desk.answers.earlier("key", "public", "other print")


async def test_the_migrations_make_the_tables_the_code_expects(database_url: str) -> None:
    assert await schema_differences(metadata, database_url) == []
