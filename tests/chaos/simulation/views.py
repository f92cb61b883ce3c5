"""The consumers of documents in the simulation: the real handlers over an index and a table in memory."""

import copy
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from search.batching import Batcher
from search.consumers import document_consumer
from search.index import Refusal
from shared.consuming import DependencyAway, Handler, of_event
from shared.events import DocumentState, DocumentStatus, Event
from supervision.consumers import Projection, recording
from tests.chaos.simulation.broker import Broker, MemoryConsumer
from tests.chaos.simulation.database import Connection, Database
from tests.chaos.simulation.faults import Faults, Planted, Process

SUPERVISION_QUEUE = "supervision.document"


@dataclass
class Index:
    """OpenSearch with external versions: a write of an older or equal version changes nothing."""

    faults: Faults
    planted: Planted
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def write(self, documents: Sequence[dict[str, Any]]) -> list[Refusal | None]:
        """One bulk; the answer may be lost though it took effect."""
        await self.faults.reach("index", DependencyAway)
        for document in documents:
            self._put(document)
        await self.faults.boundary("bulk is written")
        if self.faults.happens(self.faults.unknown_commit):
            raise DependencyAway("no answer to the bulk")
        return [None] * len(documents)

    def _put(self, document: dict[str, Any]) -> None:
        held = self.items.get(document["id"])
        if held and held["version"] >= document["version"] and not self.planted.no_version_check:
            return
        if self.planted.real_delete and document["status"] == DocumentStatus.WITHDRAWN:
            self.items.pop(document["id"], None)
        else:
            self.items[document["id"]] = document

    def shown(self, document: str) -> tuple[str, int]:
        """What the public sees of a document: the read alias filters tombstones."""
        held = self.items.get(document)
        if held is None:
            return "absent", 0
        return "published" if held["status"] == DocumentStatus.PUBLISHED else "absent", held["version"]


class NoSampler:
    def offer(self, event: Event) -> None:
        return None


def search_worker(process: Process, index: Index, broker: Broker) -> list[Coroutine[Any, Any, None]]:
    batcher = Batcher(index.write)
    handler = document_consumer(batcher, NoSampler())  # type: ignore[arg-type]
    return [MemoryConsumer(broker, process, "search.document", handler).run(), batcher.run()]


@dataclass
class MemoryNewest:
    """Supervision's table of newest states, which also counts how often each event took effect."""

    connection: Connection

    async def keep(self, subject: str, sequence: int, state: DocumentState) -> bool:
        await self.connection.lock(subject)
        held = self.connection.get(subject)
        newest = held is None or held[0] < sequence
        if newest:
            self.connection.put(subject, (sequence, copy.copy(state)))
        return newest


class CountedDatabase(Database):
    """Supervision's database; an effect is counted when its transaction commits."""

    def recording(self, broker: Broker) -> Handler:
        """The real handler of supervision, its effect told to the history."""

        async def handle(event: Event) -> None:
            def opened(connection: Any) -> MemoryNewest:
                if self.planted.effect_outside_transaction:
                    broker.history.see(SUPERVISION_QUEUE, "effect", str(event.id))
                else:
                    connection.at_commit(lambda: broker.history.see(SUPERVISION_QUEUE, "effect", str(event.id)))
                return MemoryNewest(connection)

            await recording(self, SUPERVISION_QUEUE, Projection(DocumentState, opened))(event)  # type: ignore[arg-type]

        return handle


def supervision_worker(process: Process, database: CountedDatabase, broker: Broker) -> list[Coroutine[Any, Any, None]]:
    return [MemoryConsumer(broker, process, SUPERVISION_QUEUE, of_event(database.recording(broker))).run()]
