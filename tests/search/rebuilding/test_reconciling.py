"""An index that was harmed is found out and mended, and each harm is counted once."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from search.comparing import Difference, Kind
from search.documents import item_document
from search.index import Refusal, write_to
from search.reconciling import running
from search.reconciling.running import Reconciler
from search.reconciling.store import RepairStore
from search.record import Record
from search.sealing import is_intact, sealed
from search.writing import IndexWriter
from shared.events import new_id
from tests.search.rebuilding.standing import Standing
from tests.support.events import document_event

DOCUMENTS = 800
HARMED = 1000


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def nothing_waits() -> int:
    return 0


def reconciler(stand: Standing, clock: Clock, waiting: Callable[[], Awaitable[int]] = nothing_waits) -> Reconciler:
    return Reconciler(stand.database, stand.writer, stand.record, waiting, clock)


async def watch(watching: Reconciler, clock: Clock, looks: int = 3) -> int:
    """Some looks, long enough apart: to notice, to mend, to see it mended. How many differences that was."""
    mended = 0
    for _ in range(looks):
        mended += (await watching.look())["mended"]
        clock.seconds += 20
    return mended


async def totals(stand: Standing) -> dict[str, int]:
    async with stand.database.connect() as connection:
        return await RepairStore(connection).totals()


async def change(stand: Standing, document: str, **fields: Any) -> None:
    """Change a document behind everybody's back: no version is asked for, no seal is made."""
    await stand.client.update(index=stand.names.write, id=document, body={"doc": fields})


