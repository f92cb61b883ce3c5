"""Figures of rankings, computed by hand."""

import pytest

from tests.relevance.baseline import drops
from tests.relevance.metrics import Answer, Score, dcg, gains, mean, score

BEST = Answer(3, frozenset({"a"}))
TWIN = Answer(3, frozenset({"b1", "b2"}))
NEAR = Answer(1, frozenset({"c"}))


def test_a_perfect_ranking_scores_one_throughout() -> None:
    assert score(["a", "b1", "c"], [BEST, TWIN, NEAR]) == Score(1, 1, 1, 1, 0)


def test_the_second_copy_of_an_answer_earns_nothing() -> None:
    assert gains(["b1", "b2", "a"], [BEST, TWIN]) == [3, 0, 3]


def test_discounted_gain_halves_by_the_third_rank() -> None:
    assert dcg([3, 0, 2]) == pytest.approx(7 / 1 + 3 / 2)


def test_an_answer_at_the_third_rank_counts_a_third() -> None:
    found = score(["x", "y", "a"], [BEST])
    assert (found.success, found.recall) == (0, 1)
    assert found.mrr == pytest.approx(1 / 3)
    assert found.ndcg == pytest.approx(0.5)


def test_what_is_only_related_is_no_answer_but_has_some_gain() -> None:
    found = score(["c", "a"], [BEST, NEAR])
    ideal = 7 + 1 / 1.5849625007211562
    assert (found.success, found.mrr) == (0, 0.5)
    assert found.ndcg == pytest.approx((1 + 7 / 1.5849625007211562) / ideal)


def test_what_comes_after_the_tenth_rank_does_not_count() -> None:
    found = score([*"0123456789", "a"], [BEST])
    assert found == Score(0, 0, 0, 0, 0)


def test_an_empty_ranking_is_a_zero_hit() -> None:
    assert score([], [BEST]) == Score(0, 0, 0, 0, 1)


def test_recall_asks_for_no_more_than_a_page_can_hold() -> None:
    many = [Answer(3, frozenset({str(number)})) for number in range(20)]
    assert score([str(number) for number in range(10)], many).recall == 1


def test_the_mean_is_taken_figure_by_figure() -> None:
    assert mean([Score(1, 1, 1, 1, 0), Score(0, 0.5, 0, 0, 1)]) == Score(0.5, 0.75, 0.5, 0.5, 0.5)
    assert mean([]) == Score(0, 0, 0, 0, 0)


def test_only_a_drop_beyond_the_tolerance_is_reported() -> None:
    recorded = {"people": Score(0.8, 0.9, 0.9, 1, 0)}
    assert drops(recorded, {"people": Score(0.79, 0.9, 0.9, 1, 0.01)}) == []
    assert drops(recorded, {"people": Score(0.78, 0.95, 0.9, 1, 0.02)}) == [
        "people: success 0.8000 → 0.7800",
        "people: zero 0.0000 → 0.0200",
    ]


def test_a_group_that_is_no_longer_measured_is_reported() -> None:
    assert drops({"people": Score(1, 1, 1, 1, 0)}, {}) == ["people: no longer measured"]
