"""The use cases over the desk in memory."""

from datetime import date

import pytest

from intake.domain.office import Department, KeyUsedOtherwise, Reading
from intake.domain.request import Actor, Arrival
from intake.domain.states import Action, Channel, Part, Status
from intake.domain.transitions import NotPossibleNow
from intake.handlers.calendar import (
    seed_calendar,
)
from intake.handlers.departments import keep_department
from intake.handlers.desk import Desk
from intake.handlers.filing import ArrivalOutOfRange, FileRequest, Receipt, take_in
from intake.handlers.handling import Act, act, find, open_case
from intake.handlers.progress import Progress, WrongPair, identify, progress
from shared.consuming import Refused
from shared.events import DepartmentState, Event
from shared.problems import Invalid, NotFound, StaleVersion
from tests.intake.fakes import FakeOutbox, FakeTexts, fake_desk
from tests.intake.sample import APPLICANT, APPROVER, HANDLER, MONDAY, REGISTRAR, after, filing, noon
from tests.support.events import document_event

AT = noon(MONDAY)


async def ready() -> Desk:
    desk = fake_desk()
    await seed_calendar(desk, AT)
    await desk.departments.put(Department("audit", "审计局", "审计", True, 1))
    return desk


def web(on: date = MONDAY, key: str = "", **changes: object) -> FileRequest:
    return FileRequest(filing(**changes), Arrival(Channel.WEB, on, confirmed=False), noon(on), key)


def letter(on: date, at: date) -> FileRequest:
    return FileRequest(filing(), Arrival(Channel.LETTER, on, confirmed=True), noon(at))


def told(desk: Desk) -> list[str]:
    """The types of all events since the calendar was seeded."""
    assert isinstance(desk.outbox, FakeOutbox)
    return [event.type for event in desk.outbox.events[1:]]


async def go(desk: Desk, receipt: Receipt, action: Action, actor: Actor, on: date = MONDAY, **details: object) -> None:
    version = (await find(receipt.number, desk)).version
    await act(Act(receipt.number, version, action, noon(on), **details), actor, desk)  # type: ignore[arg-type]


async def served(desk: Desk, receipt: Receipt) -> None:
    await go(desk, receipt, Action.REGISTER, REGISTRAR)
    await go(desk, receipt, Action.ACCEPT, HANDLER)
    await go(desk, receipt, Action.DRAFT, HANDLER, text="答复全文", outcome="R3.3.4")
    await go(desk, receipt, Action.REPLY, HANDLER)
    await go(desk, receipt, Action.APPROVE, APPROVER)
    await go(desk, receipt, Action.SERVE, HANDLER, text="挂号信")


async def test_a_filing_gets_number_code_and_a_provisional_deadline() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    assert (receipt.number, receipt.due_on, receipt.due_provisional) == ("2026-审计-00001", date(2026, 3, 30), True)
    assert told(desk) == ["request.received"]


async def test_the_code_is_kept_only_as_a_keyed_hash() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    digest = await desk.requests.code_digest(receipt.number)
    assert digest is not None
    assert len(digest) == 32
    assert isinstance(desk.texts, FakeTexts)
    assert receipt.code not in str(desk.texts.held)


async def test_a_letter_is_received_on_the_day_the_registrar_vouches_for() -> None:
    desk = await ready()
    receipt = await take_in(letter(MONDAY, after(2)), desk)
    assert (receipt.due_on, receipt.due_provisional) == (date(2026, 3, 30), False)
    assert (await find(receipt.number, desk)).status is Status.RECEIVED


async def test_nothing_arrives_tomorrow() -> None:
    desk = await ready()
    with pytest.raises(ArrivalOutOfRange):
        await take_in(letter(after(1), MONDAY), desk)


@pytest.mark.parametrize("code", ["nobody", "closed"])
async def test_a_filing_to_no_or_a_dissolved_department_is_told_so_and_costs_no_number(code: str) -> None:
    desk = await ready()
    await desk.departments.put(Department("closed", "旧局", "旧", False, 1))
    with pytest.raises(Invalid, match="没有这个部门"):
        await take_in(web(department=code), desk)
    assert (await take_in(web(), desk)).number == "2026-审计-00001"


async def test_the_same_idempotency_key_brings_the_same_receipt() -> None:
    desk = await ready()
    first = await take_in(web(key="k"), desk)
    assert await take_in(web(key="k"), desk) == first
    assert told(desk) == ["request.received"]
    with pytest.raises(KeyUsedOtherwise):
        await take_in(web(key="k", description="另一份"), desk)


