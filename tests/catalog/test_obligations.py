"""Obligations: due days, what fulfils them in whatever order it is told, rounds of yearly ones, defects."""

import itertools
from datetime import date
from typing import Any

import pytest

from catalog.domain.fulfilment import DueDayAgainstTerm
from catalog.domain.obligations import (
    Obligation,
    ObligationIsDerived,
    Standing,
    UnknownColumn,
    UnknownItem,
    defects,
)
from catalog.handlers.obligations import begin_next_rounds, put_obligation, record_documents
from shared.problems import StaleVersion, VersionRequired
from tests.catalog.conftest import Office
from tests.catalog.making import TODAY, an_item, an_obligation, on, publish, published, withdrawn


async def held(office: Office, obligation: str = "task-1") -> Obligation:
    found = await office.desk.obligations.get(obligation)
    assert found is not None
    return found


async def enter(office: Office, **fields: Any) -> Obligation:
    return await put_obligation(an_obligation(**fields), None, None, "editor", office.desk)


async def test_a_term_that_names_a_day_gives_the_due_day_and_is_told(office: Office) -> None:
    made = await enter(office, raw_term="2018年7月底")
    assert (made.due_on, made.standing(TODAY)) == (date(2018, 7, 31), Standing.OVERDUE)
    assert await held(office) == made
    assert await office.told() == [("obligation.changed", "task-1", 1)]
    assert (await office.events())[0].data == made.state()


async def test_a_counted_term_has_a_due_day_once_it_has_started(office: Office) -> None:
    waiting = await enter(office, raw_term="形成之日起20个工作日内")
    assert waiting.due_on is None
    started = an_obligation(raw_term="形成之日起20个工作日内", triggered_on=date(2026, 9, 18))
    assert (await put_obligation(started, None, 1, "editor", office.desk)).due_on == date(2026, 10, 22)


async def test_a_day_may_be_stated_where_the_term_names_none_but_not_against_it(office: Office) -> None:
    stated = date(2026, 12, 1)
    made = await put_obligation(an_obligation(raw_term="尽早安排"), stated, None, "editor", office.desk)
    assert made.due_on == stated
    with pytest.raises(DueDayAgainstTerm, match="完成日期 2026-12-01 与时限“2018年7月底”（2018-07-31）不一致"):
        await put_obligation(an_obligation("other", raw_term="2018年7月底"), stated, None, "e", office.desk)


async def test_a_document_naming_the_item_fulfils_a_one_off_task_and_its_withdrawal_reopens_it(
    office: Office,
) -> None:
    await publish(office.desk, an_item())
    await enter(office, catalogue_item="audit-01", raw_term="2026年底前")
    await record_documents([published("d1", items=("audit-01",))], office.desk)
    met = await held(office)
    assert (met.fulfilled_by, met.met_on, met.standing(TODAY)) == (("d1",), TODAY, Standing.MET)
    await record_documents([withdrawn("d1")], office.desk)
    assert (await held(office)).fulfilled_by == ()
    told = [each for each in await office.told() if each[1] == "task-1"]
    assert [sequence for _, _, sequence in told] == [1, 2, 3]


async def test_a_document_published_before_the_task_was_entered_fulfils_it_too(office: Office) -> None:
    await publish(office.desk, an_item())
    await record_documents([published("d1", items=("audit-01",))], office.desk)
    assert (await enter(office, catalogue_item="audit-01")).fulfilled_by == ("d1",)


async def test_a_document_after_the_due_day_is_late(office: Office) -> None:
    await publish(office.desk, an_item())
    await enter(office, catalogue_item="audit-01", raw_term="2018年7月底")
    await record_documents([published("d1", items=("audit-01",))], office.desk)
    assert (await held(office)).standing(TODAY) == Standing.MET_LATE


