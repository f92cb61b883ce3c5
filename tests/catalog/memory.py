"""The desk in memory, for tests of the use cases; it passes the same suite as the real stores."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from catalog.domain.columns import Column
from catalog.domain.editions import Edition, EditionStatus, LiveItem
from catalog.domain.evidence import Evidence, ListedDocument, day_in_china
from catalog.domain.obligations import Obligation
from catalog.handlers.ports import Desk
from shared.calendar import WorkCalendar
from shared.events import DepartmentState, DocumentState, DocumentStatus, Event
from shared.problems import StaleVersion


@dataclass
class MemoryColumns:
    held: dict[str, Column] = field(default_factory=dict)

    async def lock(self) -> None: ...

    async def get(self, code: str) -> Column | None:
        return self.held.get(code)

    async def all(self) -> list[Column]:
        return [self.held[code] for code in sorted(self.held)]

    async def save(self, column: Column) -> None:
        _expect_next(self.held.get(column.code), column)
        self.held[column.code] = column


@dataclass
class MemoryEditions:
    held: dict[int, Edition] = field(default_factory=dict)

    async def lock(self) -> None: ...

    async def next_number(self) -> int:
        return max(self.held, default=0) + 1

    async def get(self, number: int) -> Edition | None:
        return self.held.get(number)

    async def current(self, department: str | None = None) -> Edition | None:
        found = [
            edition
            for edition in await self.all()
            if edition.status == EditionStatus.PUBLISHED and department in (None, edition.department)
        ]
        return found[0] if found else None

    async def all(self) -> list[Edition]:
        return [self.held[number] for number in sorted(self.held, reverse=True)]

    async def save(self, edition: Edition) -> None:
        _expect_next(self.held.get(edition.number), edition)
        self.held[edition.number] = edition


@dataclass
class MemoryItems:
    held: dict[str, LiveItem] = field(default_factory=dict)

    async def get(self, item: str) -> LiveItem | None:
        return self.held.get(item)

    async def known(self, department: str, ids: Collection[str]) -> dict[str, LiveItem]:
        return {key: live for key, live in self.held.items() if key in ids or live.department == department}

    async def live(self) -> list[LiveItem]:
        return [self.held[key] for key in sorted(self.held) if not self.held[key].retired]

    async def save(self, items: Iterable[LiveItem]) -> None:
        for live in items:
            _expect_next(self.held.get(live.item.id), live)
            self.held[live.item.id] = live


@dataclass
class MemoryObligations:
    held: dict[str, Obligation] = field(default_factory=dict)

    async def get(self, obligation: str) -> Obligation | None:
        return self.held.get(obligation)

    async def get_for_change(self, obligation: str) -> Obligation | None:
        return self.held.get(obligation)

    async def all(self) -> list[Obligation]:
        return [self.held[key] for key in sorted(self.held)]

    async def open_titles(self, items: Collection[str]) -> dict[str, list[str]]:
        titles: dict[str, list[str]] = {}
        for held in self.held.values():
            open_and_entered = held.active and not held.derived and not held.fulfilled_by
            if held.catalogue_item in items and open_and_entered:
                titles.setdefault(str(held.catalogue_item), []).append(held.title)
        return {item: sorted(found) for item, found in titles.items()}

    async def touched(self, items: Collection[str], documents: Collection[str]) -> list[Obligation]:
        return [
            held
            for held in await self.all()
            if held.active and (held.catalogue_item in items or not set(held.named_documents).isdisjoint(documents))
            if not held.derived or held.counts_from is not None
        ]

    async def save(self, obligation: Obligation) -> None:
        _expect_next(self.held.get(obligation.id), obligation)
        self.held[obligation.id] = obligation


@dataclass
class MemoryDocuments:
    held: dict[str, tuple[int, DocumentState]] = field(default_factory=dict)

    async def lock(self, keys: Iterable[str]) -> None: ...

    async def record(self, state: DocumentState, sequence: int) -> frozenset[str] | None:
        before = self.held.get(state.id)
        if before is not None and before[0] >= sequence:
            return None
        self.held[state.id] = (sequence, state)
        return frozenset(before[1].catalogue_items if before else ())

    async def evidence(self, item: str | None, named: Sequence[str]) -> list[Evidence]:
        return [
            Evidence(
                state.id,
                frozenset(state.catalogue_items),
                day_in_china(state.published_at),
                state.status == DocumentStatus.WITHDRAWN,
            )
            for _, state in self.held.values()
            if item in state.catalogue_items or state.id in named
        ]

    async def of_item(self, item: str, limit: int) -> list[ListedDocument]:
        found = sorted(self._standing(), key=lambda state: state.id)
        found.sort(key=lambda state: state.published_at, reverse=True)
        return [
            ListedDocument(state.id, state.title, state.department_name, state.published_at)
            for state in found
            if item in state.catalogue_items
        ][:limit]

    async def by_item(self) -> dict[str, list[str]]:
        return _grouped((item, state.id) for state in self._standing() for item in state.catalogue_items)

    async def by_column(self) -> dict[str, list[str]]:
        return _grouped((state.column, state.id) for state in self._standing() if state.column)

    def _standing(self) -> list[DocumentState]:
        return [state for _, state in self.held.values() if state.status == DocumentStatus.PUBLISHED]


@dataclass
class MemoryDepartments:
    held: dict[str, tuple[int, DepartmentState]] = field(default_factory=dict)

    async def record(self, state: DepartmentState, sequence: int) -> None:
        if self.held.get(state.code, (0,))[0] < sequence:
            self.held[state.code] = (sequence, state)

    async def names(self) -> dict[str, str]:
        return {code: state.name for code, (_, state) in self.held.items()}


@dataclass
class MemoryAnswers:
    held: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    async def earlier(self, key: str, caller: str, fingerprint: str) -> tuple[str, str] | None:
        if (key, caller) in self.held:
            return self.held[key, caller]
        self.held[key, caller] = (fingerprint, "")
        return None

    async def keep(self, key: str, caller: str, answer: str) -> None:
        self.held[key, caller] = (self.held[key, caller][0], answer)


@dataclass
class MemoryOutbox:
    events: list[Event] = field(default_factory=list)

    async def add(self, *events: Event) -> None:
        self.events.extend(events)


def memory_desk(today: date) -> Desk:
    return Desk(
        columns=MemoryColumns(),
        editions=MemoryEditions(),
        items=MemoryItems(),
        obligations=MemoryObligations(),
        documents=MemoryDocuments(),
        departments=MemoryDepartments(),
        answers=MemoryAnswers(),
        outbox=MemoryOutbox(),
        calendar=WorkCalendar.from_package(),
        today=today,
    )


def _expect_next(
    held: Column | Edition | LiveItem | Obligation | None, new: Column | Edition | LiveItem | Obligation
) -> None:
    if held is not None and new.version != held.version + 1:
        raise StaleVersion


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in sorted(pairs):
        found.setdefault(key, []).append(value)
    return found
