"""Taking in a request: number, query code, sealed data, and the first deadline."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import orjson

from intake.domain.applicant import Filing
from intake.domain.numbering import new_query_code, request_number, same_code_text
from intake.domain.office import Department, Marks
from intake.domain.request import Arrival, RequestId, day_in_china, file_request
from intake.handlers.desk import Desk
from shared.events import new_id
from shared.problems import Invalid
from shared.rules import DomainError

CODE, APPLICANT, WORDING, FINGERPRINT = "query code", "applicant", "wording", "idempotency"
PUBLIC = "public"


class ArrivalOutOfRange(DomainError):
    """收到日期 {on} 不能晚于今天 {today}。"""

    status = 422


@dataclass(frozen=True, slots=True)
class FileRequest:
    """A filing, how it arrived, and under which Idempotency-Key (empty: none)."""

    filing: Filing
    arrival: Arrival
    at: datetime
    key: str = ""
    caller: str = PUBLIC


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the applicant takes home; the code is shown here and never again."""

    number: str
    code: str
    due_on: date | None
    due_provisional: bool


async def take_in(command: FileRequest, desk: Desk) -> Receipt:
    """File a request, or give the answer given before to the same Idempotency-Key.

    Raises:
        Invalid: no such department.
        ArrivalOutOfRange: it is said to have come in tomorrow.
        KeyUsedOtherwise: the key came with another filing.
    """
    if not command.key:
        return await _file(command, desk)
    fingerprint = desk.crypto.digest(FINGERPRINT, _content(command)).hex()
    earlier = await desk.answers.earlier(command.key, command.caller, fingerprint)
    place = f"idempotency/response/{command.caller}/{command.key}"
    if earlier is not None:
        return _receipt(desk.crypto.unseal(earlier, place))
    receipt = await _file(command, desk)
    sealed = desk.crypto.seal(orjson.dumps(asdict(receipt)).decode(), place)
    await desk.answers.keep(command.key, command.caller, 201, sealed)
    return receipt


async def _file(command: FileRequest, desk: Desk) -> Receipt:
    today = day_in_china(command.at)
    if command.arrival.on > today:
        raise ArrivalOutOfRange(on=command.arrival.on, today=today, field="received_on")
    department = await _department(command.filing.department, desk)
    calendar = await desk.calendars.current()
    serial = await desk.numbers.next(department.code, today.year)
    number = request_number(today.year, department.short_name, serial)
    request_id, code = RequestId(new_id()), new_query_code()
    request, event = file_request(request_id, number, department.code, command.arrival, command.at, calendar)
    await desk.requests.add(request, _marks(command.filing, number, code, desk))
    await desk.texts.put(request_id, command.filing.texts())
    await desk.outbox.add(event)
    return Receipt(number, code, request.due_on, request.due_provisional)


async def _department(code: str, desk: Desk) -> Department:
    department = await desk.departments.get(code)
    if department is None or not department.active:
        raise Invalid("没有这个部门，或该部门已停用，请重新选择", field="department")
    return department


def _marks(filing: Filing, number: str, code: str, desk: Desk) -> Marks:
    return Marks(
        desk.crypto.digest(CODE, f"{number}/{same_code_text(code)}"),
        desk.crypto.digest(APPLICANT, filing.applicant.identity()),
        desk.crypto.digest(WORDING, filing.wording()),
        filing.applicant_kind(),
    )


def _content(command: FileRequest) -> str:
    return f"{command.arrival.channel}/{command.filing.model_dump_json()}"


def _receipt(stored: str) -> Receipt:
    held = orjson.loads(stored)
    due_on = date.fromisoformat(held["due_on"]) if held["due_on"] else None
    return Receipt(held["number"], held["code"], due_on, held["due_provisional"])
