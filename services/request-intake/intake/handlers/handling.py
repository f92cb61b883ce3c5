"""What staff and applicants do with a request, and what staff may see of it."""

from dataclasses import dataclass
from datetime import date, datetime

from intake.domain.numbering import is_request_number
from intake.domain.office import Reading, Twin
from intake.domain.outcomes import outcome_of
from intake.domain.request import Actor, DisclosureRequest, Step, day_in_china
from intake.domain.states import Action
from intake.domain.transitions import take
from intake.handlers.desk import Desk
from shared.problems import NotFound, StaleVersion

# Under which name an act's text is kept; what may be written more than once carries the version.
KEPT_AS = {
    Action.REQUEST_CORRECTION: "correction_notice",
    Action.CORRECT: "correction",
    Action.DRAFT: "reply",
    Action.REPLY: "reply",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One act on the request as it was at `version`; `on` is the day it took place, today when None."""

    number: str
    version: int
    action: Action
    at: datetime
    on: date | None = None
    days: int = 0
    text: str = ""
    outcome: str = ""

    def by(self, actor: Actor) -> Step:
        outcome = outcome_of(self.outcome) if self.outcome else None
        on = self.on or day_in_china(self.at)
        return Step(self.action, actor, self.at, on, self.days, self.text, outcome)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A request with everything sealed about it, opened for a purpose."""

    request: DisclosureRequest
    texts: dict[str, str]
    twins: tuple[Twin, ...]


async def find(number: str, desk: Desk) -> DisclosureRequest:
    """The request, locked. Raises NotFound."""
    request = await desk.requests.get(number) if is_request_number(number) else None
    if request is None:
        raise NotFound("没有这个申请")
    return request


async def act(command: Act, actor: Actor, desk: Desk) -> DisclosureRequest:
    """Do one act, keep its text sealed, and tell of the new state.

    Raises:
        NotFound: no such request.
        StaleVersion: it has been changed since.
        DomainError: see `intake.domain.transitions.take`.
    """
    calendar = await desk.calendars.current()
    request = await find(command.number, desk)
    if request.version != command.version:
        raise StaleVersion(f"当前版本为 {request.version}")
    changed, event = take(request, command.by(actor), calendar)
    if command.text.strip():
        name = KEPT_AS.get(command.action) or f"{command.action.value}.{changed.version}"
        await desk.texts.put(request.id, {name: command.text})
    await desk.requests.save(changed)
    await desk.outbox.add(event)
    return changed


async def open_case(request: DisclosureRequest, reading: Reading, desk: Desk) -> CaseFile:
    """Everything about a request; the reading is recorded with its purpose."""
    texts = await desk.texts.read(request, reading)
    return CaseFile(request, texts, tuple(await desk.requests.twins(request.id)))
