"""Delivery under every fault a seed can think of, and under a crash at every boundary; bugs must show."""

import pytest

from tests.chaos.checkers import check
from tests.chaos.simulation.faults import Faults, Planted
from tests.chaos.simulation.run import Simulation, simulate

SEEDS = 200
SEEDS_TO_CATCH_A_BUG = 150
NO_CRASH = 0
SWEPT_SEED = 11


@pytest.mark.parametrize("first", range(1, SEEDS, 50))
def test_no_seed_breaks_a_promise(first: int) -> None:
    crashes = 0
    for seed in range(first, first + 50):
        simulation = simulate(seed)
        assert check(simulation.history.ops) == [], f"seed {seed}"
        crashes += simulation.faults.crashes
    assert crashes > 50


def test_a_crash_at_any_single_boundary_breaks_no_promise() -> None:
    whole = crash_at(NO_CRASH).faults
    for boundary in range(1, whole.boundaries + 1):
        simulation = crash_at(boundary)
        assert simulation.faults.crashes == 1
        assert check(simulation.history.ops) == [], f"boundary {boundary}"


def crash_at(boundary: int) -> Simulation:
    return simulate(SWEPT_SEED, faults=Faults.only_a_crash(SWEPT_SEED, boundary))


@pytest.mark.parametrize("bug", Planted.names())
def test_a_bug_planted_in_the_system_is_caught(bug: str) -> None:
    planted = Planted(**{bug: True})
    seeds = range(1, SEEDS_TO_CATCH_A_BUG + 1)
    assert any(check(simulate(seed, planted).history.ops) for seed in seeds)


def test_a_seed_gives_the_same_run_again() -> None:
    first, second = simulate(42), simulate(42)
    assert [without_ids(first), first.faults.boundaries] == [without_ids(second), second.faults.boundaries]


def without_ids(simulation: Simulation) -> list[tuple[str, str, str, int, float]]:
    return [(op.proc, op.type, op.f, op.version, op.t) for op in simulation.history.ops]
