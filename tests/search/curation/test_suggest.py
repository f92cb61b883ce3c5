"""Suggestions over a real index: every way of typing, and nothing that is not public."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import ClientSession

from search.app import api
from search.curation.gathering import Gathered
from search.curation.names import KnownNames
from search.curation.present import Present
from search.curation.suggester import Suggester
from search.spelling import Typed
from shared.events import DocumentStatus, new_id
from shared.settings import Settings
from tests.search.curation.conftest import Office
from tests.support.events import document_event
from tests.support.serving import serving
from tests.support.waiting import until

LAW = "中华人民共和国政府信息公开条例"


SECOND = "青岛市政府信息公开办法实施细则"


async def suggests(office: Office, typed: str, wanted: list[str]) -> bool:
    return (await office.suggestions(typed))[: len(wanted) or 1] == wanted


@pytest.fixture(scope="module", autouse=True)
async def published(office: Office) -> None:
    await office.index(
        document_event(title=LAW),
        document_event(title=SECOND),
        document_event(title="关于加强预算执行审计的意见", document_number="鲁审发〔2018〕5号"),
        document_event(title="长春市绿化条例", department="parks", department_name="园林绿化局"),
    )
    await until(lambda: suggests(office, "政府", [LAW, SECOND]))  # a cold engine may miss the half second


@pytest.mark.parametrize(
    "typed",
    [
        "政府信息",
        "信息公",
        "息公开条",
        "政府信息公开条例",
        "政府信息 公开",
        "政府信息公开条例 ",
        "政府信息公開",
        "zhengfuxinxi",
        "zhengfu xinxi",
        "xinxigongkai",
        "zfxx",
        "ZFXX",
        "ｚｆｘｘ",
        "xxgk",
        "政府xinxi",
        "zf信息",
        "zhengfu信息",
        "zhengfuxinx",
    ],
)
async def test_a_title_is_suggested_however_it_is_typed(office: Office, typed: str) -> None:
    assert (await office.suggestions(typed))[0] == LAW


async def test_what_a_title_begins_with_comes_before_what_it_holds(office: Office) -> None:
    assert (await office.suggestions("政府"))[:2] == [LAW, SECOND]


@pytest.mark.parametrize("typed", ["changchun", "ccslh", "长春市lvhua"])
async def test_a_character_with_two_readings_is_read_as_in_the_word(office: Office, typed: str) -> None:
    assert await office.suggestions(typed) == ["长春市绿化条例"]


@pytest.mark.parametrize("typed", ["鲁审发〔2018〕5号", "鲁审发[2018", "鲁审发（２０１８） 5", "2018〕5"])
async def test_a_document_number_is_suggested_with_its_title(office: Office, typed: str) -> None:
    _, answer, _ = await office.ask("GET", "/api/suggest", role=None, q=typed)
    item = answer["items"][0]
    assert (item["type"], item["text"]) == ("number", "鲁审发〔2018〕5号 关于加强预算执行审计的意见")


@pytest.mark.parametrize("typed", ["园林", "绿化局", "yuanlin", "yllhj"])
async def test_a_department_with_published_items_is_suggested(office: Office, typed: str) -> None:
    _, answer, _ = await office.ask("GET", "/api/suggest", role=None, q=typed)
    place = {"text": "园林绿化局", "url": "/search?department=parks", "type": "department"}
    assert place in answer["items"]


@pytest.mark.parametrize("typed", ["", " ", "。，", '"', "zzzzzzzzzz", "不存在的东西"])
async def test_nothing_is_suggested_for_nothing(office: Office, typed: str) -> None:
    assert await office.suggestions(typed) == []


@pytest.mark.parametrize("typed", ["*", "政" * 300, "zf" * 150, "\x00政府", "😀", "a:b AND (", "政府" + "x" * 190])
async def test_nothing_typed_is_an_error(office: Office, typed: str) -> None:
    status, answer, _ = await office.ask("GET", "/api/suggest", role=None, q=typed)
    assert (status, type(answer["items"])) == (200, list)


async def test_a_withdrawn_title_and_its_department_are_suggested_no_more(office: Office) -> None:
    document = str(new_id())
    await office.index(document_event(1, document, title="蚕桑管理办法", department="silk", department_name="蚕桑站"))
    await until(lambda: suggests(office, "蚕桑", ["蚕桑管理办法", "蚕桑站"]), 5)
    await office.index(document_event(2, document, title="蚕桑管理办法", status=DocumentStatus.WITHDRAWN))
    started = time.monotonic()
    await until(lambda: suggests(office, "蚕桑", []), 5)
    assert time.monotonic() - started < 3


async def test_only_the_newest_version_is_suggested(office: Office) -> None:
    old, new = str(new_id()), str(new_id())
    await office.index(
        document_event(1, old, title="湿地保护条例（2010）"), document_event(1, new, title="湿地保护条例")
    )
    await office.client.update(index=office.names.write, id=old, body={"doc": {"superseded_by": new}})
    await office.client.indices.refresh(index=office.names.write)
    assert await office.suggestions("湿地") == ["湿地保护条例"]


async def test_one_title_of_many_issuers_is_suggested_once(office: Office) -> None:
    await office.index(*(document_event(title="信访工作守则") for _ in range(12)))
    assert await office.suggestions("信访") == ["信访工作守则"]


async def test_suggestions_are_empty_while_the_engine_is_away(office: Office) -> None:
    away = office.settings.model_copy(update={"opensearch_url": "http://127.0.0.1:9"})
    async with serving(api(Settings.model_validate(away.model_dump()))) as url, ClientSession() as session:
        started = time.monotonic()
        async with session.get(f"{url}/api/suggest", params={"q": "政府"}) as response:
            assert (response.status, await response.json()) == (200, {"items": []})
        assert time.monotonic() - started < 2


async def test_the_index_never_shows_how_it_spells(office: Office) -> None:
    _, found, _ = await office.ask("GET", "/api/search", role=None, q="蚕桑 湿地 守则")
    _, item, _ = await office.ask("GET", f"/api/items/{found['items'][0]['id']}", role=None)
    assert not [name for name in item if name.startswith("suggest")]


async def test_columns_are_suggested_by_their_present_names(office: Office) -> None:
    async def look(_: object) -> Present:
        return Present({}, frozenset({"policy", "unknown"}), frozenset())

    names = KnownNames(look, office.engine, lambda: {"policy": "政策文件", "empty": "政策解读"})
    assert await names.suggest(Typed.of("zcwj")) == [{"text": "政策文件", "url": "/columns/policy", "type": "column"}]
    assert await names.suggest(Typed.of("政策")) == await names.suggest(Typed.of("zcwj"))


async def test_a_slow_engine_is_not_waited_for() -> None:
    class Slow:
        async def suggest(self, _: Any) -> Any:
            await until(lambda: False, 60)

    started = time.monotonic()
    assert await Suggester(Slow(), Slow()).suggest("政府", 8) == []
    assert time.monotonic() - started < 1.5


async def test_what_is_asked_at_once_goes_together_and_each_gets_its_own_answer() -> None:
    requests: list[int] = []

    async def double(numbers: Sequence[int]) -> list[int]:
        requests.append(len(numbers))
        await asyncio.sleep(0)
        if 13 in numbers:
            raise KeyError(13)
        return [2 * number for number in numbers]

    gathered = Gathered(double)
    asked = [n for n in range(100) if n != 13]
    assert await asyncio.gather(*(gathered.ask(number) for number in asked)) == [2 * number for number in asked]
    assert len(requests) < 20
    with pytest.raises(KeyError):
        await gathered.ask(13)
    assert await gathered.ask(1) == 2


async def test_a_question_nobody_waits_for_is_not_asked_after_the_end() -> None:
    asked: list[int] = []

    async def never(numbers: Sequence[int]) -> list[int]:
        asked.extend(numbers)
        await asyncio.Event().wait()
        return []

    gathered = Gathered(never)
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(gathered.ask(1), 0.01)
    await gathered.close()
    assert asked == [1]
    assert asyncio.all_tasks() == before


async def test_a_number_of_suggestions_that_is_none_is_refused_by_name(office: Office) -> None:
    status, answer, _ = await office.ask("GET", "/api/suggest", role=None, q="审计", limit="许多")
    assert (status, answer["field"]) == (422, "limit")
