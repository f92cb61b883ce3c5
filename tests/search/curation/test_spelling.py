"""How a name may be typed."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.spelling import (
    MAX_GRAM,
    MAX_START,
    Spelled,
    Typed,
    folded,
    full_pinyin,
    grams,
    initials,
    suggest_fields,
    title_heads,
)


def test_width_case_tradition_and_punctuation_make_no_difference() -> None:
    assert folded("關於《政務公開》 ２０１８ Ppp（試行）") == "关于政务公开2018ppp试行"


def test_a_character_is_read_in_its_context() -> None:
    assert full_pinyin("重庆市") == "chongqingshi"
    assert full_pinyin("政府xinxi") == "zhengfuxinxi"
    assert initials("政府信息2018") == "zfxx2018"


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("中华人民共和国义务教育法", "义务教育法"),
        ("山东省政府信息公开条例", "政府信息公开条例"),
        ("关于印发《2018年政务公开工作要点》的通知", "2018年政务公开工作要点的通知"),
    ],
)
def test_a_title_begins_where_people_begin_it(title: str, head: str) -> None:
    assert head in title_heads(title)


def test_of_two_titles_the_shorter_and_the_one_in_force_come_first() -> None:
    law = suggest_fields("中华人民共和国义务教育法")["suggest_rank"]
    assert law > suggest_fields("山东省义务教育条例实施细则")["suggest_rank"]
    assert law > suggest_fields("中华人民共和国义务教育法", validity="repealed")["suggest_rank"]


@given(st.text(max_size=300), st.none() | st.text(max_size=60))
def test_any_title_has_fields_the_index_takes(title: str, number: str | None) -> None:
    fields = suggest_fields(title, number)
    assert fields["suggest_rank"] > 0
    assert all(len(start) <= MAX_START for start in [*fields["suggest_head"], *fields["suggest_pinyin"]])


@given(st.text(alphabet="政府信息公开zf19", min_size=1, max_size=40))
def test_pieces_cover_the_text(text: str) -> None:
    pieces = grams(text)
    assert all(0 < len(piece) <= MAX_GRAM and piece in text for piece in pieces)
    assert text.startswith(pieces[0])
    assert text.endswith(pieces[-1])
    assert sum(map(len, pieces)) >= len(text)


@pytest.mark.parametrize(
    "typed", ["财政", "政局", "caizheng", "zhengju", "czj", "zj", "財政局", "ＣＺＪ", "财zheng", "财zj"]
)
def test_a_name_in_memory_answers_every_way_of_typing_it(typed: str) -> None:
    assert Spelled.of("财政局").answers(Typed.of(typed))


@pytest.mark.parametrize("typed", ["审计", "sjj", "aizheng", "财sj", "", "。"])
def test_a_name_in_memory_answers_nothing_else(typed: str) -> None:
    assert not Spelled.of("财政局").answers(Typed.of(typed))


def test_the_index_cuts_pieces_as_long_as_they_are_asked_for() -> None:
    tokenizers = json.loads((files("search") / "items.json").read_text())["settings"]["analysis"]["tokenizer"]
    assert (tokenizers["pieces"]["max_gram"], tokenizers["starts"]["max_gram"]) == (MAX_GRAM, MAX_START)
