"""The query log knows words and counts, no person; and it forgets."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.curation.popular import popular, read_report
from search.curation.privacy import is_personal, loggable, query_form
from search.curation.query_log import MOST_HELD, QueryLog, forget
from search.curation.tables import queries, query_clicks
from shared.askers import CODES, asker_code, china_today
from tests.search.curation.conftest import Office
from tests.support.events import document_event
from tests.support.waiting import until


@pytest.fixture(autouse=True)
async def nothing_logged(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(queries.delete())
        await connection.execute(query_clicks.delete())


@pytest.fixture
def log(engine: AsyncEngine) -> QueryLog:
    return QueryLog(engine)


async def logged(engine: AsyncEngine) -> dict[str, tuple[int, int, int]]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(queries.c.query, queries.c.searches, queries.c.zero, queries.c.askers))
        return {row.query: (row.searches, row.zero, row.askers) for row in rows}


@pytest.mark.parametrize(
    "query",
    [
        "110101199003071234",
        "11010119900307123X 低保",
        "１３８００１３８０００",
        "138 0013 8000",
        "138-0013-8000",
        "电话 01088886666",
        "0532-8888 6666 投诉",
        "一三八零零一三八零零零",
        "zhangsan@example.com",
        "zhang san @ example.com",
        "6222 0212 3456 7890 123",
        "e12345678",
        "鲁B·12345",
        "京A12345",
        "幸福小区3号楼2单元501室",
        "微信号abc12345",
        "手机号:12345",
    ],
)
async def test_what_reaches_a_person_is_never_stored(log: QueryLog, engine: AsyncEngine, query: str) -> None:
    assert is_personal(query_form(query))
    log.searched(query, True, 1)
    log.clicked(query, 1)
    await log.write()
    assert await logged(engine) == {}


@pytest.mark.parametrize(
    "query",
    [
        "鲁审发〔2018〕5号",
        "2018年度预算",
        "第七十条",
        "五公开",
        "住房公积金 提取",
        "电话",
        "身份证办理",
        "12345热线",
        "20181231"[:6],
    ],
)
def test_what_people_ask_of_a_government_is_not_taken_for_a_person(query: str) -> None:
    assert loggable(query) == query_form(query)


@given(st.text(max_size=200))
def test_a_form_of_any_text_is_its_own_form(query: str) -> None:
    form = query_form(query)
    assert query_form(form) == form
    kept = loggable(query)
    assert kept is None or kept == form


def test_a_caller_is_one_of_few_codes_that_change_with_the_day_and_the_process() -> None:
    today, key = date(2026, 11, 23), b"one process"
    codes = {asker_code(f"10.0.{n // 256}.{n % 256}", key, today) for n in range(5000)}
    assert codes == set(range(CODES))  # about twenty addresses to each
    assert asker_code("10.0.0.1", key, today) == asker_code("10.0.0.1", key, today)
    others = [asker_code("10.0.0.1", other, day) for other in (key, b"other") for day in (today, today + timedelta(1))]
    assert len(set(others)) > 1


async def test_the_tables_have_no_room_for_a_person(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        columns = await connection.run_sync(
            lambda sync: {t: {c["name"] for c in inspect(sync).get_columns(t)} for t in ("queries", "query_clicks")}
        )
    assert columns == {
        "queries": {"day", "query", "searches", "zero", "askers", "first_at"},
        "query_clicks": {"day", "query", "position", "clicks"},
    }


async def test_forms_of_one_query_are_counted_as_one(log: QueryLog, engine: AsyncEngine) -> None:
    for query in ("政務公開", "政务公开", " 政务公开 ", "政务公开。"):
        log.searched(query, True, 1)
    log.searched("政务公开", False, 2)
    await log.write()
    log.searched("政务公开", True, 3)
    await log.write()
    assert await logged(engine) == {"政务公开": (6, 1, 3)}


async def test_one_asker_at_many_replicas_stays_one(engine: AsyncEngine) -> None:
    for replica in (QueryLog(engine), QueryLog(engine), QueryLog(engine)):
        replica.searched("预算", True, 7)
        await replica.write()
    assert await logged(engine) == {"预算": (3, 0, 1)}


async def test_clicks_count_only_for_what_was_asked_and_no_more_often(log: QueryLog, engine: AsyncEngine) -> None:
    log.searched("预算", True, 1)
    log.searched("预算", True, 2)
    for _ in range(100):
        log.clicked("预算", 2)
    log.clicked("预算", 1)
    log.clicked("预算", 1000)
    log.clicked("没有人搜过的", 1)
    await log.write()
    async with engine.connect() as connection:
        rows = await connection.execute(select(query_clicks.c.query, query_clicks.c.position, query_clicks.c.clicks))
        assert sorted(tuple(row) for row in rows) == [("预算", 1, 1), ("预算", 2, 2)]
    log.clicked("预算", 2)
    await log.write()
    async with engine.connect() as connection:
        report = await read_report(connection, 7)
    assert report["clicks"] == [{"position": 1, "count": 1}, {"position": 2, "count": 2}]
    assert report["top"][0] == {
        "q": "预算",
        "count": 2,
        "zero": 0,
        "clicks": 3,
        "position": 1.7,
        "abandoned": 0.0,
    }


async def _aged(connection: AsyncConnection, hours: int) -> None:
    await connection.execute(update(queries).values(first_at=text(f"now() - interval '{hours} hours'")))


async def test_rare_queries_are_forgotten_after_a_day(log: QueryLog, engine: AsyncEngine) -> None:
    for asker in range(3):
        log.searched("很多人搜的", True, asker)
    for _ in range(50):
        log.searched("一个人反复搜的", True, 1)
    for asker in range(2):
        log.searched("很少有人搜的", True, asker)
    log.clicked("很少有人搜的", 1)
    await log.write()
    async with engine.begin() as connection:
        await _aged(connection, 23)
        assert await forget(connection) == 0
        await _aged(connection, 25)
        assert await forget(connection) == 2
        assert (await connection.execute(select(query_clicks.c.query))).all() == []
    assert set(await logged(engine)) == {"很多人搜的"}


async def test_even_common_queries_are_not_kept_for_ever(log: QueryLog, engine: AsyncEngine) -> None:
    for asker in range(9):
        log.searched("很多人搜的", True, asker)
    await log.write()
    async with engine.begin() as connection:
        await connection.execute(update(queries).values(day=china_today() - timedelta(days=401)))
        assert await forget(connection) == 1


async def test_memory_is_bounded_and_a_lost_database_costs_only_counts(engine: AsyncEngine) -> None:
    log = QueryLog(engine)
    for number in range(MOST_HELD + 50):
        log.searched(f"查询 {number}", True, 1)
    await log.write()
    assert len(await logged(engine)) == MOST_HELD

    class Away:
        def begin(self) -> Any:
            raise ConnectionError

    lost = QueryLog(Away())  # type: ignore[arg-type]
    lost.searched("预算", True, 1)
    await lost.write()


async def test_clicks_on_every_result_of_many_queries_cost_no_count(log: QueryLog, engine: AsyncEngine) -> None:
    """More rows than the parameters of one statement could hold."""
    for number in range(400):
        log.searched(f"查询 {number}", True, 1)
        for position in range(1, 31):
            log.clicked(f"查询 {number}", position)
    await log.write()
    assert len(await logged(engine)) == 400
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(query_clicks)) == 400 * 30


async def test_popular_is_what_several_ask_and_what_is_found(log: QueryLog, engine: AsyncEngine) -> None:
    for number in range(12):
        log.searched("公积金提取", True, number % 4)
        log.searched("查不到的", False, number % 4)
        log.searched("一个人刷的", True, 1)
    await log.write()
    async with engine.connect() as connection:
        assert await popular(connection) == ["公积金提取"]


async def test_a_search_is_counted_once_and_never_a_second_page_or_a_trial_by_staff(office: Office) -> None:
    await office.index(document_event(title="防汛物资储备办法"))
    await office.search("防汛物资", asker=1)
    await office.search("防汛物资", asker=2)
    await office.search("查无此事一二", asker=2)
    await office.search("", asker=2)
    await office.ask("GET", "/api/search", q="防汛物资")

    async def counted() -> bool:
        return await logged(office.engine) == {"防汛物资": (2, 0, 2), "查无此事一二": (1, 1, 1)}

    await until(counted, 15)
    status, _, _ = await office.ask(
        "POST", "/api/search/clicks", {"q": "防汛物资", "id": "x", "position": 1}, role=None
    )
    assert status == 204

    async def clicked() -> bool:
        _, report, _ = await office.ask("GET", "/api/search/report")
        return bool(report["clicks"] == [{"position": 1, "count": 1}])

    await until(clicked, 15)


@pytest.mark.parametrize("body", [{}, {"q": "a"}, {"q": "a", "position": 0}, {"q": "a" * 201, "position": 1}, [], "x"])
async def test_a_click_that_makes_no_sense_is_refused(office: Office, body: object) -> None:
    status, problem, _ = await office.ask("POST", "/api/search/clicks", body, role=None)
    assert (status, problem["type"]) == (422, "/problems/invalid")
