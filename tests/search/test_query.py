"""How a person's words are read."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.asking import read_asked
from search.domain import DatesReversed, PageTooLarge, QueryTooLong, Search, Sort, Words, fold_number, read_words
from search.helping import shorter
from search.paging.cursors import CursorInvalid, CursorOfAnother, Cursors, Place
from search.query import search_body
from shared.problems import Invalid


def test_phrases_exclusions_and_fields_are_read() -> None:
    words = read_words('审计 "政务公开" -通知 标题:预算 文号:鲁审发〔2018〕5号 部门:审计局')
    assert words == Words(
        free="审计",
        phrases=("政务公开",),
        title=("预算",),
        document_number=("鲁审发〔2018〕5号",),
        department=("审计局",),
        unwanted=Words(phrases=("通知",)),
    )


def test_what_must_not_be_may_be_bound_to_a_field() -> None:
    words = read_words("-标题：审计 -文号:审发〔2025〕31号 -部门:审计局 预算")
    unwanted = Words(title=("审计",), document_number=("审发〔2025〕31号",), department=("审计局",))
    assert words == Words(free="预算", unwanted=unwanted)


def test_chinese_quotes_and_full_width_signs_are_read_like_plain_ones() -> None:
    assert read_words("“重点领域” 标题：预算 ２０１８") == read_words('"重点领域" 标题:预算 2018')


@pytest.mark.parametrize("query", ["", "   ", "。，！", '"', "-", '""', "标题:", "()[]{}^~*?\\/"])
def test_a_query_without_a_letter_or_digit_asks_for_nothing(query: str) -> None:
    assert not read_words(query)


def test_a_minus_inside_a_word_excludes_nothing() -> None:
    assert read_words("三-五年").unwanted is None


def test_too_long_a_query_is_refused_with_its_limit() -> None:
    with pytest.raises(QueryTooLong, match="200"):
        read_words("审" * 201)


@pytest.mark.parametrize("limit", [0, -1, 51])
def test_a_page_of_no_sensible_size_is_refused(limit: int) -> None:
    with pytest.raises(PageTooLarge):
        Search(Words(), limit=limit)


@pytest.mark.parametrize(
    "number",
    [
        "鲁审发〔2018〕5号",
        "鲁审发[2018]5号",
        "鲁审发（2018） 5 号",
        "鲁审发【２０１８】５号",
        "鲁审发〖2018〗5号",
        "鲁审发{2018}5号",
    ],
)
def test_a_document_number_is_one_in_any_bracket_and_width(number: str) -> None:
    assert fold_number(number) == "鲁审发20185号"


@given(st.text(max_size=200))
def test_any_text_becomes_a_request_body(query: str) -> None:
    body = search_body(Search(read_words(query), sort=Sort.RELEVANCE))
    assert body["size"] == 10
    assert "query_string" not in str(body)


def test_a_facet_counts_without_its_own_filter() -> None:
    body = search_body(Search(read_words("审计"), kinds=("notice",), years=(2018,)))
    assert body["aggs"]["kind"]["filter"] == {"bool": {"filter": [{"terms": {"year": [2018]}}]}}
    assert body["aggs"]["year"]["filter"] == {"bool": {"filter": [{"terms": {"kind": ["notice"]}}]}}


def test_only_the_first_page_counts_facets_and_only_when_asked() -> None:
    words = read_words("审计")
    assert set(search_body(Search(words))["aggs"]) == {
        "kind",
        "department",
        "year",
        "column",
        "validity",
        "has_attachment",
    }
    assert set(search_body(Search(words), Place(("a",), 1))["aggs"]) == {"all"}
    assert "aggs" not in search_body(Search(words, facets=False))


def test_a_filter_that_is_no_facet_comes_before_the_counting() -> None:
    body = search_body(Search(read_words("审计"), begin=date(2018, 1, 1), end=date(2018, 12, 31)))
    days = {"gte": "2018-01-01", "lt": "2019-01-01", "time_zone": "+08:00"}
    assert body["query"]["bool"]["filter"] == [{"range": {"published_at": days}}]


@pytest.mark.parametrize("query", ["索引号:SD-2018/5", "index:SD-2018/5", "索引号： SD-2018/5", "INDEX:SD-2018/5"])
def test_an_index_number_is_a_filter(query: str) -> None:
    words = read_words(query)
    assert words == Words(index_number=("SD-2018/5",))
    assert search_body(Search(words))["query"]["bool"]["filter"] == [{"term": {"index_number": "sd-2018/5"}}]


def test_english_prefixes_are_read_like_the_chinese_ones() -> None:
    assert read_words("title:预算 number:5号 department:审计局") == read_words("标题:预算 文号:5号 部门:审计局")


def test_too_many_phrases_become_plain_words() -> None:
    words = read_words(" ".join(f'"第{number}"' for number in range(20)))
    assert len(words.phrases) == 8
    assert "第19" in words.free


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ("colour=red", "colour", "没有名为“colour”的检索条件"),
        ("kind=poem", "kind", "信息类别"),
        ("year=20x8", "year", "年份"),
        ("year=999999999999", "year", "年份"),
        ("from=2018-13-01", "from", "开始日期"),
        ("to=tomorrow", "to", "结束日期"),
        ("dates=born", "dates", "日期类型"),
        ("validity=maybe", "validity", "有效性"),
        ("has_attachment=perhaps", "has_attachment", "有无附件"),
        ("sort=best", "sort", "排序"),
        ("limit=ten", "limit", "每页条数"),
        ("explain=why", "explain", "explain"),
        ("cursor=" + "a" * 9000, "cursor", "翻页标记"),
        ("&".join(f"year={2000 + number}" for number in range(21)), "year", "最多选 20 个"),
        ("department=" + "x" * 201, "department", "部门"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named_in_chinese(given: str, field: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        read_asked(parse_qsl(given))
    assert refused.value.field == field


def test_dates_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(DatesReversed, match="晚于"):
        read_asked([("from", "2019-01-01"), ("to", "2018-01-01")])


def test_the_same_choice_in_another_order_is_the_same_question() -> None:
    one = read_asked(parse_qsl("q=审计&kind=news&kind=notice&year=2018"))
    assert one == read_asked(parse_qsl("year=2018&kind=notice&kind=news&kind=news&q=审计&column="))


CURSORS = Cursors("secret")
PLACE = Place(("a", "b"), 12, 1.5, "point", (1.5, 7, "b"))


def test_a_cursor_brings_back_its_place_for_any_size_of_page() -> None:
    search = Search(read_words("审计"), kinds=("news",))
    cursor = CURSORS.write(search, PLACE)
    assert CURSORS.read(replace(search, limit=50, facets=False), cursor) == PLACE


def test_a_cursor_of_another_question_is_refused() -> None:
    cursor = CURSORS.write(Search(read_words("审计")), PLACE)
    for other in (Search(read_words("预算")), Search(read_words("审计"), years=(2018,)), Search(read_words("-审计"))):
        with pytest.raises(CursorOfAnother):
            CURSORS.read(other, cursor)


@given(st.one_of(st.text(max_size=60), st.integers(0, 200)))
def test_a_cursor_we_did_not_make_is_refused(made: str | int) -> None:
    search = Search(read_words("审计"))
    if isinstance(made, int):
        cursor = CURSORS.write(search, PLACE)
        place = made % len(cursor)
        made = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        if made[-1] != cursor[-1]:
            return  # the last letter's unused bits say nothing
    with pytest.raises(CursorInvalid):
        CURSORS.read(search, made)


def test_a_cursor_of_another_installation_is_refused() -> None:
    search = Search(read_words("审计"))
    with pytest.raises(CursorInvalid):
        CURSORS.read(search, Cursors("other").write(search, PLACE))


@pytest.mark.parametrize(
    ("query", "shortened"),
    [
        ("审计 预算 决算", ["审计 预算", "审计 决算", "预算 决算"]),
        ('"政务公开" -通知', ['"政务公开"', "-通知"]),
        ("审计", []),
        ("", []),
    ],
)
def test_a_query_is_shortened_by_one_word_each(query: str, shortened: list[str]) -> None:
    assert sorted(shorter(query)) == sorted(shortened)


def test_a_query_without_spaces_is_shortened_by_its_words() -> None:
    assert "审计 条例" in shorter("审计监督条例")
