"""What the use cases need from outside, and the desk that hands it to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from catalog.domain.columns import Column
from catalog.domain.editions import Edition, LiveItem
from catalog.domain.evidence import Evidence, ListedDocument
from catalog.domain.obligations import Obligation
from shared.calendar import WorkCalendar
from shared.events import DepartmentState, DocumentState, Event


class Columns(Protocol):
    async def lock(self) -> None:
        """Until the transaction ends, no one else changes the tree."""

    async def get(self, code: str) -> Column | None: ...

    async def all(self) -> list[Column]:
        """By code, retired ones too."""

    async def save(self, column: Column) -> None: ...


class Editions(Protocol):
    async def lock(self) -> None:
        """Until the transaction ends, no one else adds, changes or publishes an edition."""

    async def next_number(self) -> int: ...

    async def get(self, number: int) -> Edition | None: ...

    async def current(self, department: str | None = None) -> Edition | None:
        """The newest published edition, of one department or of any."""

    async def all(self) -> list[Edition]:
        """Newest first."""

    async def save(self, edition: Edition) -> None: ...


class Items(Protocol):
    async def get(self, item: str) -> LiveItem | None: ...

    async def known(self, department: str, ids: Collection[str]) -> dict[str, LiveItem]:
        """Every item the department ever published, and those of `ids` whoever published them."""

    async def live(self) -> list[LiveItem]:
        """By id, without retired ones."""

    async def save(self, items: Iterable[LiveItem]) -> None: ...


class Obligations(Protocol):
    async def get(self, obligation: str) -> Obligation | None: ...

    async def get_for_change(self, obligation: str) -> Obligation | None:
        """The obligation, kept from others' changes until the transaction ends."""

    async def all(self) -> list[Obligation]:
        """By id."""

    async def open_titles(self, items: Collection[str]) -> Mapping[str, list[str]]:
        """Titles of entered, active, unfulfilled obligations, by the catalogue item they are about."""

    async def touched(self, items: Collection[str], documents: Collection[str]) -> list[Obligation]:
        """Active obligations about one of the items or naming the document; kept from others.

        Derived ones only when yearly: the others are never fulfilled, only covered.
        """

    async def save(self, obligation: Obligation) -> None: ...


class Documents(Protocol):
    async def lock(self, keys: Iterable[str]) -> None:
        """Until the transaction ends, no one else works on these items and documents."""

    async def record(self, state: DocumentState, sequence: int) -> frozenset[str] | None:
        """Hold this version; the items the held one named, or None when the held one is as new."""

    async def evidence(self, item: str | None, named: Sequence[str]) -> list[Evidence]:
        """The documents that name the item, and those of `named` that are known."""

    async def of_item(self, item: str, limit: int) -> list[ListedDocument]:
        """Published documents that name the item, newest first."""

    async def by_item(self) -> dict[str, list[str]]:
        """Ids of published documents by the item they name."""

    async def by_column(self) -> dict[str, list[str]]:
        """Ids of published documents by the column they stand in."""


class Departments(Protocol):
    async def record(self, state: DepartmentState, sequence: int) -> None:
        """Hold this version unless the held one is as new."""

    async def names(self) -> dict[str, str]: ...


class KeptAnswers(Protocol):
    async def earlier(self, key: str, caller: str, fingerprint: str) -> tuple[str, str] | None:
        """Fingerprint and answer kept under this key, or None, which reserves it for this transaction."""

    async def keep(self, key: str, caller: str, answer: str) -> None: ...


class Outbox(Protocol):
    async def add(self, *events: Event) -> None: ...


@dataclass(frozen=True)
class Desk:
    """All a use case may touch, in one transaction; `today` is the day in China."""

    columns: Columns
    editions: Editions
    items: Items
    obligations: Obligations
    documents: Documents
    departments: Departments
    answers: KeptAnswers
    outbox: Outbox
    calendar: WorkCalendar
    today: date
