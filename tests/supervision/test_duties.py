"""When a duty is open, due soon, overdue, met, met late or waived."""

from datetime import date
from typing import Any

import pytest

from shared.events import DepartmentState
from supervision.domain import DutyState, Entry, Facts, derive_ledger
from tests.supervision.building import (
    CALENDAR,
    TODAY,
    at,
    column,
    department,
    obligation,
    published,
    request,
)


def judged(today: date = TODAY, **facts: object) -> Entry:
    """The only obligation or request of the facts, as it stands."""
    ledger = derive_ledger(Facts(**{key: tuple(value) for key, value in facts.items()}), today, CALENDAR)  # type: ignore[arg-type]
    (entry,) = [*ledger.obligations, *ledger.requests]
    return entry


def test_a_dated_duty_is_open_until_five_working_days_before_its_day() -> None:
    # 2026-03-20 is a Friday; the fifth working day after it is the Friday of the next week.
    assert judged(obligations=[obligation(due_on=date(2026, 3, 28))]).state is DutyState.OPEN
    assert judged(obligations=[obligation(due_on=date(2026, 3, 27))]).state is DutyState.DUE_SOON
    assert judged(obligations=[obligation(due_on=TODAY)]).state is DutyState.DUE_SOON
    assert judged(obligations=[obligation(due_on=date(2026, 3, 19))]).state is DutyState.OVERDUE


def test_the_five_working_days_leave_out_the_spring_festival() -> None:
    before_the_festival = date(2026, 2, 13)
    due = obligation(due_on=date(2026, 2, 26))
    # Working days after 13 February: 14 (adjusted Saturday), 24, 25, 26, 27.
    assert judged(before_the_festival, obligations=[due]).state is DutyState.DUE_SOON
    later = obligation(due_on=date(2026, 2, 28))
    assert judged(before_the_festival, obligations=[later]).state is DutyState.OPEN


def test_a_duty_is_met_in_time_on_its_last_day_in_shanghai() -> None:
    due = obligation(due_on=date(2026, 1, 31), fulfilled_by=("d1",))
    in_time = published(published_at=at("2026-01-31", "23:59"))
    entry = judged(obligations=[due], documents=[in_time])
    assert (entry.state, entry.met_on, entry.evidence) == (DutyState.MET, date(2026, 1, 31), ("d1",))
    a_minute_later = published(published_at=at("2026-02-01", "00:00"))
    assert judged(obligations=[due], documents=[a_minute_later]).state is DutyState.MET_LATE


def test_the_first_document_that_fulfils_a_dated_duty_decides() -> None:
    due = obligation(due_on=date(2026, 1, 31), fulfilled_by=("late", "early"), catalogue_item="i1")
    documents = [
        published("late", "2026-02-05"),
        published("early", "2026-01-20"),
        published("of-the-item", "2026-01-25", items=("i1",)),
    ]
    entry = judged(obligations=[due], documents=documents)
    assert (entry.state, entry.evidence) == (DutyState.MET, ("early",))


def test_a_document_of_the_catalogue_item_fulfils_a_dated_duty() -> None:
    due = obligation(due_on=date(2026, 1, 31), catalogue_item="i1")
    document = published("d1", "2026-02-03", items=("i0", "i1"))
    assert judged(obligations=[due], documents=[document]).state is DutyState.MET_LATE


def test_a_document_dated_in_the_future_proves_nothing_yet() -> None:
    due = obligation(due_on=date(2026, 3, 31), fulfilled_by=("d1",))
    ahead = published("d1", "2026-03-21")
    assert judged(TODAY, obligations=[due], documents=[ahead]).state is DutyState.OPEN
    assert judged(date(2026, 3, 21), obligations=[due], documents=[ahead]).state is DutyState.MET


def test_a_duty_without_a_date_is_open_until_done_and_never_late() -> None:
    promptly = obligation(raw_term="根据工作进展情况及时公开", fulfilled_by=("d1",))
    assert judged(date(2035, 1, 1), obligations=[promptly]).state is DutyState.OPEN
    assert judged(obligations=[promptly], documents=[published("d1")]).state is DutyState.MET


