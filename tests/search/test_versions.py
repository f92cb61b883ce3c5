"""Versions of one item in PostgreSQL and OpenSearch: any order, repetition or crash ends with the same flags."""

import asyncio
import gzip
import os
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.documents import item_document
from search.index import Names, Refusal, write_items
from search.store import metadata
from search.versions import OpenSearchFlags, Versions, settle
from search.versions.settling import all_chains, write_versioned
from shared.database import create_engine
from shared.events import DocumentStatus, Event, new_id
from shared.migrations import schema_differences
from tests.support.events import document_event

CORPUS = Path(os.environ.get("SUNLIGHT_CORPUS", "../shared/corpus/regulations.jsonl.gz"))


class Crash(Exception):
    """The process is gone."""


@pytest.fixture
def versions(client: AsyncOpenSearch, engine: AsyncEngine) -> Versions:
    return Versions(client, engine)


class Writer:
    """The live path of one process; it may crash before a chosen step."""

    def __init__(self, client: AsyncOpenSearch, names: Names, database: AsyncEngine) -> None:
        self._client, self._names, self._database = client, names, database

    async def deliver(self, events: Sequence[Event], crash_before: str = "") -> None:
        async def write(documents: Sequence[dict[str, Any]]) -> list[Refusal | None]:
            if crash_before == "write":
                raise Crash
            outcomes = await write_items(self._client, self._names, documents)
            if crash_before == "settle":
                raise Crash
            return outcomes

        index = Crashing(self._client, self._names.write, crash_before == "rewrite")
        await write_versioned(write, self._database, index, [item_document(event) for event in events])


class Crashing(OpenSearchFlags):
    def __init__(self, client: AsyncOpenSearch, index: str, crash: bool) -> None:
        super().__init__(client, index)
        self._crash = crash

    async def rewrite(self, flags: dict[str, Any]) -> dict[str, Refusal]:
        if self._crash:
            raise Crash
        return await super().rewrite(flags)


def edition(document: str, sequence: int, title: str, year: int, **fields: Any) -> Event:
    given = {"kind": "regulation", "issued_on": date(year, 1, 1), "body": f"{title}的正文", **fields}
    return document_event(sequence, document, title=title, **given)


async def flags(client: AsyncOpenSearch, names: Names, ids: Sequence[str]) -> dict[str, Any]:
    found = await client.mget(index=names.write, body={"ids": list(ids)})
    sources = {item["_id"]: item["_source"] for item in found["docs"] if item["found"]}
    return {
        name: (source["version"], source.get("superseded_by"), [held["id"] for held in source.get("versions") or ()])
        for name, source in sources.items()
    }


async def test_migrations_and_tables_agree(database_url: str, engine: AsyncEngine) -> None:
    assert await schema_differences(metadata, database_url) == []


async def test_the_older_version_points_to_the_newer_and_the_newer_lists_the_older(
    client: AsyncOpenSearch, names: Names, versions: Versions, engine: AsyncEngine
) -> None:
    old, new = str(new_id()), str(new_id())
    writer = Writer(client, names, engine)
    await writer.deliver([edition(new, 1, "云杉管理条例（2021修正）", 2021)])
    await writer.deliver([edition(old, 1, "云杉管理条例", 2015)])
    assert await flags(client, names, [old, new]) == {old: (1, new, []), new: (1, None, [old])}
    source = (await client.get(index=names.write, id=old))["_source"]
    assert (source["validity"], source["superseded_title"]) == ("amended", "云杉管理条例（2021修正）")


async def test_a_withdrawn_newest_gives_its_place_back(
    client: AsyncOpenSearch, names: Names, engine: AsyncEngine
) -> None:
    old, new = str(new_id()), str(new_id())
    writer = Writer(client, names, engine)
    await writer.deliver([edition(old, 1, "雪松管理条例", 2015), edition(new, 1, "雪松管理条例", 2021)])
    await writer.deliver([edition(new, 2, "雪松管理条例", 2021, status=DocumentStatus.WITHDRAWN)])
    assert (await flags(client, names, [old]))[old] == (1, None, [])
    assert (await client.get(index=names.write, id=old))["_source"]["validity"] == "in_force"


