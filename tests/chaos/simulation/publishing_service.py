"""Publishing's worker in the simulation: the real gateway and its rules over stores in memory."""

import asyncio
import copy
from collections.abc import Collection, Coroutine, Sequence
from typing import Any
from uuid import UUID

from publishing.domain.content import StoredFile
from publishing.domain.department import Department, Sender
from publishing.domain.document import Document
from publishing.domain.submission import Submission, Withdrawal
from publishing.gateway import SERVICE, Gateway
from publishing.handlers.submissions import FirstEdition, Intake, take_submission, take_withdrawal
from publishing.messages import outcome_message
from publishing.store.tables import delivery
from shared.events import DepartmentSystem, now
from shared.outbox import Outbox, Relay
from tests.chaos.history import History
from tests.chaos.simulation.broker import Broker, MemoryConsumer, MemoryPublisher
from tests.chaos.simulation.database import Connection, Database
from tests.chaos.simulation.faults import Process

BROKER_USER = "dept_audit"
AUDIT = Department("audit", "审计局", True, (DepartmentSystem(client_id="a", broker_user=BROKER_USER, trusted=True),))
RELAY_SECONDS = 1.0


class MemoryDirectory:
    async def department(self, code: str) -> Department | None:
        return AUDIT if code == AUDIT.code else None

    async def department_of(self, broker_user: str) -> Department | None:
        return AUDIT if broker_user == BROKER_USER else None

    async def has_column(self, code: str) -> bool:
        return False


class MemorySubmissions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(
        self, department: str, external_id: str, sequence: int, document_id: UUID | None
    ) -> tuple[bool, UUID | None]:
        key = ("submission", department, external_id)
        await self._connection.lock(key)
        held = self._connection.get(key)
        if held and held[0] >= sequence:
            return False, None
        stands = (held and held[1]) or document_id
        self._connection.put(key, (sequence, stands))
        return True, stands

    async def standing(self, department: str, external_id: str) -> tuple[UUID | None, int | None]:
        _, document_id = self._connection.get(("submission", department, external_id))
        document = self._connection.get(("document", document_id))
        return document_id, document.version if document else None


class MemoryDocuments:
    def __init__(self, connection: Connection, history: History) -> None:
        self._connection = connection
        self._history = history

    async def add(self, *new: Document) -> None:
        for document in new:
            await self.save(document)

    async def get(self, document_id: UUID) -> Document:
        await self._connection.lock(("document", document_id))
        found: Document = copy.deepcopy(self._connection.get(("document", document_id)))
        return found

    async def save(self, changed: Document) -> None:
        for version in [entry.version for entry in changed.entries if entry.version is not None]:
            self._connection.at_commit(lambda version=version: self._committed(changed.id, version))  # type: ignore[misc]
        changed.entries.clear()
        self._connection.put(("document", changed.id), changed)

    def _committed(self, document: UUID, version: int) -> None:
        self._history.see(SERVICE, "committed", str(document), version=version)


class NoFiles:
    async def find(self, hashes: Collection[str]) -> dict[str, StoredFile]:
        return {}

    async def keep(self, name: str, content: bytes, uploaded_by: str) -> StoredFile:
        raise AssertionError("the simulation sends no files")


class MemoryGateway(Gateway):
    """The real gateway, whose two transactions go to the database in memory."""

    def __init__(self, database: Database, history: History) -> None:
        super().__init__(database, MemoryDirectory(), NoFiles())  # type: ignore[arg-type]
        self._database = database
        self._history = history

    async def _write_firsts(self, firsts: Sequence[FirstEdition]) -> list[bool]:
        taken: list[bool] = []
        async with self._database.begin() as connection:
            submissions, documents = MemorySubmissions(connection), MemoryDocuments(connection, self._history)
            for first in sorted(firsts, key=lambda first: first.key):
                department, external_id, sequence, document_id = first.key
                await connection.lock(("submission", department, external_id))
                if connection.get(("submission", department, external_id)) is None:
                    await submissions.claim(department, external_id, sequence, document_id)
                    await documents.add(first.document)
                    outbox = Outbox(connection, delivery.outbox, SERVICE)  # type: ignore[arg-type]
                    await outbox.add_message(outcome_message(first.outcome, department))
                    await outbox.add(*filter(None, [first.event]))
                    taken.append(first.document.id)  # type: ignore[arg-type]
        return [first.document.id in taken for first in firsts]

    async def _take(self, submission: Submission | Withdrawal, sender: Sender, message_id: str) -> None:
        async with self._database.begin() as connection:
            outbox = Outbox(connection, delivery.outbox, SERVICE)  # type: ignore[arg-type]
            documents = MemoryDocuments(connection, self._history)
            intake = Intake(MemorySubmissions(connection), documents, NoFiles(), outbox)
            if isinstance(submission, Withdrawal):
                outcome = await take_withdrawal(submission, sender, now(), intake)
            else:
                outcome = await take_submission(submission, sender, now(), intake)
            answer = outcome.model_copy(update={"in_reply_to": message_id})
            await outbox.add_message(outcome_message(answer, sender.department))


def publishing_worker(process: Process, database: Database, broker: Broker) -> list[Coroutine[Any, Any, None]]:
    """What the process runs: the gateway's consumer, and the real relay."""
    gateway = MemoryGateway(database, broker.history)
    relay = Relay(database, delivery.outbox, MemoryPublisher(broker), SERVICE)  # type: ignore[arg-type]
    consumer = MemoryConsumer(broker, process, "publishing.submission", gateway.receive)
    return [consumer.run(), relay_for_ever(relay)]


async def relay_for_ever(relay: Relay) -> None:
    """`Relay.run` without its listening connection, which only shortens the wait."""
    while True:
        try:
            await relay.publish_batch()
        except Exception:
            await asyncio.sleep(RELAY_SECONDS)
        await asyncio.sleep(RELAY_SECONDS)
