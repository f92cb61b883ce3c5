"""How a person's words are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.domain import PageTooLarge, QueryTooLong, Search, Sort, Words, fold_number, read_words
from search.query import search_body


def test_phrases_exclusions_and_fields_are_read() -> None:
    words = read_words('审计 "政务公开" -通知 标题:预算 文号:鲁审发〔2018〕5号 部门:审计局')
    assert words == Words(
        free="审计",
        phrases=("政务公开",),
        excluded=("通知",),
        title=("预算",),
        document_number=("鲁审发〔2018〕5号",),
        department=("审计局",),
    )


def test_chinese_quotes_and_full_width_signs_are_read_like_plain_ones() -> None:
    assert read_words("“重点领域” 标题：预算 ２０１８") == read_words('"重点领域" 标题:预算 2018')


@pytest.mark.parametrize("query", ["", "   ", "。，！", '"', "-", '""', "标题:", "()[]{}^~*?\\/"])
def test_a_query_without_a_letter_or_digit_asks_for_nothing(query: str) -> None:
    assert not read_words(query)


def test_a_minus_inside_a_word_excludes_nothing() -> None:
    assert read_words("三-五年").excluded == ()


def test_too_long_a_query_is_refused_with_its_limit() -> None:
    with pytest.raises(QueryTooLong, match="200"):
        read_words("审" * 201)


@pytest.mark.parametrize("limit", [0, -1, 51])
def test_a_page_of_no_sensible_size_is_refused(limit: int) -> None:
    with pytest.raises(PageTooLarge):
        Search(Words(), limit=limit)


@pytest.mark.parametrize(
    "number", ["鲁审发〔2018〕5号", "鲁审发[2018]5号", "鲁审发（2018） 5 号", "鲁审发【２０１８】５号"]
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


def test_only_the_first_page_counts_facets() -> None:
    assert "aggs" not in search_body(Search(read_words("审计"), after=(1.0, 2, "x")))
