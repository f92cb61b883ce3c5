"""Bringing single documents of an index back to what the record says."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from search.comparing import Difference, IndexDigests, Kind, PublishedRecord, compare
from search.documents import item_document
from search.writing import IndexWriter
from shared.events import Event

AT_ONCE = 100
ROUNDS = 30
SHOWN = 10
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NeverEqual(Exception):
    """The index does not become equal to the record; the text names documents and reasons."""


class States(PublishedRecord, Protocol):
    """The record, whose documents can also be read whole."""

    async def states(self, documents: Sequence[str]) -> list[Event]: ...


def in_groups(values: Iterable[str], size: int = AT_ONCE) -> Iterable[list[str]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while group := list(islice(rest, size)):
        yield group


async def mend(writer: IndexWriter, record: States, alias: str, differences: Sequence[Difference]) -> dict[str, str]:
    """Write, or write again, or remove what differs; the engine's reasons for what it refused, by id.

    Raises DependencyAway.
    """
    for group in in_groups(each.id for each in differences if each.kind is Kind.EXTRA):
        published_meanwhile = {event.subject for event in await record.states(uuids(group))}
        await writer.remove(alias, [document for document in group if document not in published_meanwhile])
    refused: dict[str, str] = {}
    indexed = {each.id: each.indexed.version if each.indexed else 0 for each in differences}
    for group in in_groups(each.id for each in differences if each.kind is not Kind.EXTRA):
        events = await record.states(group)
        # An index that claims a version the record has not reached must be overruled; any other may have become
        # newer since it was compared, and then it is right.
        ahead = [event for event in events if event.sequence < indexed[event.subject]]
        rest = [event for event in events if event.sequence >= indexed[event.subject]]
        refused |= await _write_again(writer, alias, rest, force=False)
        refused |= await _write_again(writer, alias, ahead, force=True)
    return refused


def uuids(documents: Iterable[str]) -> list[str]:
    """What may be an id of the record; anything else in an index is extra for certain."""
    return [document for document in documents if _UUID.fullmatch(document)]


async def _write_again(writer: IndexWriter, alias: str, events: Sequence[Event], force: bool) -> dict[str, str]:
    if not events:
        return {}
    documents = await built(item_document, events)
    outcomes = await writer.rewrite(alias, documents, force)
    return {document["id"]: outcome.reason for document, outcome in zip(documents, outcomes, strict=True) if outcome}


async def built(build: Callable[[Event], dict[str, Any]], events: Sequence[Event]) -> list[dict[str, Any]]:
    """The indexed form of many documents, made beside the loop so that live events are not held up."""
    return await asyncio.to_thread(lambda: [build(event) for event in events])


async def make_equal(writer: IndexWriter, record: States, alias: str, every_document: bool = False) -> dict[str, Any]:
    """Mend an index until it equals the record; what was found and done, for people.

    Equal means: nothing differs but what has changed since the round before, whose events are on their way.
    What the engine refuses here and the live index does not hold either is no loss, and is told as `refused`.

    Raises:
        NeverEqual: differences remain.
        DependencyAway: publishing or the engine is away.
    """
    index, seen_at, rewritten = IndexDigests(writer.client, alias), None, 0
    refused: dict[str, str] = {}
    for round_number in range(1, ROUNDS + 1):
        await writer.flagging.settle(alias)
        await index.refresh()
        found = await compare(record, index, every_document)
        late = [each for each in found.differences if each.id not in refused and _is_late(each, seen_at)]
        if not late and (seen_at or not found.differences):
            await _no_worse_than_live(writer, refused, found.differences)
            counts = {"recorded": found.recorded, "indexed": found.indexed, "on_their_way": len(found.differences)}
            return {**counts, "rounds": round_number, "rewritten": rewritten, "refused": refused}
        refused |= await mend(writer, record, alias, found.differences)
        rewritten += len(found.differences)
        seen_at = found.read_at
    raise NeverEqual("、".join(f"{each.id}（{each.kind}）" for each in late[:SHOWN]))


def _is_late(difference: Difference, seen_at: datetime | None) -> bool:
    """Whether it was there in the round before, which mended all it saw."""
    recorded = difference.recorded
    if seen_at is None or recorded is None or recorded.changed_at is None:
        return True
    return recorded.changed_at < seen_at


async def _no_worse_than_live(writer: IndexWriter, refused: dict[str, str], differences: Sequence[Difference]) -> None:
    wanted = [each for each in differences if each.id in refused]
    if not wanted:
        return
    live = IndexDigests(writer.client, writer.names.write)
    held = await live.faces([each.id for each in wanted])
    lost = [each.id for each in wanted if each.recorded and held.get(each.id) == each.recorded.face]
    if lost:
        raise NeverEqual("；".join(f"{document}：{refused[document]}" for document in lost[:SHOWN]))
