"""The portal's own rules: dates as people write them, days in words, drafts as text, versions compared."""

from datetime import UTC, date, datetime

import pytest

from portal.clients.catalog import Column
from portal.clients.intake import Day
from portal.clients.publishing import Draft
from portal.clients.supervision import DepartmentFigures
from portal.console.authoring import as_text, editable, fields, preview_html, words
from portal.console.comparing import compare, paragraphs
from portal.dates import NotADate, read_date, read_parts
from portal.public.columns import tree
from portal.public.filing import DEFAULTS, FIELDS, check, errors_of, filing, read_form, read_number
from portal.public.search import shorter_queries
from portal.public.supervision import department_row
from portal.refusals import refusal
from portal.sanitising import without_opening
from portal.wording import days_left, file_size, moment, number, status_of, told


@pytest.mark.parametrize(
    "text", ["2026年3月5日", "2026-3-5", "20260305", "２０２６／０３／０５", " 2026 . 3 . 5 ", "2026年03月05"]
)
def test_a_date_is_understood_however_it_is_written(text: str) -> None:
    assert read_date(text) == date(2026, 3, 5)


@pytest.mark.parametrize("text", ["2026年2月30日", "三月五日", "2026-13-01", "26-3-5"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        read_date(text)


def test_a_date_in_three_fields_may_be_absent_or_pasted_whole() -> None:
    assert read_parts({"on_y": "", "on_m": "", "on_d": ""}, "on") is None
    assert read_parts({"on_y": "2026年3月5日"}, "on") == date(2026, 3, 5)
    assert read_parts({"on_y": "2026", "on_m": "３", "on_d": "5"}, "on") == date(2026, 3, 5)


def test_days_left_are_counted_in_working_days() -> None:
    days = [Day(date=date(2026, 11, d), counted=d not in (14, 15)) for d in range(12, 19)]
    assert days_left(date(2026, 11, 18), days, date(2026, 11, 13)) == "还剩 3 个工作日"
    assert days_left(date(2026, 11, 18), days, date(2026, 11, 18)) == "今天到期"
    assert days_left(date(2026, 11, 18), days, date(2026, 11, 20)) == "已超期 2 天"
    assert days_left(date(2026, 12, 24), [], date(2026, 11, 27)) == "还剩 19 个工作日"  # a list has no explained days
    assert days_left(None, [], date(2026, 11, 20)) == ""


def test_times_are_told_in_china() -> None:
    assert moment(datetime(2026, 11, 3, 18, 5, tzinfo=UTC)) == "2026年11月4日 02:05"


def test_a_moment_written_by_a_service_is_told_as_people_read_it() -> None:
    assert told("2026-11-23T06:30:00+00:00") == "2026年11月23日 14:30"
    assert told("") == ""


def test_errors_of_a_request_come_in_the_order_of_its_form() -> None:
    wrong = filled(department="", description="", name="", email="")
    assert list(check(wrong)) == ["department", "description", "name", "phone", "email"]


def test_sizes_and_numbers_read_as_people_say_them() -> None:
    assert [file_size(n) for n in (512, 2048, 5 * 1024 * 1024)] == ["512 字节", "2.0 KB", "5.0 MB"]
    assert (number(12876), number(None)) == ("12,876", "未报")


def test_an_unknown_state_is_shown_as_it_is_named() -> None:
    assert status_of("reopened").word == "reopened"
    assert status_of("overdue").shape == "■"


def test_simple_bodies_are_edited_as_text_and_come_back_the_same() -> None:
    html = "<h2>一、范围</h2>\n<p>本办法<strong>适用</strong>于本县。</p>\n<ul><li>甲</li><li>乙</li></ul>"
    text = as_text(html)
    assert text == "## 一、范围\n本办法**适用**于本县。\n- 甲\n- 乙"
    assert "<h2>一、范围</h2>" in preview_html({"format": "text", "body": text})


@pytest.mark.parametrize("html", ["<table><tr><td>1</td></tr></table>", '<p><a href="/x">y</a></p>'])
def test_bodies_that_text_cannot_hold_are_edited_as_they_are(html: str) -> None:
    assert as_text(html) is None
    values = editable(Draft(id="1", version=1, body_html=html))
    assert (values["format"], values["body"]) == ("html", html)


def test_the_editors_fields_are_checked_before_they_are_sent() -> None:
    values = editable(Draft(id="", version=0)) | {"keywords": "审计，预算；决算"}
    sent, errors = fields(values, {"issued_on_y": "2026", "issued_on_m": "2", "issued_on_d": "30"})
    assert errors == {
        "title": "请填写标题",
        "issued_on": "成文日期不是有效的日期，例如 2026 年 3 月 5 日",
    }
    assert sent["keywords"] == ["审计", "预算", "决算"]
    assert words(" ，、 ") == []


def test_changed_characters_are_marked_on_both_sides() -> None:
    rows = compare(["九十日内完成", "不变", "整段删去了的内容"], ["六十日内完成", "不变"])
    assert rows[0] == ("<del>九</del>十日内完成", "<ins>六</ins>十日内完成", True)
    assert rows[1][2] is False
    assert rows[2][:2] == ("<del>整段删去了的内容</del>", "")


def test_comparing_escapes_what_it_compares() -> None:
    assert compare([], ["<script>"])[0][1] == "<ins>&lt;script&gt;</ins>"
    assert paragraphs("<p>甲</p><table><tr><td>1</td><td>2</td></tr></table>") == ["甲", "1　2"]


def filled(**changes: str) -> dict[str, str]:
    form = dict.fromkeys(FIELDS, "") | DEFAULTS | {"department": "audit", "description": "整改情况"}
    return read_form(form | {"name": "陈某", "id_number": "1234 5678", "email": "a@b.cn"} | changes)


def test_a_filing_carries_only_the_fields_of_its_applicant() -> None:
    sent = filing(filled())
    assert set(sent["applicant"]) == {"kind", "name", "contact", "id_kind", "id_number"}
    assert sent["applicant"]["id_number"] == "12345678"
    organisation = filing(filled(kind="organisation"))["applicant"]
    assert "id_number" not in organisation


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"department": ""}, "department"),
        ({"description": "  "}, "description"),
        ({"name": ""}, "name"),
        ({"id_number": ""}, "id_number"),
        ({"kind": "organisation"}, "organisation_kind"),
        ({"email": "nothing"}, "email"),
        ({"email": "", "delivery": "pickup"}, "phone"),
        ({"delivery": "post"}, "address"),
        ({"delivery": "pigeon"}, "delivery"),
        ({"description": "字" * 5001}, "description"),
    ],
)
def test_a_filing_that_cannot_work_is_explained(changes: dict[str, str], field: str) -> None:
    assert check(filled()) == {}
    assert field in check(filled(**changes))


