"""A question is read: what it is about, where, which document it names, and what was mistyped."""

import gc
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.domain import Search, read_words
from search.handlers import understood
from search.lexicon import Lexicon, Title, build
from search.places import find_places, place_of_title
from search.segmentation import simplified
from search.understanding.question import MAX_CONCEPTS, Question, read_question
from search.vocabulary import Vocabulary, read_entries, shipped

VOCABULARY = Vocabulary(
    read_entries([{"炒鱿鱼,辞退": "解除劳动合同 0.9, 《劳动合同法》 0.8", "酒 开车": "饮酒驾驶 1", "狗": "犬 1"}])
)
TITLES = [
    Title("保守国家秘密法", national=True),
    Title("动物防疫法", national=True),
    Title("民办教育促进法", national=True),
    Title("劳动合同法", national=True),
    Title("劳动合同法实施条例", national=True),
    Title("河南省消防条例"),
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    words = {"产假": 9, "劳动合同": 9, "烟花爆竹": 8, "多少": 5, "天": 5, "规定": 9}
    return build(TITLES, words, extra=("养狗",))


def read(text: str, lexicon: Lexicon | None = None) -> Question:
    return read_question(text, VOCABULARY, lexicon or Lexicon())


def subject(question: Question) -> list[str]:
    return [concept.word for concept in question.concepts]


def test_words_that_only_ask_are_no_part_of_the_subject() -> None:
    question = read("请问产假一共多少天？")
    assert "产假" in subject(question)
    assert {"请问", "一共", "多少"} <= set(question.dropped)


def test_a_question_of_nothing_but_such_words_keeps_them() -> None:
    assert subject(read("怎么办")) == ["怎么办"]


def test_an_everyday_word_brings_the_law_s_word_and_its_document() -> None:
    question = read("被炒鱿鱼怎么办")
    assert question.expanded["炒鱿鱼"][0] == "解除劳动合同"
    assert question.titles == (("劳动合同法", 0.8),)


def test_words_that_mean_something_only_together_are_recognised_in_any_order() -> None:
    assert "饮酒驾驶" in subject(read("开车之前喝了酒"))


def test_of_a_story_what_says_most_is_kept_though_it_comes_last() -> None:
    told = "早上隔壁老王穿着新买的衬衫拎着水壶抱着西瓜走进厨房打开冰箱拿出牛奶面包，后来他被炒鱿鱼了，产假也没休"
    kept = subject(read(told, build(TITLES, {"产假": 2})))
    assert {"炒鱿鱼", "产假"} <= set(kept)
    assert len(kept) == MAX_CONCEPTS


def test_words_that_mean_something_together_are_kept_of_a_story(lexicon: Lexicon) -> None:
    told = "早上隔壁老王穿着新买的衬衫拎着水壶抱着西瓜走进厨房打开冰箱拿出牛奶面包鸡蛋放进篮子里，喝了酒还开车去公园"
    assert "饮酒驾驶" in subject(read(told, lexicon))


def test_a_named_place_is_taken_out_of_the_subject() -> None:
    question = read("临沂供热不热")
    assert [place.path for place in question.places] == [("临沂", "山东")]
    assert "临沂" not in subject(question)


def test_a_place_inside_a_longer_word_is_no_place() -> None:
    assert read("国家长治久安").places == ()


def test_a_title_announces_the_place_whose_rule_it_is() -> None:
    place = place_of_title("深圳经济特区房地产登记条例")
    assert place is not None
    assert place.path == ("深圳", "广东")
    assert place_of_title("中华人民共和国消防法") is None


@pytest.mark.parametrize(
    ("typed", "title"), [("保密法", "保守国家秘密法"), ("动防法", "动物防疫法"), ("民促法规定了什么", "民办教育促进法")]
)
def test_a_short_form_names_its_title(lexicon: Lexicon, typed: str, title: str) -> None:
    assert read(typed, lexicon).titles[0][0] == title


@pytest.mark.parametrize("typed", ["这样违法吗", "有什么办法", "司法", "执法"])
def test_an_everyday_word_that_ends_like_a_law_names_none(lexicon: Lexicon, typed: str) -> None:
    assert read(typed, lexicon).titles == ()


def test_a_whole_title_inside_a_question_names_its_document(lexicon: Lexicon) -> None:
    assert read("劳动合同法实施条例第二十条", lexicon).titles[0][0] == "劳动合同法实施条例"


@pytest.mark.parametrize(
    "typed", ["laodonghetongfa", "lao dong he tong fa", "ldhtf", "zhonghuarenmingongheguolaodonghetongfa"]
)
def test_pinyin_and_initials_are_read_as_the_title(lexicon: Lexicon, typed: str) -> None:
    assert read(typed, lexicon).corrected == "劳动合同法"


def test_pinyin_of_words_is_read_as_words(lexicon: Lexicon) -> None:
    assert read("chanjia duoshao tian", lexicon).corrected == "产假多少天"


def test_what_sounds_alike_is_meant_before_what_looks_alike() -> None:
    lexicon = build([Title("某局政府信息公开指南")], {"信息工程": 9, "公开": 9})
    assert read("政府信息工开", lexicon).corrected == "政府信息公开"


def test_a_word_of_the_same_sound_that_is_no_word_is_corrected(lexicon: Lexicon) -> None:
    assert read("产价多少天", lexicon).corrected == "产假多少天"


@pytest.mark.parametrize("typed", ["动务防疫法", "动物防法", "动物防防疫法", "动物疫防法"])
def test_a_mistyped_title_still_names_its_document(lexicon: Lexicon, typed: str) -> None:
    assert read(typed, lexicon).titles[0][0] == "动物防疫法"


@pytest.mark.parametrize("typed", ["动务防疫法", "动物防防疫法", "动物疫防法"])
def test_a_mistyped_title_is_offered_as_it_is_written(lexicon: Lexicon, typed: str) -> None:
    question = read(typed, lexicon)
    assert (question.corrected, question.suggested) == (None, "动物防疫法")


@pytest.mark.parametrize("typed", ["养狗要拴绳吗", "劳动合同", "产假多少天", "邻居太吵", "河南省消防条例"])
def test_what_is_rightly_typed_stays(lexicon: Lexicon, typed: str) -> None:
    question = read(typed, lexicon)
    assert (question.corrected, question.suggested) == (None, None)


@settings(deadline=None)  # the first question loads the dictionaries
@given(text=st.text(max_size=200))
def test_any_text_is_read(lexicon: Lexicon, text: str) -> None:
    question = read_question(text, shipped(), lexicon)
    assert len(question.concepts) <= MAX_CONCEPTS


def test_every_shipped_weight_is_between_nothing_and_certain() -> None:
    entries = shipped().entries()
    assert len(entries) > 2000
    assert all(0 < weight <= 1 and term for meant in entries.values() for term, weight in meant)


def test_every_shipped_term_is_written_as_questions_are_folded() -> None:
    assert [term for term in shipped().entries() if term != simplified(term)] == []


def test_a_term_of_two_themes_means_all_that_both_say_and_the_surer_weight_counts() -> None:
    assert read_entries([{"狗": "犬 0.5, 养犬"}, {"狗,猫": "犬 1"}]) == {
        "狗": (("犬", 1.0), ("养犬", 0.6)),
        "猫": (("犬", 1.0),),
    }


def test_an_entry_can_be_replaced_and_taken_out() -> None:
    changed = VOCABULARY.overridden({"狗": (), "猫": (("家猫", 0.5),)})
    assert changed.expansions("狗") == ()
    assert changed.expansions("猫") == (("家猫", 0.5),)
    assert changed.expansions("辞退") == VOCABULARY.expansions("辞退")


def test_a_place_is_known_by_names_that_are_no_longer_or_not_quite_its_own() -> None:
    assert place_of_title("莱芜市既有多层住宅增设电梯规定") == find_places("莱芜老楼加装电梯")[0][2]
    assert find_places("浦东能放鞭炮吗")[0][2].path == ("浦东", "上海")


def test_of_overlapping_places_the_longer_counts() -> None:
    assert [place.name for _, _, place in find_places("吉林省吉林市的规定")] == ["吉林", "吉林"]


def test_of_old_lexicons_only_the_newest_few_are_kept() -> None:
    held = []
    for number in range(8):
        lexicon = build(TITLES, {f"词{number}": 2})
        understood(Search(read_words(f"渡船检验{number}")), VOCABULARY, lexicon)
        held.append(weakref.ref(lexicon))
    del lexicon
    gc.collect()
    assert sum(one() is not None for one in held) <= 4
