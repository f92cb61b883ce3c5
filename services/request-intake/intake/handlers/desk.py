"""What one transaction of the service can reach, as Protocols, laid out on one desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intake.domain.office import Department, Marks, Reading, Twin
from intake.domain.request import DisclosureRequest, RequestId
from shared.calendar import CalendarDay, WorkCalendar
from shared.crypto import CryptoProvider
from shared.events import Event


class Requests(Protocol):
    async def add(self, request: DisclosureRequest, marks: Marks) -> None: ...

    async def get(self, number: str) -> DisclosureRequest | None:
        """The request, locked until the transaction ends."""
        ...

    async def code_digest(self, number: str) -> bytes | None: ...
    async def save(self, request: DisclosureRequest) -> None: ...

    async def owed(self) -> Sequence[DisclosureRequest]:
        """Every request still owed a reply, locked."""
        ...

    async def twins(self, request_id: RequestId) -> Sequence[Twin]: ...


class Texts(Protocol):
    """Applicant data and everything written about a request, sealed field by field."""

    async def put(self, request_id: RequestId, texts: Mapping[str, str]) -> None: ...

    async def read(self, request: DisclosureRequest, reading: Reading, names: Sequence[str] = ()) -> dict[str, str]:
        """The named texts (all when none is named) as far as they exist; records the reading."""
        ...


class Numbers(Protocol):
    async def next(self, department: str, year: int) -> int:
        """The next serial, without gaps: others wait until this transaction ends."""
        ...


class Departments(Protocol):
    async def get(self, code: str) -> Department | None: ...
    async def taken(self, short_name: str) -> bool: ...

    async def put(self, department: Department) -> None:
        """Keep the newer version; the short name never changes."""
        ...


class Calendars(Protocol):
    """Take the calendar before any request, so that an import and an act cannot wait for each other."""

    async def current(self) -> WorkCalendar:
        """The calendar, which no import changes until the transaction ends."""
        ...

    async def lock(self) -> WorkCalendar:
        """The calendar, for changing it."""
        ...

    async def put_year(self, year: int, days: Sequence[CalendarDay], source: str, by: str) -> None:
        """Replace a year's days and start the next version."""
        ...

    async def source(self, year: int) -> str: ...


class Attempts(Protocol):
    """Wrong query codes by request number, whether or not that number exists."""

    async def blocked_for(self, number: str, at: datetime) -> int:
        """Seconds until the next attempt is heard; 0 when now."""
        ...

    async def failed(self, number: str, at: datetime) -> None: ...
    async def succeeded(self, number: str) -> None: ...


class Answers(Protocol):
    """Answers already given under an Idempotency-Key, sealed."""

    async def earlier(self, key: str, caller: str, fingerprint: str) -> bytes | None:
        """The answer given before; None for the first asker, whom others wait for.

        Raises:
            KeyUsedOtherwise: the key came with another body.
        """
        ...

    async def keep(self, key: str, caller: str, status: int, answer: bytes) -> None: ...


class Outbox(Protocol):
    async def add(self, *events: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it, over one transaction."""

    requests: Requests
    texts: Texts
    numbers: Numbers
    departments: Departments
    calendars: Calendars
    attempts: Attempts
    answers: Answers
    outbox: Outbox
    crypto: CryptoProvider