def test_a_lasting_duty_is_judged_by_the_newest_document_of_its_column() -> None:
    lasting = obligation(recurring=True, raw_term="长期坚持", column="notices")
    site_column = column("notices", max_silence_days=14)
    old, new = (
        published("old", "2026-01-01", column="notices"),
        published("new", "2026-03-01", column="notices"),
    )

    def state(today: str) -> Entry:
        return judged(date.fromisoformat(today), obligations=[lasting], columns=[site_column], documents=[old, new])

    assert (state("2026-03-06").state, state("2026-03-06").evidence) == (DutyState.MET, ("new",))
    assert state("2026-03-15").state is DutyState.DUE_SOON
    assert state("2026-03-16").state is DutyState.OVERDUE
    assert state("2026-03-16").due_on is None
    assert state("2026-03-16").renew_by == date(2026, 3, 15)


def test_a_lasting_duty_is_judged_by_the_newest_document_of_its_item() -> None:
    lasting = obligation(recurring=True, catalogue_item="i1")
    documents = [published("a", "2026-01-01", items=("i1",)), published("b", "2026-02-01", items=("i1",))]
    entry = judged(obligations=[lasting], documents=documents)
    assert (entry.state, entry.evidence, entry.renew_by) == (DutyState.MET, ("b",), None)


def test_a_lasting_duty_nobody_has_begun_is_open() -> None:
    lasting = obligation(recurring=True, column="notices")
    assert judged(obligations=[lasting], columns=[column("notices")]).state is DutyState.OPEN


def test_a_recurring_duty_that_names_a_date_is_judged_by_it() -> None:
    yearly = obligation(recurring=True, due_on=date(2026, 1, 31))
    entry = judged(obligations=[yearly])
    assert (entry.state, entry.recurring) == (DutyState.OVERDUE, False)


def test_an_obligation_no_longer_active_is_waived() -> None:
    assert judged(obligations=[obligation(due_on=date(2020, 1, 1), active=False)]).state is DutyState.WAIVED


@pytest.mark.parametrize(
    ("responsible", "lead", "defects"),
    [
        ((), (), ("未明确责任部门",)),
        ((), ("audit",), ()),
        (("audit",), (), ()),
        (("closed", "audit"), ("closed",), ("责任部门已停用：档案局",)),
        (("not-yet-announced",), (), ()),
    ],
)
def test_an_obligation_nobody_answers_for_shows_its_defect(
    responsible: tuple[str, ...], lead: tuple[str, ...], defects: tuple[str, ...]
) -> None:
    departments: list[DepartmentState] = [department(), department("closed", "档案局", active=False)]
    entry = judged(obligations=[obligation(responsible=responsible, lead=lead)], departments=departments)
    assert entry.defects == defects


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"due_on": None}, DutyState.OPEN),
        ({"due_on": date(2026, 4, 1)}, DutyState.OPEN),
        ({"due_on": date(2026, 3, 27)}, DutyState.DUE_SOON),
        ({"due_on": date(2026, 3, 19)}, DutyState.OVERDUE),
        ({"due_on": date(2026, 3, 19), "decided_on": date(2026, 3, 19)}, DutyState.MET),
        ({"due_on": date(2026, 3, 18), "decided_on": date(2026, 3, 19)}, DutyState.MET_LATE),
        ({"due_on": date(2026, 3, 1), "decided_on": date(2026, 3, 1), "status": "withdrawn"}, DutyState.WAIVED),
        ({"due_on": date(2026, 3, 1), "decided_on": date(2026, 3, 9), "status": "lapsed"}, DutyState.WAIVED),
    ],
)
def test_a_request_is_judged_by_its_statutory_day(changed: dict[str, Any], state: DutyState) -> None:
    entry = judged(requests=[request(**changed)])
    assert (entry.state, entry.evidence) == (state, ("2026-审计-00001",))


def test_an_office_is_found_by_its_code_or_name_and_otherwise_by_the_column_it_keeps() -> None:
    offices = obligation(responsible=("办公室", "财政局"), lead=("legal",), column="notices")
    entry = judged(
        obligations=[offices],
        columns=[column("notices", department="audit")],
        departments=[department(), department("finance", "财政局"), department("legal", "司法局")],
    )
    assert entry.departments == ("finance", "legal", "audit")
    assert entry.responsible == ("办公室", "财政局", "司法局")


def test_lateness_is_counted_in_calendar_days_until_it_was_made_good() -> None:
    due = obligation(due_on=date(2026, 1, 31), fulfilled_by=("d1",))
    assert judged(date(2026, 2, 10), obligations=[due]).days_late == 10
    made_good = published("d1", "2026-02-05")
    assert judged(date(2026, 3, 10), obligations=[due], documents=[made_good]).days_late == 5
    ended = judged(requests=[request(due_on=date(2026, 3, 1), decided_on=date(2026, 3, 9), status="withdrawn")])
    assert (ended.days_late, ended.met_on) == (None, None)
