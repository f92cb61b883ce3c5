"""Turning pages while the index changes."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import answering
from shared.events import DocumentStatus, Event, new_id
from tests.search.running import Service
from tests.support.events import document_event

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def series(word: str, count: int, start: int = 0) -> list[Event]:
    return [
        document_event(title=f"{word}月报第{number}期", published_at=BEGINNING + timedelta(hours=number % 7))
        for number in range(start, start + count)
    ]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sort=st.sampled_from(["relevance", "newest", "oldest"]), limit=st.integers(3, 9), seed=st.integers(0, 999))
async def test_pages_show_everything_once_whatever_is_written_meanwhile(
    service: Service, sort: str, limit: int, seed: int
) -> None:
    word, shuffle = f"翡翠湖{new_id().hex[-12:]}", random.Random(seed)
    events = series(word, 23)
    await service.index(*events)
    seen: list[str] = []
    cursor = ""
    while True:
        body = await service.search(q=f'"{word}"', sort=sort, limit=limit, cursor=cursor)
        seen += [item["id"] for item in body["items"]]
        cursor = body["next_cursor"]
        if not cursor:
            break
        assert cursor is not None
        noise = document_event(
            title=f"{word} {word} 增刊", published_at=BEGINNING + timedelta(hours=shuffle.randint(0, 9))
        )
        changed = shuffle.choice(events)
        again = document_event(2, changed.subject, title=f"{word}改版", published_at=changed.data.published_at)  # type: ignore[attr-defined]
        await service.index(noise, again)
    assert len(seen) == len(set(seen))
    assert {event.subject for event in events} <= set(seen)


async def test_a_total_stays_the_whole_on_every_page(service: Service) -> None:
    await service.index(*series("琉璃厂", 7))
    first = await service.search(q='"琉璃厂"', limit=3)
    second = await service.search(q='"琉璃厂"', limit=3, cursor=first["next_cursor"])
    third = await service.search(q='"琉璃厂"', limit=3, cursor=second["next_cursor"])
    assert [page["total"] for page in (first, second, third)] == [7, 7, 7]
    assert [len(page["items"]) for page in (first, second, third)] == [3, 3, 1]
    assert third["next_cursor"] is None
    assert (second["facets"], third["truncated"]) == ({}, False)


async def test_what_is_withdrawn_between_pages_is_on_none_of_them(service: Service) -> None:
    events = series("玻璃栈道", 9)
    await service.index(*events)
    first = await service.search(q='"玻璃栈道"', limit=3, sort="oldest")
    second = await service.search(q='"玻璃栈道"', limit=3, sort="oldest", cursor=first["next_cursor"])
    shown = {item["id"] for page in (first, second) for item in page["items"]}
    gone, revised = [event.subject for event in events if event.subject not in shown][:2]
    await service.index(
        document_event(2, gone, title="玻璃栈道", status=DocumentStatus.WITHDRAWN),
        document_event(2, revised, title="更正后的题目"),
    )
    third = await service.search(q='"玻璃栈道"', limit=3, sort="oldest", cursor=second["next_cursor"])
    titles = {item["id"]: item["title"] for item in third["items"]}
    assert gone not in titles
    assert titles[revised] == "更正后的题目"
    again = await service.search(q='"玻璃栈道"', limit=3, sort="oldest", cursor=second["next_cursor"])
    assert again["items"] == third["items"]


async def test_many_readers_share_one_snapshot(service: Service) -> None:
    await service.index(*series("云母片", 5))
    before = await snapshots(service)
    first = await service.search(q='"云母片"', limit=2)
    for _ in range(20):
        await service.search(q='"云母片"', limit=2, cursor=first["next_cursor"])
    assert await snapshots(service) <= before + 1


async def snapshots(service: Service) -> int:
    return len((await service.client.get_all_pits()).get("pits", []))


@pytest.mark.parametrize("other", [{"q": '"石英砂岩"'}, {"sort": "newest"}, {"kind": "news"}])
async def test_a_cursor_of_another_search_is_refused(service: Service, other: dict[str, str]) -> None:
    await service.index(*series("石英砂", 5))
    asked = {"q": '"石英砂"', "limit": 2}
    cursor = (await service.search(**asked))["next_cursor"]
    answer = await service.get("/api/search", **{**asked, **other, "cursor": cursor})
    assert (answer.status, answer.body["field"]) == (422, "cursor")
    assert "第一页" in answer.body["detail"]


@pytest.mark.parametrize("cursor", ["x", "%%%", "bm90aGluZw", "A" * 300, "😀", "e30", "W10"])
async def test_a_cursor_that_is_none_is_refused(service: Service, cursor: str) -> None:
    answer = await service.get("/api/search", q="石英砂", cursor=cursor)
    assert (answer.status, answer.body["type"]) == (422, "/problems/cursor-invalid")


async def test_a_cursor_whose_snapshot_is_gone_says_so_and_the_way_on(service: Service) -> None:
    await service.index(*series("方解石", 7))
    first = await service.search(q='"方解石"', limit=2)
    second = await service.search(q='"方解石"', limit=2, cursor=first["next_cursor"])
    await service.client.delete_all_pits()
    answer = await service.get("/api/search", q='"方解石"', limit=2, cursor=second["next_cursor"])
    assert (answer.status, answer.body["type"]) == (410, "/problems/cursor-expired")
    assert "第一页" in answer.body["detail"]


async def test_without_a_snapshot_pages_can_still_be_turned(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await service.index(*series("萤石矿", 7))
    monkeypatch.setattr("search.engine.KEEP_MINUTES", 60 * 24 * 365)  # longer than the engine allows
    monkeypatch.setattr("search.paging.snapshots.SHARED_SECONDS", 0.0)
    found = await service.pages(q='"萤石矿"', limit=2)
    assert len({one for page in found for one in page}) == 7


async def test_a_shared_snapshot_that_is_gone_is_replaced(service: Service) -> None:
    await service.index(*series("重晶石", 5))
    first = await service.search(q='"重晶石"', limit=2)
    await service.search(q='"重晶石"', limit=2, cursor=first["next_cursor"])
    await service.client.delete_all_pits()
    again = await service.search(q='"重晶石"', limit=2, cursor=first["next_cursor"])
    assert (len(again["items"]), again["total"]) == (2, 5)


async def test_more_snapshots_than_allowed_are_not_opened(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.paging.snapshots.MOST_OPEN", 0)
    monkeypatch.setattr("search.paging.snapshots.SHARED_SECONDS", 0.0)
    await service.index(*series("芒硝矿", 7))
    found = await service.pages(q='"芒硝矿"', limit=3)
    assert len({one for page in found for one in page}) == 7


async def test_depth_ends_clearly(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.paging.cursors.MAX_DEPTH", 8)
    monkeypatch.setattr(answering, "MAX_DEPTH", 8)
    await service.index(*series("滑石粉", 12))
    bodies: list[Any] = []
    cursor = ""
    while cursor is not None:
        bodies.append(await service.search(q='"滑石粉"', limit=5, cursor=cursor))
        cursor = bodies[-1]["next_cursor"]
    assert [len(body["items"]) for body in bodies] == [5, 3]
    assert [body["truncated"] for body in bodies] == [False, True]