@pytest.mark.parametrize(
    "typed", ["2026-审计-00001", "2026审计00001", "２０２６－审计－００００１", " 2026 审计 1 ", "2026—审计—00001"]
)
def test_a_request_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert read_number(typed) == "2026-审计-00001"
    assert read_number("x") == "x"


def test_intakes_messages_find_their_field() -> None:
    assert errors_of({"applicant.id_number": "有误", "applicant": "须提供证明"}) == {
        "id_number": "有误",
        "": "须提供证明",
    }


def test_a_refusal_says_its_most_telling_sentence() -> None:
    assert refusal(409, {"title": "不行", "detail": "因为"}).sentence == "因为"
    assert refusal(418, {}).sentence == "请求有误"
    assert refusal(422, {"detail": "错", "field": "title"}).fields == {"title": "错"}


def test_columns_in_a_circle_or_without_parent_are_still_shown() -> None:
    nodes = tree([Column(code="a", name="甲", parent="gone"), Column(code="b", name="乙", parent="a")])
    assert [(n["name"], [c["name"] for c in n["children"]]) for n in nodes] == [("甲", ["乙"])]


def test_a_query_of_several_words_is_tried_word_by_word() -> None:
    assert shorter_queries("量子计算机 采购") == ["量子计算机", "采购"]
    assert shorter_queries("采购") == []


def test_a_passage_does_not_repeat_the_heading_beside_it() -> None:
    headings = ["", "二、收支预算"]
    assert without_opening(["二、收支预算 2026年收入"], headings) == ["2026年收入"]
    assert without_opening(["二、<em>收支预算</em> 2026年<em>收入</em>"], headings) == ["2026年<em>收入</em>"]
    assert without_opening(["三、收支预算"], headings) == ["三、收支预算"]


def test_columns_that_are_late_and_empty_ones_are_counted_apart() -> None:
    row = department_row(DepartmentFigures(code="a", name="甲", columns={"stale": 0, "blank": 3}))
    assert (row["stale"], row["blank"]) == (0, 3)
