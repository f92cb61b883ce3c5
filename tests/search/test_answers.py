"""The passage that answers, as people see it."""

from search.answers import LONGEST, mark, passage_of
from search.understanding.question import Concept, Question

QUESTION = Question("产假", concepts=(Concept("产假", variants=(("假", 0.5),)),))


def hit(text: str) -> dict[str, object]:
    source = {"anchor": "a7", "label": "第七条", "heading": "第二章 休假", "text": text}
    return {"_id": "d1", "inner_hits": {"passages": {"hits": {"hits": [{"_source": source, "_score": 1.0}]}}}}


def test_a_passage_links_to_its_place_and_marks_the_words() -> None:
    passage = passage_of(hit("第七条　产假为九十八天。"), QUESTION)
    assert passage is not None
    assert passage["url"] == "/items/d1#a7"
    assert passage["label"] == "第七条"
    assert passage["text"] == "<em>产假</em>为九十八天。"


def test_words_side_by_side_are_one_mark() -> None:
    assert mark("石榴花开", ["石榴", "花"]) == "<em>石榴花</em>开"


def test_what_a_document_holds_is_escaped() -> None:
    assert mark("<b>&审计", ["审计"]) == "&lt;b&gt;&amp;<em>审计</em>"


def test_a_long_passage_is_shown_around_its_first_marked_word() -> None:
    passage = passage_of(hit("前" * 900 + "产假" + "后" * 900), QUESTION)
    assert passage is not None
    assert "<em>产假</em>" in passage["text"]
    assert len(passage["text"]) < LONGEST + 20


def test_a_hit_without_a_passage_has_none() -> None:
    assert passage_of({"_id": "d1"}, QUESTION) is None
