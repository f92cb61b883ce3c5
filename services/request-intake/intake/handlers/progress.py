"""What an applicant learns with number and query code; wrong number and wrong code look the same."""

from dataclasses import dataclass
from datetime import date, datetime

from intake.domain.numbering import is_request_number, same_code_text
from intake.domain.office import Reading
from intake.domain.outcomes import Outcome, remedies
from intake.domain.request import DisclosureRequest
from intake.domain.states import Status
from intake.handlers.desk import Desk
from intake.handlers.filing import CODE
from shared.calendar import CountedDay

NO_DIGEST = bytes(32)
APPLICANT_SUBJECT = "applicant"
SHOWN = {
    Status.AWAITING_CORRECTION: ["correction_notice"],
    Status.SERVED: ["reply"],
    Status.CLOSED: ["reply"],
}


@dataclass(frozen=True, slots=True)
class WrongPair:
    """No request has this number and code; `wait` seconds to go before another attempt is heard."""

    wait: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The served reply, with what must be said about remedies."""

    outcome: Outcome
    text: str
    served_on: date
    remedies: str


@dataclass(frozen=True, slots=True)
class Progress:
    request: DisclosureRequest
    basis: tuple[str, ...]
    explanation: tuple[CountedDay, ...]
    correction_notice: str
    reply: Reply | None


async def identify(number: str, code: str, at: datetime, desk: Desk) -> DisclosureRequest | WrongPair:
    """The request of this pair, locked. Wrong attempts are counted by number, so only looking up is slowed:
    filing never is, nor is whoever holds the code, while somebody else guesses.
    """
    if not is_request_number(number):
        return WrongPair()
    held = await desk.requests.code_digest(number)
    right = desk.crypto.matches(CODE, f"{number}/{same_code_text(code)}", held or NO_DIGEST)
    request = await desk.requests.get(number) if right else None
    if request is None:
        wait = await desk.attempts.blocked_for(number, at)
        if not wait:
            await desk.attempts.failed(number, at)
        return WrongPair(wait)
    await desk.attempts.succeeded(number)
    return request


async def progress(number: str, code: str, at: datetime, desk: Desk) -> Progress | WrongPair:
    """Where a request stands, why its deadline is that day, and the reply once it is served."""
    calendar = await desk.calendars.current()
    request = await identify(number, code, at, desk)
    if isinstance(request, WrongPair):
        return request
    names = SHOWN.get(request.status, [])
    reading = Reading(APPLICANT_SUBJECT, "", "申请人凭查询码查看进度", at)
    texts = await desk.texts.read(request, reading, names) if names else {}
    counted = request.deadline(calendar)
    return Progress(request, counted.basis, counted.days, texts.get("correction_notice", ""), _reply(request, texts))


def _reply(request: DisclosureRequest, texts: dict[str, str]) -> Reply | None:
    if "reply" not in texts or request.outcome is None or request.served_on is None:
        return None
    return Reply(request.outcome, texts["reply"], request.served_on, remedies(request.outcome))
