"""公开时限: every form the rules and the plan use is read, and what cannot be read is said to be so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.domain.deadline_rule import DisclosureDeadlineRule, Trigger, Unit
from catalog.domain.term_parser import parse_term
from shared.calendar import WorkCalendar

CALENDAR = WorkCalendar.from_package()


def rule(unit: Unit, **fields: object) -> dict[str, object]:
    return {"unit": unit, **fields}


YEAR_END = {"trigger": Trigger.YEAR_END, "month": 12}
READ = {
    "2018年7月底": rule(Unit.BY_DATE, year=2018, month=7),
    "2018 年底前": rule(Unit.BY_DATE, year=2018, **YEAR_END),
    "2018年年底前": rule(Unit.BY_DATE, year=2018, **YEAR_END),
    "2018 年": rule(Unit.BY_DATE, year=2018, **YEAR_END),
    "2018年7月31日前": rule(Unit.BY_DATE, year=2018, month=7, day=31),
    "2018年6月中旬": rule(Unit.BY_DATE, year=2018, month=6, day=20),
    "2018年上半年": rule(Unit.BY_DATE, year=2018, month=6),
    "每年1月31日前": rule(Unit.BY_DATE, month=1, day=31),
    "次年3月底前": rule(Unit.BY_DATE, month=3),
    "长期坚持": rule(Unit.LONG_TERM),
    "永久": rule(Unit.LONG_TERM),
    "长期": rule(Unit.LONG_TERM),
    "根据工作进展情况及时公开": rule(Unit.PROMPTLY),
    "及时": rule(Unit.PROMPTLY),
    "实时": rule(Unit.REALTIME),
    "形成或变更之日起20个工作日内": rule(Unit.WORKING_DAYS, n=20, trigger=Trigger.FORMED),
    "自该政府信息形成或者变更之日起20个工作日内予以公开": rule(Unit.WORKING_DAYS, n=20, trigger=Trigger.FORMED),
    "信息形成（变更）之日起２０个工作日内": rule(Unit.WORKING_DAYS, n=20, trigger=Trigger.FORMED),
    "信息形成或者变更之日起二十个工作日内（法律、法规对公开的期限另有规定的，从其规定）": rule(
        Unit.WORKING_DAYS, n=20, trigger=Trigger.FORMED
    ),
    "变更之日起3个工作日内": rule(Unit.WORKING_DAYS, n=3, trigger=Trigger.CHANGED),
    "作出决定之日起7个工作日内": rule(Unit.WORKING_DAYS, n=7, trigger=Trigger.DECIDED),
    "批复后20日内": rule(Unit.CALENDAR_DAYS, n=20, trigger=Trigger.APPROVED),
    "经本级人大批准后20日内": rule(Unit.CALENDAR_DAYS, n=20, trigger=Trigger.APPROVED),
    "年度终了后10个工作日内": rule(Unit.WORKING_DAYS, n=10, trigger=Trigger.YEAR_END),
    "20日内": rule(Unit.CALENDAR_DAYS, n=20),
    "一百零五日内": rule(Unit.CALENDAR_DAYS, n=105),
    "7个工作日": rule(Unit.WORKING_DAYS, n=7),
}
UNREAD = {
    "": "没有写明时限",
    "  ": "没有写明时限",
    "24小时内": "按小时计算的时限不能换算成日期",
    "每季度": "按周期公开的时限没有写明每期的最后一天",
    "按规定时限公开": "只写了按规定办理，没有写出期限本身",
    "2018年7月前": "只写了月份，看不出是月初还是月底",
    "2018年2月30日前": "日期不存在",
    "0日内": "数字超出范围",
    "20个工作日内，其中许可决定7个工作日内": "写了不止一个时限，请拆成几个事项",
    "及时公开；长期保持": "写了不止一个时限，请拆成几个事项",
    "未批准后20日内": "没有认出这种写法：未批准后20日内",
    "十十个工作日": "没有认出这种写法：十十个工作日",
    "公示期满": "没有认出这种写法：公示期满",
}


@pytest.mark.parametrize(("words", "expected"), READ.items())
def test_a_known_form_is_read(words: str, expected: dict[str, object]) -> None:
    term = parse_term(words)
    assert term.rule == DisclosureDeadlineRule.model_validate({**expected, "raw_text": words})


@pytest.mark.parametrize(("words", "reason"), UNREAD.items())
def test_what_cannot_be_read_has_no_rule_but_a_reason(words: str, reason: str) -> None:
    term = parse_term(words)
    assert (term.rule, term.reason, term.raw_text) == (None, reason, words)


def rules() -> st.SearchStrategy[DisclosureDeadlineRule]:
    open_ended = st.sampled_from([Unit.REALTIME, Unit.PROMPTLY, Unit.LONG_TERM]).map(lambda unit: {"unit": unit})
    counted = st.fixed_dictionaries(
        {
            "unit": st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS]),
            "n": st.integers(1, 3650),
            "trigger": st.none() | st.sampled_from(Trigger),
        }
    )
    years = st.none() | st.integers(1949, 2999)
    by_month = st.fixed_dictionaries(
        {
            "unit": st.just(Unit.BY_DATE),
            "year": years,
            "month": st.integers(1, 12),
            "day": st.none() | st.integers(1, 28),
        }
    )
    year_end = st.builds(lambda year: {"unit": Unit.BY_DATE, "year": year, **YEAR_END}, years)
    return (open_ended | counted | by_month | year_end).map(DisclosureDeadlineRule.model_validate)


@given(rules())
def test_a_rule_in_words_reads_as_the_same_rule(rule: DisclosureDeadlineRule) -> None:
    words = rule.in_words()
    assert parse_term(words).rule == rule.model_copy(update={"raw_text": words})


@given(rules())
def test_a_rule_survives_json(rule: DisclosureDeadlineRule) -> None:
    assert DisclosureDeadlineRule.model_validate_json(rule.model_dump_json()) == rule


FRAGMENTS = [
    "20",
    "三",
    "个工作日",
    "日内",
    "2018年",
    "7月",
    "底",
    "前",
    "形成",
    "或",
    "变更",
    "之日起",
    "及时",
    "长期",
    "，",
    "每年",
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join))
def test_any_text_is_read_or_refused_with_a_reason_and_kept(words: str) -> None:
    term = parse_term(words)
    assert term.raw_text == words
    assert (term.rule is None) == bool(term.reason)


@given(rules(), st.dates(date(2004, 1, 1), date(2030, 12, 31)))
def test_a_due_day_is_never_before_its_start_unless_the_rule_names_the_day(
    rule: DisclosureDeadlineRule, since: date
) -> None:
    due = rule.due(since, CALENDAR)
    assert due.on is None or rule.fixed_day is not None or due.on >= since
    assert due.explanation


@pytest.mark.parametrize(
    ("words", "since", "due_on"),
    [
        ("形成或者变更之日起20个工作日内", date(2026, 9, 18), date(2026, 10, 22)),
        ("7个工作日内", date(2026, 2, 14), date(2026, 3, 3)),
        ("批复后20日内", date(2026, 2, 10), date(2026, 3, 2)),
        ("2018年7月底", date(2018, 3, 16), date(2018, 7, 31)),
        ("2018 年", date(2018, 3, 16), date(2018, 12, 31)),
        ("每年1月31日前", date(2026, 2, 1), date(2027, 1, 31)),
        ("每年2月底前", date(2028, 1, 1), date(2028, 2, 29)),
        ("年度终了后5个工作日内", date(2025, 7, 1), date(2026, 1, 8)),
        ("长期坚持", date(2026, 1, 1), None),
    ],
)
def test_a_due_day_follows_the_work_calendar(words: str, since: date, due_on: date | None) -> None:
    rule = parse_term(words).rule
    assert rule is not None
    assert rule.due(since, CALENDAR).on == due_on


def test_a_due_day_in_a_year_without_a_holiday_notice_is_provisional() -> None:
    rule = parse_term("20个工作日内").rule
    assert rule is not None
    assert rule.due(date(2026, 12, 10), CALENDAR).provisional
    assert not rule.due(date(2026, 9, 18), CALENDAR).provisional


@pytest.mark.parametrize(
    "fields",
    [
        {"unit": "working_days"},
        {"unit": "realtime", "n": 3},
        {"unit": "by_date"},
        {"unit": "by_date", "year": 2018, "month": 2, "day": 30},
        {"unit": "by_date", "month": 6, "trigger": "formed"},
        {"unit": "by_date", "month": 6, "trigger": "year_end"},
        {"unit": "long_term", "trigger": "formed"},
        {"unit": "promptly", "year": 2018},
        {"unit": "calendar_days", "n": 4000},
    ],
)
def test_a_rule_that_contradicts_its_unit_cannot_be_made(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DisclosureDeadlineRule.model_validate(fields)