async def test_a_changed_title_or_kind_leaves_the_chain(
    client: AsyncOpenSearch, names: Names, engine: AsyncEngine
) -> None:
    one, two, three = (str(new_id()) for _ in range(3))
    writer = Writer(client, names, engine)
    title = "水曲柳管理条例"
    await writer.deliver([edition(name, 1, title, 2015 + place) for place, name in enumerate([one, two, three])])
    await writer.deliver([edition(three, 2, "黄菠萝管理条例", 2017)])
    assert await flags(client, names, [one, two, three]) == {
        one: (1, two, []),
        two: (1, None, [one]),
        three: (2, None, []),
    }
    await writer.deliver([edition(two, 2, title, 2016, kind="news")])
    assert await flags(client, names, [one, two]) == {one: (1, None, []), two: (2, None, [])}


async def test_a_crash_before_the_flags_is_healed_by_redelivery_and_by_reconciliation(
    client: AsyncOpenSearch, names: Names, versions: Versions, engine: AsyncEngine
) -> None:
    old, new = str(new_id()), str(new_id())
    writer = Writer(client, names, engine)
    event = edition(new, 1, "胡桃楸管理条例", 2021)
    await writer.deliver([edition(old, 1, "胡桃楸管理条例", 2015)])
    with pytest.raises(Crash):
        await writer.deliver([event], crash_before="settle")
    assert (await flags(client, names, [old]))[old] == (1, None, [])
    assert await versions.settle(names.write) == 1
    assert (await flags(client, names, [old]))[old] == (1, new, [])
    await writer.deliver([event])
    assert await flags(client, names, [old, new]) == {old: (1, new, []), new: (1, None, [old])}
    assert await versions.settle(names.write) == 0


async def test_a_member_the_engine_refused_supersedes_nobody(
    client: AsyncOpenSearch, names: Names, engine: AsyncEngine
) -> None:
    old, new = str(new_id()), str(new_id())
    await Writer(client, names, engine).deliver([edition(old, 1, "紫椴管理条例", 2015)])

    async def refuse(documents: Sequence[dict[str, Any]]) -> list[Refusal | None]:
        return [Refusal("索引拒绝") for _ in documents]

    index = OpenSearchFlags(client, names.write)
    await write_versioned(refuse, engine, index, [item_document(edition(new, 1, "紫椴管理条例", 2021))])
    assert await flags(client, names, [old, new]) == {old: (1, None, [])}


async def test_kinds_without_versions_cost_the_database_nothing(names: Names, client: AsyncOpenSearch) -> None:
    nowhere = create_engine("postgresql+asyncpg://nobody:x@127.0.0.1:1/none")
    event = document_event(title="会议通知")
    await Writer(client, names, nowhere).deliver([event])
    assert (await flags(client, names, [event.subject]))[event.subject] == (1, None, [])
    await nowhere.dispose()


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_file(), reason="the regulations corpus is not here")
async def test_an_import_of_the_corpus_leaves_one_newest_of_each_title(
    client: AsyncOpenSearch, names: Names, versions: Versions, engine: AsyncEngine
) -> None:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        records = [orjson.loads(line) for line in lines]
    titles = Counter(record["title"] for record in records)
    several = [record for record in records if titles[record["title"]] > 1]
    random.Random(7).shuffle(several)
    events = {str(new_id()): record for record in several}
    writer = Writer(client, names, engine)
    made = [_imported(document, record) for document, record in events.items()]
    await asyncio.gather(*(writer.deliver(made[start : start + 25]) for start in range(0, len(made), 25)))
    found = await flags(client, names, sorted(events))
    latest: dict[str, str] = defaultdict(str)
    for record in several:
        latest[record["title"]] = max(latest[record["title"]], record["issued_on"] or "")
    for document, (_, superseded_by, _) in found.items():
        issued_on, newest = events[document]["issued_on"], latest[events[document]["title"]]
        assert (superseded_by is not None) == bool(issued_on and issued_on < newest)
    assert sum(superseded_by is not None for _, superseded_by, _ in found.values()) > 50
    assert await versions.settle(names.write) == 0


