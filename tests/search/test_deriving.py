"""What the index adds to a document: one reading of the body serves its words and its passages."""

import unicodedata
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.deriving import completed
from search.segmentation import index_words, parts, simplified, traditional
from shared.passages import split

HEADINGS = st.sampled_from(
    ["第一章 总则", "第二条 审计机关应当公开", "一、公开范围", "附则", "２０１８年１０月１日起施行"]
)
LINES = st.one_of(HEADINGS, st.text("政府信息公開條例审计机关，。；（）Ａb1 　", max_size=40))
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Mn", "Mc", "Lm"))


def document(body: str) -> dict[str, Any]:
    return completed({"title": "某条例", "body": body, "kind": "regulation", "department_name": "审计局"})


@settings(deadline=None)  # the first example loads tables
@given(st.lists(LINES, max_size=12).map("\n".join))
def test_the_words_of_a_body_are_those_of_the_body_read_as_one_text(body: str) -> None:
    assert document(body)["body_words"] == index_words(body)


@settings(deadline=None)
@example("\U0001e900")  # a capital letter beyond the basic plane
@given(st.text(CHARACTERS, max_size=30))
def test_the_form_for_comparing_is_compatibility_normal_lower_case_and_simplified(text: str) -> None:
    expected = "".join(unicodedata.normalize("NFKC", letter).lower().translate(traditional()) for letter in text)
    assert simplified(text) == unicodedata.normalize("NFC", expected)


def test_full_width_capital_and_traditional_letters_are_compared_as_one_form() -> None:
    assert simplified("ＡＢＣ１２３審計") == "abc123审计"
    assert simplified("Cafe\u0301") == simplified("café")


def test_the_parts_of_a_long_word_are_its_own_and_not_those_across_its_seams() -> None:
    assert parts("最高人民法院") == ["最高", "人民", "法院"]
    assert parts("企业法人") == ["企业", "法人"]
    assert parts("公司法") == ["公司"]
    assert set(parts("道路交通安全法")) >= {"道路", "交通", "安全"}
    assert parts("审计") == []


def test_a_body_cut_in_one_go_has_the_words_of_each_of_its_passages() -> None:
    body = "第一条 为了规范审计，制定本办法。\n第二条\n第三条 ꀀ审计机关ꀀ依法审计。3.5亿元。"
    made = document(body)
    cut = [body[passage.start : passage.end] for passage in split(body)]
    said = [text for text in map(index_words, (text.replace("ꀀ", " ") for text in cut)) if text]
    assert made["body_words"] == " ".join(said)
    assert [passage["words"] for passage in made["passages"]] == said
