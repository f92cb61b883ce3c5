"""A body is cut into passages that cover it, each with its own anchor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.numerals import number
from shared.passages import LONGEST, Passage, split

STATUTE = """为了试验，制定本条例。
第一章 总则
第一条 本条例为试验而作。
第二条 试验应当公开。
公开的办法另行规定。
第二章 罚则
第一节 一般规定
第十二条之一 违反第一条 的，处以警告。
2001年3月5日 甲市人民政府第二次常务会议通过"""

LINES = st.sampled_from(
    [
        "第一条 甲",
        "第二条\u3000乙",
        "第三条",
        "第一百二十条之一 丙",
        "第一章 总则",
        "## 附则",
        "一、目的",
        "一、为了。",
        "（二）人员",
        "正文。",
        "",
        "  ",
        "\u3000第五条 丁",
        "2020年1月1日 通过",
        "第条 无",
        "#",
        "第〇条 戊",
        "长" * 700,
    ]
)


def texts(body: str) -> dict[str, str]:
    return {passage.anchor: body[passage.start : passage.end].strip() for passage in split(body)}


def test_articles_and_chapters_begin_passages() -> None:
    assert [passage.anchor for passage in split(STATUTE)] == ["top", "h1", "a1", "a2", "h2", "h3", "a12-1", "h4"]


def test_a_passage_knows_its_label_and_the_headings_above_it() -> None:
    article = next(passage for passage in split(STATUTE) if passage.anchor == "a12-1")
    assert (article.label, article.heading) == ("第十二条之一", "第二章 罚则 第一节 一般规定")


def test_an_article_keeps_its_further_paragraphs() -> None:
    assert texts(STATUTE)["a2"] == "第二条 试验应当公开。\n公开的办法另行规定。"


def test_an_article_mentioned_inside_a_line_begins_nothing() -> None:
    assert texts("第一条 依照\n第二条的规定办理。") == {"a1": "第一条 依照\n第二条的规定办理。"}


def test_an_article_number_that_returns_gets_an_anchor_of_its_own() -> None:
    assert list(texts("第一条 甲\n第一条 乙")) == ["a1", "a1_2"]


def test_numbered_sections_of_a_notice_are_passages() -> None:
    body = "各单位：\n一、总体要求\n要公开。\n二、认真落实各项要求，不得拖延。\n（一）分工"
    assert list(texts(body)) == ["top", "h1", "h2", "h3"]
    assert split(body)[1].heading == "一、总体要求"


def test_a_long_passage_is_cut_at_the_end_of_a_line() -> None:
    body = "\n".join(["长" * 400] * 8)
    parts = split(body)
    assert [part.anchor for part in parts] == ["top", "topp2", "topp3", "topp4"]
    assert all(len(body[part.start : part.end]) <= LONGEST + 401 for part in parts)


def test_an_empty_body_has_no_passages() -> None:
    assert split("") == []


def covers(body: str, passages: list[Passage]) -> bool:
    bounds = [(passage.start, passage.end) for passage in passages]
    return "".join(body[start:end] for start, end in bounds) == body and all(start < end for start, end in bounds)


@given(st.lists(LINES, max_size=30))
def test_passages_cover_the_body_and_their_anchors_differ(lines: list[str]) -> None:
    body = "\n".join(lines)
    passages = split(body)
    assert covers(body, passages)
    assert len({passage.anchor for passage in passages}) == len(passages)


@given(st.text(max_size=300))
def test_any_text_is_covered(body: str) -> None:
    assert covers(body, split(body))


@pytest.mark.parametrize(
    ("digits", "value"),
    [("七十", 70), ("十二", 12), ("一百二十", 120), ("一千二百六十", 1260), ("一百零八", 108), ("12", 12), ("〇", 0)],
)
def test_chinese_numbers_are_read(digits: str, value: int) -> None:
    assert number(digits) == value


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="甲"):
        number("甲")
