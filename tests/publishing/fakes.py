"""The stores in memory, written by hand, held to the same contract as the real ones."""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from uuid import UUID

from publishing.domain.checks.overriding import Override, overrides_in
from publishing.domain.content import StoredFile
from publishing.domain.document import Document, Entry
from publishing.handlers.submissions import Intake
from publishing.store.submissions import NewKey
from shared.events import Event
from shared.problems import NotFound


class FakeDocuments:
    """Keeps copies, as a database does: what is not saved is not changed."""

    def __init__(self) -> None:
        self.held: dict[UUID, Document] = {}
        self.history: dict[UUID, list[Entry]] = {}

    async def add(self, *new: Document) -> None:
        for document in new:
            await self.save(document)

    async def get(self, document_id: UUID) -> Document:
        if document_id not in self.held:
            raise NotFound
        return deepcopy(self.held[document_id])

    async def overrides(self, document: Document) -> Mapping[str, Override]:
        lines = [
            {
                "action": entry.action,
                "after": entry.after,
                "actor": entry.act.by,
                "actor_name": entry.act.name,
                "at": entry.act.at,
                "note": entry.act.note,
            }
            for entry in self.history[document.id]
        ]
        return overrides_in(lines, document.edition.content_hash)

    async def save(self, changed: Document) -> None:
        self.history.setdefault(changed.id, []).extend(changed.entries)
        changed.entries.clear()
        self.held[changed.id] = deepcopy(changed)


class FakeSubmissions:
    def __init__(self, documents: FakeDocuments) -> None:
        self._documents = documents
        self.held: dict[tuple[str, str], tuple[int, UUID | None]] = {}

    async def claim(
        self, department: str, external_id: str, sequence: int, document_id: UUID | None
    ) -> tuple[bool, UUID | None]:
        before, known = self.held.get((department, external_id), (0, None))
        if sequence <= before:
            return False, None
        self.held[department, external_id] = sequence, known or document_id
        return True, known or document_id

    async def claim_new(self, keys: Sequence[NewKey]) -> set[UUID]:
        new = set()
        for department, external_id, sequence, document_id in sorted(keys):
            if (department, external_id) not in self.held:
                self.held[department, external_id] = sequence, document_id
                new.add(document_id)
        return new

    async def standing(self, department: str, external_id: str) -> tuple[UUID | None, int | None]:
        _, document_id = self.held.get((department, external_id), (0, None))
        document = self._documents.held.get(document_id) if document_id else None
        return document_id, document.version if document else None


class FakeFiles:
    def __init__(self) -> None:
        self.held: dict[str, StoredFile] = {}

    async def put(self, file: StoredFile, uploaded_by: str) -> None:
        self.held.setdefault(file.sha256, file)

    async def find(self, hashes: Collection[str]) -> Mapping[str, StoredFile]:
        return {sha256: self.held[sha256] for sha256 in hashes if sha256 in self.held}


class FakeEvents:
    def __init__(self) -> None:
        self.sent: list[Event] = []

    async def add(self, *events: Event) -> None:
        self.sent.extend(events)


def fake_intake() -> Intake:
    documents = FakeDocuments()
    return Intake(FakeSubmissions(documents), documents, FakeFiles(), FakeEvents())
