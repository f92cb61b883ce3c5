"""The desk in memory: what handlers need, written by hand, held to the same contract as the real stores."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from intake.domain.numbering import wait_after
from intake.domain.office import Department, KeyUsedOtherwise, Marks, Reading, Twin
from intake.domain.request import DisclosureRequest, RequestId
from intake.domain.states import OWED
from intake.handlers.desk import Desk
from shared.calendar import CalendarDay, WorkCalendar
from shared.crypto import KeyedCrypto
from shared.events import Event

TEST_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class FakeRequests:
    def __init__(self) -> None:
        self.held: dict[str, DisclosureRequest] = {}
        self.marks: dict[str, Marks] = {}

    async def add(self, request: DisclosureRequest, marks: Marks) -> None:
        self.held[request.number], self.marks[request.number] = request, marks

    async def get(self, number: str) -> DisclosureRequest | None:
        return self.held.get(number)

    async def code_digest(self, number: str) -> bytes | None:
        return self.marks[number].code if number in self.marks else None

    async def save(self, request: DisclosureRequest) -> None:
        self.held[request.number] = request

    async def owed(self) -> Sequence[DisclosureRequest]:
        return sorted((found for found in self.held.values() if found.status in OWED), key=lambda one: one.id)

    async def twins(self, request_id: RequestId) -> Sequence[Twin]:
        this = next(request for request in self.held.values() if request.id == request_id)
        mine = self.marks[this.number]
        newest_first = sorted(self.held.values(), key=lambda one: one.id, reverse=True)
        return [
            Twin(other.number, other.status, other.received_on, self.marks[other.number].wording == mine.wording)
            for other in newest_first
            if other is not this and self.marks[other.number].applicant == mine.applicant
        ]


class FakeTexts:
    def __init__(self) -> None:
        self.held: dict[RequestId, dict[str, str]] = {}
        self.readings: list[tuple[str, Reading, list[str]]] = []

    async def put(self, request_id: RequestId, texts: Mapping[str, str]) -> None:
        self.held.setdefault(request_id, {}).update(texts)

    async def read(self, request: DisclosureRequest, reading: Reading, names: Sequence[str] = ()) -> dict[str, str]:
        held = self.held.get(request.id, {})
        found = {name: held[name] for name in sorted(held) if not names or name in names}
        self.readings.append((request.number, reading, sorted(found)))
        return found


class FakeNumbers:
    def __init__(self) -> None:
        self.last: dict[tuple[str, int], int] = {}

    async def next(self, department: str, year: int) -> int:
        self.last[department, year] = self.last.get((department, year), 0) + 1
        return self.last[department, year]


class FakeDepartments:
    def __init__(self) -> None:
        self.held: dict[str, Department] = {}

    async def get(self, code: str) -> Department | None:
        return self.held.get(code)

    async def taken(self, short_name: str) -> bool:
        return any(held.short_name == short_name for held in self.held.values())

    async def put(self, department: Department) -> None:
        held = self.held.get(department.code, department)
        if held is department or held.version < department.version:
            self.held[department.code] = Department(
                department.code, department.name, held.short_name, department.active, department.version
            )


class FakeCalendars:
    def __init__(self) -> None:
        self.years: dict[int, tuple[CalendarDay, ...]] = {}
        self.sources: dict[int, str] = {}
        self.version = 0

    async def current(self) -> WorkCalendar:
        days = [day for year in self.years.values() for day in year]
        return WorkCalendar.of(self.version, self.years, days)

    async def lock(self) -> WorkCalendar:
        return await self.current()

    async def put_year(self, year: int, days: Sequence[CalendarDay], source: str, by: str) -> None:
        self.years[year], self.sources[year] = tuple(days), source
        self.version += 1

    async def source(self, year: int) -> str:
        return self.sources.get(year, "")


class FakeAttempts:
    def __init__(self) -> None:
        self.failures: dict[str, tuple[int, datetime]] = {}

    async def blocked_for(self, number: str, at: datetime) -> int:
        _, until = self.failures.get(number, (0, at))
        return max(0, -((at - until) // timedelta(seconds=1)))

    async def failed(self, number: str, at: datetime) -> None:
        failures = self.failures.get(number, (0, at))[0] + 1
        self.failures[number] = (failures, at + timedelta(seconds=wait_after(failures)))

    async def succeeded(self, number: str) -> None:
        self.failures.pop(number, None)


class FakeAnswers:
    def __init__(self) -> None:
        self.held: dict[tuple[str, str], tuple[str, bytes]] = {}

    async def earlier(self, key: str, caller: str, fingerprint: str) -> bytes | None:
        first, answer = self.held.setdefault((key, caller), (fingerprint, b""))
        if first != fingerprint:
            raise KeyUsedOtherwise(field="Idempotency-Key")
        return answer or None

    async def keep(self, key: str, caller: str, status: int, answer: bytes) -> None:
        self.held[key, caller] = (self.held[key, caller][0], answer)


class FakeOutbox:
    def __init__(self) -> None:
        self.events: list[Event] = []

    async def add(self, *events: Event) -> None:
        self.events.extend(events)


def fake_desk() -> Desk:
    return Desk(
        FakeRequests(),
        FakeTexts(),
        FakeNumbers(),
        FakeDepartments(),
        FakeCalendars(),
        FakeAttempts(),
        FakeAnswers(),
        FakeOutbox(),
        KeyedCrypto(TEST_KEY, "intake"),
    )
