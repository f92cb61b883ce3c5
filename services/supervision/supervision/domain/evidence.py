"""What documents prove: which were published when, in which column, for which item of the catalogue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.events import ColumnState, ObligationState

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A document the public can read now. A withdrawn one is no evidence and has no such value."""

    id: str
    department: str
    column: str | None
    items: tuple[str, ...]
    published_at: datetime

    @property
    def published_on(self) -> date:
        """The day of publication as people in the county count it."""
        return self.published_at.astimezone(SHANGHAI).date()

    @property
    def age(self) -> tuple[datetime, str]:
        """Orders documents from the oldest to the newest, the same way everywhere."""
        return (self.published_at, self.id)


class Evidence:
    """Documents by what they can prove. One dated after the day judged proves nothing yet."""

    def __init__(self, documents: Iterable[PublishedDocument], columns: Iterable[ColumnState], today: date) -> None:
        self._by_id: dict[str, PublishedDocument] = {}
        self._of_item: dict[str, list[PublishedDocument]] = defaultdict(list)
        self._latest: dict[str, PublishedDocument] = {}
        parents = {column.code: column.parent for column in columns}
        for document in sorted(documents, key=lambda document: document.age):
            if document.published_on <= today:
                self._add(document, parents)

    def _add(self, document: PublishedDocument, parents: Mapping[str, str | None]) -> None:
        self._by_id[document.id] = document
        for item in document.items:
            self._of_item[item].append(document)
        for code in _with_ancestors(document.column, parents):
            self._latest[code] = document

    def latest_in(self, column: str | None) -> PublishedDocument | None:
        """The newest document of a column or of a column below it."""
        return self._latest.get(column) if column else None

    def fulfilling(self, obligation: ObligationState) -> list[PublishedDocument]:
        """Documents named by the obligation as fulfilling it, or naming its catalogue item, oldest first."""
        found = {key: self._by_id[key] for key in obligation.fulfilled_by if key in self._by_id}
        for document in self._of_item.get(obligation.catalogue_item or "", ()):
            found[document.id] = document
        return sorted(found.values(), key=lambda document: document.age)


def _with_ancestors(column: str | None, parents: Mapping[str, str | None]) -> list[str]:
    """A column and those above it. The catalogue refuses cycles; half-told news may still show one."""
    path: list[str] = []
    while column is not None and column not in path:
        path.append(column)
        column = parents.get(column)
    return path
