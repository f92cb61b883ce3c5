"""Writing the flags of a chain: what the engine refuses concerns one document, and live events are not held up."""

import threading
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search import deriving
from search.documents import item_document
from search.index import Names, write_items
from search.versions import Versions, flagging
from search.writing import IndexWriter
from shared.events import Event
from tests.support.events import document_event


@pytest.fixture
def versions(client: AsyncOpenSearch, engine: AsyncEngine) -> Versions:
    return Versions(client, engine)


def edition(title: str, year: int, sequence: int = 1, document: str | None = None) -> Event:
    given: dict[str, Any] = {"kind": "regulation", "issued_on": date(year, 1, 1), "body": f"{title}的正文"}
    return document_event(sequence, document, title=title, **given)


@pytest.fixture
async def stubborn(client: AsyncOpenSearch, names: Names, versions: Versions) -> AsyncIterator[Event]:
    """An old member of a chain that the index holds and will not take again: it has a field of another shape."""
    event = edition("糠椴管理条例", 2015)
    await client.indices.put_mapping(index=names.write, body={"dynamic": "false"})
    assert await write_items(client, names, [{**item_document(event), "colour": "red"}]) == [None]
    await client.indices.put_mapping(index=names.write, body={"dynamic": "strict"})
    yield event
    await client.delete(index=names.write, id=event.subject)
    await versions.settle(names.write)  # nobody's flags name it any more


async def test_a_member_that_cannot_be_rewritten_is_refused_alone_and_holds_nobody_up(
    client: AsyncOpenSearch, names: Names, versions: Versions, stubborn: Event
) -> None:
    writer = IndexWriter(client, names, versions)
    new, other = edition("糠椴管理条例", 2021), edition("蒙椴管理条例", 2021)
    refusal, *taken = await writer.write([item_document(event) for event in (stubborn, new, other)])
    assert refusal is not None
    assert "colour" in refusal.reason
    assert taken == [None, None]
    source = (await client.get(index=names.write, id=new.subject))["_source"]
    assert [held["id"] for held in source["versions"]] == [stubborn.subject]
    assert await writer.write([item_document(edition("糠椴管理条例", 2021, 2, new.subject))]) == [None]
    assert await versions.settle(names.write) == 0


async def test_the_words_of_a_chain_are_cut_beside_the_loop(
    client: AsyncOpenSearch, names: Names, versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def completed(document: dict[str, Any]) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return deriving.completed(document)

    monkeypatch.setattr(flagging, "completed", completed)
    old, new = (edition("辽椴管理条例", year) for year in (2015, 2021))
    writer = IndexWriter(client, names, versions)
    for event in (old, new):
        assert await writer.write([item_document(event)]) == [None]
    assert threads
    assert threading.main_thread() not in threads