def _imported(document: str, record: dict[str, Any]) -> Event:
    issued = date.fromisoformat(record["issued_on"]) if record["issued_on"] else None
    return document_event(
        1, document, kind="regulation", department="regulations", title=record["title"], issued_on=issued, body="正文"
    )


steps = st.tuples(st.integers(0, 99), st.sampled_from(["", "", "", "write", "settle", "rewrite"]))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    years=st.lists(st.integers(2010, 2014), min_size=2, max_size=4),
    withdrawn=st.lists(st.booleans(), min_size=4, max_size=4),
    renamed=st.lists(st.booleans(), min_size=4, max_size=4),
    crashes=st.lists(steps, max_size=4),
    seed=st.integers(0, 2**32),
)
async def test_any_interleaving_of_members_ends_with_the_same_flags(
    client: AsyncOpenSearch,
    names: Names,
    engine: AsyncEngine,
    years: list[int],
    withdrawn: list[bool],
    renamed: list[bool],
    crashes: list[tuple[int, str]],
    seed: int,
) -> None:
    shuffle, mark = random.Random(seed), new_id().hex[-12:]
    writers = [Writer(client, names, engine) for _ in range(2)]
    history = {str(new_id()): _history(mark, place, year, withdrawn, renamed) for place, year in enumerate(years)}
    events = [make(document) for document, made in history.items() for make in made]
    waiting = events + shuffle.choices(events, k=len(events))
    shuffle.shuffle(waiting)
    for position, step in crashes:
        try:
            await writers[0].deliver([waiting[position % len(waiting)]], crash_before=step)
        except Crash:
            continue  # not acknowledged: it is still among those waiting
    half = len(waiting) // 2
    together = [writers[number].deliver(part) for number, part in enumerate((waiting[:half], waiting[half:]))]
    await asyncio.gather(*together)
    await asyncio.gather(*(shuffle.choice(writers).deliver([event]) for event in shuffle.sample(events, len(events))))
    newest = {event.subject: event for event in sorted(events, key=lambda event: event.sequence)}
    assert await flags(client, names, sorted(newest)) == _expected(newest)
    assert await settle(engine, OpenSearchFlags(client, names.write), await all_chains(engine)) == (0, {})


def _history(mark: str, place: int, year: int, withdrawn: list[bool], renamed: list[bool]) -> list[Any]:
    title, other = f"混交林{mark}条例", f"纯林{mark}条例"
    made = [lambda name: edition(name, 1, title, year)]
    if renamed[place]:
        made.append(lambda name: edition(name, 2, other, year))
    if withdrawn[place]:
        last = other if renamed[place] else title
        made.append(lambda name: edition(name, 3, last, year, status=DocumentStatus.WITHDRAWN))
    return made


def _expected(newest: dict[str, Event]) -> dict[str, Any]:
    chains: dict[str, list[Event]] = {}
    found: dict[str, Any] = {}
    for event in newest.values():
        found[event.subject] = (event.sequence, None, [])
        if event.data.status is DocumentStatus.PUBLISHED:  # type: ignore[attr-defined]
            chains.setdefault(event.data.title, []).append(event)  # type: ignore[attr-defined]
    for members in chains.values():
        ordered = sorted(members, key=lambda event: (event.data.issued_on, event.subject), reverse=True)  # type: ignore[attr-defined]
        first = ordered[0]
        rest = [event for event in ordered if event.data.issued_on < first.data.issued_on]  # type: ignore[attr-defined]
        found[first.subject] = (first.sequence, None, [event.subject for event in rest])
        found |= {event.subject: (event.sequence, first.subject, []) for event in rest}
    return found