EVENTS = [
    published("d1", 1, items=("audit-01",)),
    published("d1", 2, items=("audit-02",)),
    published("d2", 1, items=("audit-01",)),
    withdrawn("d2", 2),
    published("d3", 1, items=("audit-01", "audit-02")),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
async def test_any_order_and_repetition_of_documents_leaves_the_same_state(
    office: Office, order: tuple[int, ...]
) -> None:
    await publish(office.desk, an_item("audit-01"), an_item("audit-02"))
    await enter(office, catalogue_item="audit-01")
    for place in (*order, *order):
        await record_documents([EVENTS[place]], office.desk)
    assert (await held(office)).fulfilled_by == ("d3",)
    assert await office.desk.documents.by_item() == {"audit-01": ["d3"], "audit-02": ["d1", "d3"]}


async def test_a_recurring_task_is_fulfilled_only_by_documents_an_editor_names(office: Office) -> None:
    await publish(office.desk, an_item())
    await enter(office, catalogue_item="audit-01", raw_term="长期坚持", recurring=True)
    await record_documents([published("d1", items=("audit-01",))], office.desk)
    assert (await held(office)).fulfilled_by == ()
    named = an_obligation(
        catalogue_item="audit-01", raw_term="长期坚持", recurring=True, named_documents=("d1", "not-yet-seen")
    )
    assert (await put_obligation(named, None, 1, "editor", office.desk)).fulfilled_by == ("d1", "not-yet-seen")
    await record_documents([withdrawn("d1")], office.desk)
    assert (await held(office)).fulfilled_by == ("not-yet-seen",)


async def test_a_yearly_duty_met_in_time_comes_due_again_next_year(office: Office) -> None:
    await publish(office.desk, an_item(raw_deadline="每年1月31日前"))
    await record_documents([published("d1", on=date(2027, 1, 20), items=("audit-01",))], office.desk)
    assert (await held(office, "item-audit-01")).standing(date(2027, 1, 20)) == Standing.MET
    await begin_next_rounds(on(office.desk, date(2027, 1, 31)))
    assert (await held(office, "item-audit-01")).due_on == date(2027, 1, 31)
    await begin_next_rounds(on(office.desk, date(2027, 2, 1)))
    await begin_next_rounds(on(office.desk, date(2027, 2, 1)))
    following = await held(office, "item-audit-01")
    assert (following.due_on, following.fulfilled_by, following.version) == (date(2028, 1, 31), (), 3)


async def test_a_late_yearly_report_is_not_counted_for_the_next_year(office: Office) -> None:
    await publish(office.desk, an_item(raw_deadline="每年1月31日前"))
    missed = await held(office, "item-audit-01")
    assert missed.standing(date(2027, 2, 10)) == Standing.OVERDUE
    await begin_next_rounds(on(office.desk, date(2027, 2, 10)))
    assert (await held(office, "item-audit-01")).due_on == date(2027, 1, 31)
    await record_documents([published("d1", on=date(2027, 2, 15), items=("audit-01",))], office.desk)
    assert (await held(office, "item-audit-01")).standing(date(2027, 2, 15)) == Standing.MET_LATE
    await begin_next_rounds(on(office.desk, date(2027, 2, 16)))
    following = await held(office, "item-audit-01")
    assert (following.due_on, following.fulfilled_by) == (date(2028, 1, 31), ())


async def test_editing_a_yearly_task_does_not_wipe_out_the_day_it_missed(office: Office) -> None:
    await put_obligation(an_obligation(raw_term="每年1月31日前", recurring=True), None, None, "e", office.desk)
    edited = an_obligation(raw_term="每年1月31日前", recurring=True, responsible=("法规科",))
    later = on(office.desk, date(2027, 3, 1))
    assert (await put_obligation(edited, None, 1, "e", later)).standing(later.today) == Standing.OVERDUE


async def test_an_obligation_that_is_already_so_is_neither_changed_nor_told(office: Office) -> None:
    made = await enter(office, raw_term="2018年7月底")
    assert await enter(office, raw_term="2018年7月底") == made
    assert len(await office.events()) == 1


async def test_changing_an_obligation_needs_the_version_it_changes(office: Office) -> None:
    await enter(office)
    with pytest.raises(VersionRequired):
        await enter(office, title="另一件事")
    with pytest.raises(StaleVersion):
        await put_obligation(an_obligation(title="另一件事"), None, 5, "editor", office.desk)


async def test_an_obligation_must_point_to_things_that_are_there(office: Office) -> None:
    with pytest.raises(UnknownItem, match="目录事项“audit-99”不存在"):
        await enter(office, catalogue_item="audit-99")
    with pytest.raises(UnknownColumn, match="栏目“gone”不存在"):
        await enter(office, column="gone")


async def test_a_derived_obligation_is_changed_through_the_catalogue_only(office: Office) -> None:
    await publish(office.desk, an_item())
    with pytest.raises(ObligationIsDerived):
        await put_obligation(an_obligation("item-audit-01"), None, 1, "editor", office.desk)


async def test_an_empty_responsible_department_is_kept_shown_and_can_be_assigned(office: Office) -> None:
    made = await enter(office, responsible=(), raw_term="长期坚持", recurring=True)
    assert made.responsible == ()
    assert [defect.code for defect in defects(made)] == ["nobody_responsible"]
    assigned = an_obligation(responsible=("办公室",), raw_term="长期坚持", recurring=True)
    assert defects(await put_obligation(assigned, None, 1, "supervisor", office.desk)) == []


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"raw_term": "长期坚持"}, []),
        ({"responsible": (), "lead": ("办公室",), "raw_term": "2018年"}, []),
        ({"raw_term": ""}, ["no_term"]),
        ({"raw_term": "视情况而定"}, ["term_unclear"]),
        ({"raw_term": "视情况而定", "due_on": TODAY}, []),
        ({"responsible": ("某局办公室",), "supporting": ("办公室",), "raw_term": "及时"}, ["same_office_twice"]),
    ],
)
def test_defects_are_what_the_source_leaves_unsaid(fields: dict[str, Any], codes: list[str]) -> None:
    assert [defect.code for defect in defects(an_obligation(**fields))] == codes
