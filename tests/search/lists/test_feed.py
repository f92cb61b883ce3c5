"""Feeds, as a feed reader sees them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID
from xml.etree import ElementTree

import pytest

from search.documents import item_document
from search.index import write_items
from search.lists.atom import Entry, Feed, write_feed
from shared.events import DocumentStatus, new_id
from tests.search.lists.conftest import PUBLIC, Lists
from tests.support.events import document_event

NS = {"a": "http://www.w3.org/2005/Atom"}
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(body: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(body)  # noqa: S314 - our own


def texts(feed: ElementTree.Element, path: str) -> list[str]:
    return [node.text or "" for node in feed.findall(path, NS)]


def link(feed: ElementTree.Element, rel: str) -> str | None:
    found = [node.get("href") for node in feed.findall("a:link", NS) if node.get("rel") == rel]
    assert len(found) <= 1
    return found[0] if found else None


def assert_valid(feed: ElementTree.Element) -> None:
    """What RFC 4287 demands of a feed and of each entry."""
    assert feed.tag == f"{ATOM}feed"
    for node, author in [(feed, True), *((entry, True) for entry in feed.findall("a:entry", NS))]:
        for name in ("id", "title", "updated"):
            assert len(node.findall(f"a:{name}", NS)) == 1
        assert UUID(str(node.findtext("a:id", None, NS)).removeprefix("urn:uuid:"))
        assert datetime.fromisoformat(str(node.findtext("a:updated", None, NS))).tzinfo
        assert (len(node.findall("a:author/a:name", NS)) == 1) is author
        alternates = [each for each in node.findall("a:link", NS) if each.get("rel") == "alternate"]
        assert len(alternates) == 1
        assert str(alternates[0].get("href")).startswith("https://")
    identities = texts(feed, "a:entry/a:id")
    assert len(identities) == len(set(identities))


async def test_a_feed_holds_the_newest_of_a_search(lists: Lists) -> None:
    old = document_event(title="编钟展览一", published_at=datetime(2020, 1, 1, tzinfo=UTC), body="编钟正文" * 100)
    new = document_event(title="编钟展览二 <b>&", department_name="文化局", kind="news")
    await lists.publish(old, new, document_event(title="别的"))
    answer = await lists.get("/api/feed.atom", q="编钟展览")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/atom+xml"
    feed = parsed(answer.body)
    assert_valid(feed)
    assert texts(feed, "a:entry/a:title") == ["编钟展览二 <b>&", "编钟展览一"]
    assert texts(feed, "a:entry/a:id") == [f"urn:uuid:{new.subject}", f"urn:uuid:{old.subject}"]
    assert texts(feed, "a:entry/a:author/a:name") == ["文化局", "审计局"]
    assert texts(feed, "a:entry/a:updated")[1] == "2020-01-01T00:00:00Z"
    summary = texts(feed, "a:entry/a:summary")[1]
    assert summary.startswith("编钟正文")
    assert len(summary) <= 200
    assert "<em>" not in summary
    entry = feed.find("a:entry/a:link", NS)
    assert entry is not None
    assert entry.get("href") == f"{PUBLIC}/items/{new.subject}"
    assert "编钟展览" in str(feed.findtext("a:title", None, NS))


@pytest.mark.parametrize(
    ("params", "titles"),
    [
        ({"department": "culture"}, ["陶鬲二", "陶鬲一"]),
        ({"column": "relics", "q": "陶鬲"}, ["陶鬲一"]),
        ({"kind": "plan", "q": "陶鬲"}, ["陶鬲二"]),
        ({"q": "陶鬲", "year": "1999"}, []),
        ({"q": "。"}, []),
    ],
)
async def test_any_search_department_or_column_has_a_feed(
    lists: Lists, params: dict[str, str], titles: list[str]
) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    for number, (name, kind, column) in enumerate([("陶鬲一", "notice", "relics"), ("陶鬲二", "plan", None)]):
        identity = f"0193b1f0-0000-7000-8000-00000000000{number}"
        await lists.publish(
            document_event(
                1,
                identity,
                title=name,
                kind=kind,
                column=column,
                department="culture",
                published_at=first + timedelta(days=number),
            )
        )
    feed = parsed((await lists.get("/api/feed.atom", **params)).body)
    assert_valid(feed)
    assert texts(feed, "a:entry/a:title") == titles


async def test_next_leads_through_everything_once_and_self_says_where_one_is(lists: Lists) -> None:
    begin = datetime(2026, 2, 1, tzinfo=UTC)
    events = [document_event(title=f"量器第{n}件", published_at=begin + timedelta(hours=n // 3)) for n in range(120)]
    await lists.publish(*events)
    address, seen, identities = f"{PUBLIC}/api/feed.atom?q=量器&kind=notice", list[str](), set[str]()
    while address:
        params = dict(parse_qsl(urlsplit(address).query))
        feed = parsed((await lists.get("/api/feed.atom", **params)).body)
        assert dict(parse_qsl(urlsplit(str(link(feed, "self"))).query)) == params
        seen += texts(feed, "a:entry/a:id")
        identities.add(str(feed.findtext("a:id", None, NS)))
        address = link(feed, "next") or ""
    assert sorted(seen) == sorted(f"urn:uuid:{event.subject}" for event in events)
    assert len(identities) == 1


async def test_a_withdrawn_document_vanishes_and_the_tag_changes(lists: Lists) -> None:
    event = document_event(title="玉琮公告")
    await lists.publish(event)
    before = await lists.get("/api/feed.atom", q="玉琮公告")
    assert event.subject in before.body.decode()
    same = await lists.get("/api/feed.atom", {"If-None-Match": f'"x", W/{before.headers["ETag"]}'}, q="玉琮公告")
    assert (same.status, same.body) == (304, b"")
    await lists.publish(document_event(2, event.subject, status=DocumentStatus.WITHDRAWN, title="玉琮公告"))
    after = await lists.get("/api/feed.atom", {"If-None-Match": before.headers["ETag"]}, q="玉琮公告")
    assert after.status == 200
    assert event.subject not in after.body.decode()


async def test_a_revision_updates_its_entry_and_keeps_its_id(lists: Lists) -> None:
    document, published = str(new_id()), datetime(2026, 3, 5, 1, tzinfo=UTC)
    await lists.publish(document_event(1, document, title="玉璧公告"), document_event(2, document, title="玉璧公告"))
    feed = parsed((await lists.get("/api/feed.atom", q="玉璧公告")).body)
    assert texts(feed, "a:entry/a:id") == [f"urn:uuid:{document}"]
    assert datetime.fromisoformat(texts(feed, "a:entry/a:updated")[0]) > published
    assert datetime.fromisoformat(texts(feed, "a:entry/a:published")[0]) == published


async def settle(lists: Lists, ago: timedelta) -> datetime:
    """Make every entry of the index that old."""
    at = (datetime.now(UTC) - ago).replace(microsecond=0)
    script = {"source": "ctx._source.indexed_at = params.at", "params": {"at": at.isoformat()}}
    await lists.client.update_by_query(index=lists.names.write, body={"script": script}, params={"refresh": "true"})
    return at


async def test_a_time_is_told_once_the_index_has_settled_and_a_withdrawal_moves_it(lists: Lists) -> None:
    event = document_event(title="玉圭公告")
    await lists.publish(event)
    fresh = await lists.get("/api/feed.atom", q="玉圭公告")
    assert "Last-Modified" not in fresh.headers
    await settle(lists, timedelta(hours=2))
    settled = await lists.get("/api/feed.atom", q="玉圭公告")
    since = {"If-Modified-Since": settled.headers["Last-Modified"]}
    assert (await lists.get("/api/feed.atom", since, q="玉圭公告")).status == 304
    withdrawn = item_document(document_event(2, event.subject, status=DocumentStatus.WITHDRAWN, title="玉圭公告"))
    withdrawn["indexed_at"] = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    withdrawn["version"] += 10  # past the versions that settling has used
    assert await write_items(lists.client, lists.names, [withdrawn]) == [None]
    await lists.client.indices.refresh(index=lists.names.write)
    again = await lists.get("/api/feed.atom", since, q="玉圭公告")
    assert again.status == 200
    assert event.subject not in again.body.decode()
    broken = await lists.get("/api/feed.atom", {"If-Modified-Since": "yesterday"}, q="玉圭公告")
    assert broken.status == 200


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"q": "审" * 201}, "q"),
        ({"year": "next"}, "year"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"cursor": "WyIxIiwiMiJd"}, "cursor"),
        ({"cursor": "WzFlOTksImEiXQ"}, "cursor"),
        ({"department": "x" * 500}, "department"),
    ],
)
async def test_bad_input_names_its_field(lists: Lists, params: dict[str, str], field: str) -> None:
    answer = await lists.get("/api/feed.atom", **params)
    assert answer.status == 422
    assert f'"field":"{field}"' in answer.body.decode().replace('": "', '":"')


def test_a_feed_is_wellformed_whatever_a_title_holds() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    nasty = "a\x00b\x0bc\ud800d\ufffee]]>&<f>\U0001f600"
    entry = Entry("not-a-uuid", nasty, "notice", "局", at, at, nasty)
    feed: Any = Feed("urn:uuid:" + str(new_id()), nasty, [entry], PUBLIC, PUBLIC, PUBLIC, None)
    assert_valid(parsed(write_feed(feed)))
    assert texts(parsed(write_feed(feed)), "a:entry/a:title") == ["abcde]]>&<f>\U0001f600"]
