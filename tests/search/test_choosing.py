"""Of a document's passages that speak of a question, the one that answers it."""

import pytest

from search.choosing import Candidate, chosen
from search.understanding.expecting import BODY, MONEY, NUMBER, PENALTY, TIME, Expected, expected
from search.understanding.question import Question, read_question
from search.vocabulary import shipped


def read(text: str) -> Question:
    return read_question(text, shipped())


def shown(question: str, *texts: str, nearness: tuple[float, ...] = ()) -> str:
    """The text that is shown of those that the engine brings, nearest first and all as near unless told."""
    found = [
        Candidate(near, text.split()[0], "", text)
        for text, near in zip(texts, nearness or (10.0,) * len(texts), strict=True)
    ]
    return texts[chosen(read(question), found)]


NOTICE = "第三条 水表检定的工作由计量部门统一组织，检定机构应当做好水表检定的服务。"
PERIOD = "第九条 水表检定应当在收到申请之日起十五日内完成。"
PRICE = "第十条 水表检定每只收取二十元。"
BAN = "第十二条 用户不得自行拆卸水表送去检定。"
FINE = "第二十条 拒绝水表检定的，责令改正，处五百元以下罚款。"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("水表检定要多久", PERIOD),
        ("水表检定几天能好", PERIOD),
        ("水表检定多少钱", PRICE),
        ("水表检定归谁管", NOTICE),
        ("自己拆水表检定可以吗", BAN),
        ("不让水表检定怎么处罚", FINE),
    ],
)
def test_what_is_asked_for_decides_among_passages_of_one_subject(question: str, answer: str) -> None:
    assert shown(question, NOTICE, PERIOD, PRICE, BAN, FINE) == answer


def test_what_every_passage_is_about_counts_less_than_what_only_one_speaks_of() -> None:
    often = "第二条 护照，是指护照法所称的护照；护照由护照机关签发，护照不得转让。"
    once = "第八条 遗失护照的，向签发机关申请补发。"
    assert shown("护照遗失", often, once, nearness=(10.0, 9.0)) == once


def test_an_article_that_begins_with_the_subject_goes_before_one_that_mentions_it() -> None:
    service = "社区应当组织居民开展丰富的文化活动、体育活动、科普活动，并为居民办理登记提供方便，接受居民的监督。"
    mentions, begins = f"第五条 {service}信鸽饲养亦同。", f"第六条 信鸽饲养应当登记。{service}"
    assert shown("信鸽饲养", mentions, begins) == begins


def test_dates_and_numbers_of_articles_are_no_length_of_time() -> None:
    assert not TIME.given.search("本条例自2021年6月1日起施行，依照第三条第二项办理。")
    assert TIME.given.search("应当自受理之日起20个工作日内作出决定。")
    assert TIME.given.search("处五年以下有期徒刑。")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("申请公开多久答复", TIME),
        ("噪声扰民罚多少", MONEY),
        ("最多能养几只", NUMBER),
        ("打人会被拘留吗", PENALTY),
        ("小区停车归谁管", BODY),
    ],
)
def test_a_question_tells_the_kind_of_its_answer(question: str, kind: Expected) -> None:
    assert kind in expected(question)


def test_keywords_expect_no_kind_of_answer_and_keep_the_nearest() -> None:
    assert not expected("水表检定管理办法")
    assert shown("水表检定", NOTICE, PERIOD, nearness=(10.0, 2.0)) == NOTICE


def test_what_speaks_of_nothing_is_the_engine_s_choice() -> None:
    assert chosen(Question("水表"), [Candidate(1.0, "", "", NOTICE), Candidate(1.0, "", "", PERIOD)]) == 0
    assert chosen(read("水表"), [Candidate(1.0, "", "", "没有")]) == 0
