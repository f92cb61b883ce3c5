"""Which pairs of characters a question is asked by."""

from search.pairs import telling


def test_pairs_that_most_documents_hold_are_left_out() -> None:
    assert telling("浙江省安全生产条例") == "浙江省安 全生 产条"


def test_a_text_of_nothing_else_is_asked_whole() -> None:
    assert telling("有关规定") == "有关规定"
    assert telling("审") == "审"
    assert telling("") == ""


def test_a_text_without_such_pairs_stays_as_it_is() -> None:
    assert telling("产假一共多少天 2018年度") == "产假一共多少天 2018年度"