async def test_a_thousand_harms_are_mended_and_counted_a_thousand_times(stand: Standing) -> None:
    ids = (await stand.publish(DOCUMENTS, "harm"))[: HARMED - HARMED // 4]
    await stand.fill()
    harm = Harm(stand, random.Random(5))
    planted: Counter[str] = Counter()
    for begin in range(0, len(ids), 25):
        planted.update(await asyncio.gather(*(harm.any_of(document) for document in ids[begin : begin + 25])))
    planted[Kind.EXTRA] = await harm.add_unknown(HARMED // 4)
    clock = Clock()
    watching = reconciler(stand, clock)
    assert await watch(watching, clock, looks=4) == HARMED
    assert (await stand.differences()).differences == []
    assert await totals(stand) == dict(planted)
    assert sum(planted.values()) == HARMED
    assert await watch(watching, clock) == 0


async def test_in_a_flood_looks_are_a_minute_apart(stand: Standing) -> None:
    async def flood() -> int:
        return 500

    clock = Clock()
    watching = reconciler(stand, clock, flood)
    assert "indexed" in await watching.look()
    clock.seconds += 20
    assert await watching.look() == {"waiting_for": "flood"}
    clock.seconds += 40
    assert "indexed" in await watching.look()


class Harm:
    """What may go wrong with one document of an index, each way as the engine would let it happen."""

    def __init__(self, stand: Standing, dice: random.Random) -> None:
        self._stand = stand
        self._dice = dice

    async def any_of(self, document: str) -> Kind:
        ways: list[Callable[[str], Awaitable[Kind]]] = [
            self.lose,
            self.age,
            self.alter_body,
            self.alter_hash,
            self.alter_title,
            self.claim_newer,
        ]
        return await self._dice.choice(ways)(document)

    async def lose(self, document: str) -> Kind:
        await self._stand.client.delete(index=self._stand.names.write, id=document)
        return Kind.MISSING

    async def age(self, document: str) -> Kind:
        """As if an event had been lost: an older version, whole and sealed."""
        await self._stand.client.delete(index=self._stand.names.write, id=document)
        older = sealed({**item_document(document_event(1, document)), "version": 0})
        await self._stand.client.index(index=self._stand.names.write, id=document, body=older)
        return Kind.STALE

    async def alter_body(self, document: str) -> Kind:
        await change(self._stand, document, body="被改动的正文")
        return Kind.CONTENT

    async def alter_title(self, document: str) -> Kind:
        await change(self._stand, document, title="被改动的标题")
        return Kind.CONTENT

    async def alter_hash(self, document: str) -> Kind:
        await change(self._stand, document, content_hash="0" * 64)
        return Kind.CONTENT

    async def claim_newer(self, document: str) -> Kind:
        await change(self._stand, document, version=99)
        return Kind.STALE

    async def add_unknown(self, count: int) -> int:
        unknown = [item_document(document_event(1, str(new_id()))) for _ in range(count)]
        assert await write_to(self._stand.client, self._stand.names.write, unknown) == [None] * count
        return count


async def test_a_whole_lost_index_is_counted_at_once(stand: Standing) -> None:
    lost = [Difference(f"lost-{number}", Kind.MISSING, None, None) for number in range(40_000)]
    async with stand.database.connect() as connection:  # nothing of it is committed
        store = RepairStore(connection)
        await store.open(lost)
        assert len(await store.close([each.id for each in lost])) == len(lost)


async def test_an_event_on_its_way_is_no_difference(stand: Standing) -> None:
    await stand.fill()
    before = await totals(stand)
    await stand.publish(5, "on-its-way")
    clock = Clock()

    async def three_wait() -> int:
        return 3

    watching = reconciler(stand, clock, three_wait)
    assert await watch(watching, clock, looks=8) == 0
    await stand.fill()  # the events have arrived
    assert await watch(reconciler(stand, clock), clock) == 0
    assert await totals(stand) == before


async def test_a_document_that_changes_between_two_looks_is_looked_at_anew(stand: Standing) -> None:
    await stand.fill()
    before = await totals(stand)
    clock = Clock()
    watching = reconciler(stand, clock)
    await stand.publish(1, "moving")
    await watching.look()
    await stand.revise("moving-0", 2)
    clock.seconds += 20
    assert (await watching.look())["mended"] == 0
    await stand.fill()
    assert await totals(stand) == before


async def test_a_mended_document_takes_its_next_version_and_a_late_old_one_changes_nothing(stand: Standing) -> None:
    [document] = await stand.publish(1, "mended")
    await stand.fill()
    clock = Clock()
    for _ in range(3):
        await change(stand, document, body="被改动的正文")
        assert await watch(reconciler(stand, clock), clock) == 1
    await stand.revise("mended-0", 2)
    [event] = await stand.record.states([document])
    assert await stand.writer.write([item_document(event)]) == [None]
    late = item_document(document_event(1, document))
    assert await stand.writer.write([late]) == [None]
    found = await stand.client.get(index=stand.names.write, id=document)
    assert found["_source"]["version"] == 2
    assert (await stand.differences()).differences == []


async def test_a_crash_after_mending_counts_the_difference_once(
    stand: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    [document] = await stand.publish(1, "crash")
    await stand.fill()
    before = sum((await totals(stand)).values())
    await stand.client.delete(index=stand.names.write, id=document)
    clock = Clock()
    with monkeypatch.context() as crashing:

        async def die(*anything: object) -> None:
            raise SystemError("killed")

        crashing.setattr(RepairStore, "put_look", die)
        watching = reconciler(stand, clock)
        for _ in range(2):
            with pytest.raises(SystemError):
                await watching.look()
            clock.seconds += 20
    assert await watch(reconciler(stand, clock), clock) == 1
    assert sum((await totals(stand)).values()) == before + 1
    assert (await stand.differences()).differences == []


async def harmed(stand: Standing, tag: str) -> str:
    """A document whose body is not what was written, while its version, status and hash are."""
    [document] = await stand.publish(1, tag)
    await stand.fill()
    assert await watch(reconciler(stand, Clock()), Clock()) == 0  # every seal up to now was read
    await change(stand, document, body="被改动的正文")
    return document


async def is_whole(stand: Standing, document: str) -> bool:
    return is_intact((await stand.client.get(index=stand.names.write, id=document))["_source"])


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Record, "states"), (RepairStore, "open"), (RepairStore, "put_position"), (running, "mend")],
    ids=["before it is judged", "before it is noted", "before the position is kept", "before it is mended"],
)
async def test_a_crash_after_a_broken_seal_was_read_forgets_nothing(
    stand: Standing, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    document = await harmed(stand, f"seal-{name}")
    clock = Clock()
    with monkeypatch.context() as crashing:

        async def die(*anything: object) -> None:
            raise SystemError("killed")

        crashing.setattr(owner, name, die)
        with pytest.raises(SystemError):
            await reconciler(stand, clock).look()
    assert not await is_whole(stand, document)
    assert await watch(reconciler(stand, clock), clock) == 1
    assert await is_whole(stand, document)


async def test_a_broken_seal_that_was_not_mended_is_not_counted_and_tried_again(
    stand: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await harmed(stand, "seal-refused")
    clock = Clock()
    watching = reconciler(stand, clock)
    with monkeypatch.context() as refusing:

        async def refuse(_: IndexWriter, alias: str, documents: Sequence[Any], force: bool = False) -> list[Refusal]:
            return [Refusal(f"{alias}, {force}") for _ in documents]

        refusing.setattr(IndexWriter, "rewrite", refuse)
        assert await watch(watching, clock, looks=2) == 0
    assert not await is_whole(stand, document)
    assert (await watching.look())["mended"] == 0
    assert await is_whole(stand, document)
    assert (await watching.look())["mended"] == 1