async def test_the_progress_of_a_served_request_shows_the_reply_and_its_remedies() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    await served(desk, receipt)
    found = await progress(receipt.number, receipt.code.lower(), AT, desk)
    assert isinstance(found, Progress)
    assert found.reply is not None
    assert (found.reply.text, found.reply.outcome.code) == ("答复全文", "R3.3.4")
    assert "应当先申请行政复议" in found.reply.remedies
    assert found.explanation[0].date == MONDAY


async def test_a_reply_not_yet_served_is_nobodys_to_read() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    await go(desk, receipt, Action.REGISTER, REGISTRAR)
    await go(desk, receipt, Action.ACCEPT, HANDLER)
    await go(desk, receipt, Action.DRAFT, HANDLER, text="答复全文", outcome="R3.1")
    found = await progress(receipt.number, receipt.code, AT, desk)
    assert isinstance(found, Progress)
    assert found.reply is None
    assert isinstance(desk.texts, FakeTexts)
    assert desk.texts.readings == []


async def test_an_applicant_sees_the_correction_notice_and_answers_it() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    await go(desk, receipt, Action.REGISTER, REGISTRAR)
    await go(desk, receipt, Action.ACCEPT, HANDLER)
    await go(desk, receipt, Action.REQUEST_CORRECTION, HANDLER, days=10, text="请写明文号")
    found = await progress(receipt.number, receipt.code, AT, desk)
    assert isinstance(found, Progress)
    assert (found.correction_notice, found.request.due_on) == ("请写明文号", None)
    await go(desk, receipt, Action.CORRECT, APPLICANT, after(1), text="文号为〔2025〕1号")
    assert (await find(receipt.number, desk)).due_on == date(2026, 3, 31)


async def test_wrong_number_and_wrong_code_look_the_same() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    wrong_code = [await progress(receipt.number, "0000", AT, desk) for _ in range(5)]
    wrong_number = [await progress("2026-审计-00009", "0000", AT, desk) for _ in range(5)]
    assert wrong_code == wrong_number == [*[WrongPair()] * 4, WrongPair(2)]


async def test_whoever_guesses_a_code_keeps_neither_its_applicant_out_nor_a_filing() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    for _ in range(9):
        await identify(receipt.number, "wrong", AT, desk)
    assert await identify(receipt.number, "wrong", AT, desk) == WrongPair(2)
    assert (await take_in(web(), desk)).number == "2026-审计-00002"
    assert not isinstance(await identify(receipt.number, receipt.code, AT, desk), WrongPair)


async def test_a_case_file_is_opened_for_a_recorded_purpose_and_shows_twins() -> None:
    desk = await ready()
    first = await take_in(web(), desk)
    second = await take_in(web(), desk)
    reading = Reading("han", "承办人乙", "办理答复", AT)
    case = await open_case(await find(second.number, desk), reading, desk)
    assert case.texts["applicant.name"] == "张三丰标记"
    assert [(twin.number, twin.same_wording) for twin in case.twins] == [(first.number, True)]
    assert isinstance(desk.texts, FakeTexts)
    assert [(number, read) for number, read, _ in desk.texts.readings] == [(second.number, reading)]


async def test_an_act_on_an_old_version_or_an_unknown_number_changes_nothing() -> None:
    desk = await ready()
    receipt = await take_in(web(), desk)
    with pytest.raises(StaleVersion):
        await act(Act(receipt.number, 7, Action.REGISTER, AT), REGISTRAR, desk)
    with pytest.raises(NotFound):
        await act(Act("2026-审计-00002", 1, Action.REGISTER, AT), REGISTRAR, desk)
    with pytest.raises(NotPossibleNow):
        await act(Act(receipt.number, 1, Action.CLOSE, AT), REGISTRAR, desk)
    assert told(desk) == ["request.received"]


def department(name: str, version: int, code: str = "audit") -> Event:
    return Event("department.changed", code, version, DepartmentState(code=code, name=name))


async def test_departments_end_at_their_newest_state_in_any_order_of_events() -> None:
    for order in ([1, 2, 3], [3, 1, 2], [2, 2, 3, 3, 1]):
        desk = fake_desk()
        for version in order:
            await keep_department(department(f"审计局{version}", version), desk.departments)
        held = await desk.departments.get("audit")
        assert held is not None
        assert (held.name, held.version) == ("审计局3", 3)


async def test_two_departments_never_share_a_short_name() -> None:
    desk = fake_desk()
    await keep_department(department("审计局", 1), desk.departments)
    await keep_department(department("审计局", 1, "audit-2"), desk.departments)
    held = await desk.departments.get("audit-2")
    assert held is not None
    assert held.short_name == "审计audit2"


async def test_an_event_about_something_else_is_refused() -> None:
    with pytest.raises(Refused):
        await keep_department(document_event(), fake_desk().departments)


def test_only_the_applicants_part_is_given_with_a_query_code() -> None:
    assert APPLICANT.parts == {Part.APPLICANT}
