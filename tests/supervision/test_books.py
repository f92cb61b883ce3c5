"""What every keeper of the books must do; runs on the one in memory and on PostgreSQL."""

from datetime import date

import pytest

from shared.consuming import Refused
from shared.events import DepartmentState, DocumentState, Event
from supervision.consumers import PROJECTIONS
from supervision.domain import DutyState, Freshness, derive_ledger
from supervision.handlers import record
from tests.supervision.books import Books, MemoryBooks, taken
from tests.supervision.building import (
    CALENDAR,
    TODAY,
    calendar,
    column,
    department,
    document,
    event,
    obligation,
    request,
)


@pytest.mark.parametrize("state", [document(), obligation(), request(), column(), department(), calendar()])
async def test_only_a_newer_sequence_is_news(books: Books, state: DocumentState) -> None:
    deliveries = [event(state, 2), event(state, 2), event(state, 1), event(state, 3)]
    assert await taken(books, deliveries) == [True, False, False, True]


async def test_only_a_newer_calendar_takes_the_place_of_the_one_held(books: Books) -> None:
    assert await books.calendar(CALENDAR) is CALENDAR
    await taken(books, [event(calendar("2026-03-23"), 7), event(calendar("2026-03-24"), 6)])
    newest = await books.calendar(CALENDAR)
    assert (newest.version, newest.gazetted) == (7, CALENDAR.gazetted)
    assert [newest.is_working_day(date(2026, 3, day)).working for day in (23, 24)] == [False, True]
    assert await books.calendar(newest) is newest


async def test_a_withdrawn_document_cannot_be_resurrected_by_a_late_publish(books: Books) -> None:
    await taken(books, [event(column()), event(document(withdrawn=True), 2)])
    await books.take(event(document(column="notices", catalogue_items=("i1",)), 1))
    (found,) = derive_ledger(await books.facts(TODAY), TODAY, CALENDAR).columns
    assert found.state is Freshness.BLANK


async def test_a_withdrawal_takes_its_evidence_away(books: Books) -> None:
    duty = obligation(catalogue_item="i1", due_on=date(2026, 3, 1))
    shown = document(day="2026-02-01", catalogue_items=("i1",))
    await taken(books, [event(duty), event(shown, 1)])
    assert await duty_state(books) is DutyState.MET
    await books.take(event(document(withdrawn=True), 2))
    assert await duty_state(books) is DutyState.OVERDUE


async def test_a_document_moved_to_another_item_no_longer_fulfils_the_first(books: Books) -> None:
    await taken(books, [event(obligation(catalogue_item="i1")), event(document(catalogue_items=("i1",)), 1)])
    assert await duty_state(books) is DutyState.MET
    await books.take(event(document(catalogue_items=("i2", "i2")), 2))
    assert await duty_state(books) is DutyState.OPEN


async def duty_state(books: Books) -> DutyState:
    (entry,) = derive_ledger(await books.facts(TODAY), TODAY, CALENDAR).obligations
    return entry.state


async def test_a_settled_request_leaves_the_owed_ones_and_is_counted(books: Books) -> None:
    owed, late = request("1"), request("2", due_on=date(2026, 3, 2), decided_on=date(2026, 3, 3))
    await taken(books, [event(owed), event(late), event(request("3", status="withdrawn", decided_on=date(2026, 3, 1)))])
    assert [held.number for held in (await books.facts(TODAY)).requests] == ["1"]
    assert await books.settled_counts() == {
        ("audit", DutyState.MET_LATE): 1,
        ("audit", DutyState.WAIVED): 1,
    }


async def test_settled_requests_come_by_due_date_and_number_from_after_a_position(books: Books) -> None:
    days = {"a": date(2026, 1, 2), "b": date(2026, 1, 1), "c": date(2026, 1, 1), "d": None}
    for number, due_on in days.items():
        await books.take(event(request(number, due_on=due_on, decided_on=date(2025, 12, 31))))
    await books.take(event(request("x", department="finance", decided_on=date(2025, 12, 31))))

    async def numbers(after: tuple[date, str] | None, limit: int) -> list[str]:
        found = await books.settled_requests(DutyState.MET, {"audit"}, after, limit)
        return [held.number for held in found]

    assert await numbers(None, 10) == ["b", "c", "a", "d"]
    assert await numbers((date(2026, 1, 1), "b"), 2) == ["c", "a"]
    assert await numbers((date(2026, 1, 2), "a"), 2) == ["d"]
    assert len(await books.settled_requests(DutyState.MET, None, None, 10)) == 5


@pytest.mark.parametrize(("subject", "projection"), PROJECTIONS.items())
async def test_a_queue_refuses_events_of_another_kind(subject: str, projection: object) -> None:
    stranger: Event = event(department()) if subject != "department" else event(document())
    with pytest.raises(Refused, match="does not belong"):
        await record(stranger, PROJECTIONS[subject].announced, MemoryBooks())


async def test_what_is_kept_reads_back_as_it_was_announced(books: Books) -> None:
    announced: list[DepartmentState] = [department(), department("finance", "财政局", active=False)]
    await taken(books, [event(state) for state in announced])
    assert sorted((await books.facts(TODAY)).departments, key=lambda held: held.code) == announced
