"""Sample sizes and allocations against the source's worked example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbsar_core.accuracy.sample_design import ALLOCATIONS, allocate, draw_ranks, expected_error, sample_size
from rgbsar_core.errors import InputError

# Olofsson et al. 2014, section 5.1: shares of the map and expected user's accuracies.
WEIGHTS = (0.020, 0.015, 0.320, 0.645)
USERS = (0.70, 0.60, 0.90, 0.95)


def test_sample_size_of_the_worked_example() -> None:
    assert sample_size(WEIGHTS, USERS, 0.01) == 641
    assert sample_size(np.array(WEIGHTS) * 1e7, USERS, 0.01) == 641  # areas in any unit


def test_allocations_of_the_worked_example() -> None:
    """Their table 5 has 13, 10, 205, 413 by area, 160 each, and rounds the rest of the recommended one to 165, 325."""
    assert allocate(641, WEIGHTS, rule="proportional") == (13, 10, 205, 413)
    assert set(allocate(641, WEIGHTS, rule="equal")) == {160, 161}
    assert allocate(641, WEIGHTS, least=75) == (75, 75, 163, 328)


def test_optimal_allocation_follows_area_times_deviation() -> None:
    found = np.array(allocate(100_000, WEIGHTS, rule="optimal", expected_users=USERS))
    products = np.array(WEIGHTS) * np.sqrt(np.array(USERS) * (1 - np.array(USERS)))
    np.testing.assert_allclose(found / 100_000, products / products.sum(), atol=1e-5)


def test_good_practice_gives_every_class_the_least_also_where_the_small_ones_leave_too_little() -> None:
    """14 % of 400 are 56, but after 50 each for two small classes only 43 would be left of them."""
    found = allocate(400, (0.01, 0.05, 0.14, 0.20, 0.30, 0.30), least=50)
    assert min(found) == 50 and sum(found) == 400
    assert allocate(300, np.ones(6), least=50) == (50,) * 6


def test_expected_error_is_the_target_under_the_optimal_allocation_and_larger_under_others() -> None:
    errors = {
        rule: expected_error(WEIGHTS, USERS, allocate(641, WEIGHTS, rule=rule, expected_users=USERS))
        for rule in ALLOCATIONS
    }
    assert errors["optimal"] == pytest.approx(0.01, abs=1e-5)
    assert 0.01 < errors["proportional"] < errors["equal"] < 0.014
    assert expected_error((1.0, 3.0), (0.5, 0.5), (25, 100)) == pytest.approx(0.5 * (0.0025 + 0.005625) ** 0.5)


@pytest.mark.parametrize(("population", "count"), [(5, 0), (5, 5), (5, 3), (1000, 30), (10**12, 50)])
def test_drawn_ranks_are_distinct_ascending_and_within_the_class(population: int, count: int) -> None:
    found = draw_ranks(population, count, np.random.RandomState(3))
    assert len(found) == count and (np.diff(found) > 0).all()
    assert count == 0 or (0 <= found[0] and found[-1] < population)


def test_every_rank_has_the_same_chance() -> None:
    """2,000 draws of 4 from 12: each rank comes 667 times, give or take 4 standard deviations of 21."""
    generator = np.random.RandomState(9)
    times = sum(np.bincount(draw_ranks(12, 4, generator), minlength=12) for _ in range(2000))
    assert np.abs(times - 2000 / 3).max() < 85


def test_the_same_seed_draws_the_same_ranks_with_every_numpy() -> None:
    """Written down once; RandomState is frozen (NEP 19)."""
    first = draw_ranks(1000, 5, np.random.RandomState(1))
    assert first.tolist() == sorted(np.random.RandomState(1).randint(0, 1000, 5, dtype=np.int64).tolist())


@given(
    areas=st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=8).filter(lambda a: sum(a) > 1e-3),
    total=st.integers(8, 3000),
    rule=st.sampled_from(ALLOCATIONS),
)
def test_every_allocation_adds_up_and_reaches_every_mapped_class(areas: list[float], total: int, rule: str) -> None:
    found = allocate(total, areas, rule=rule, expected_users=[0.8] * len(areas))
    assert sum(found) == total
    assert all((units > 0) == (area > 0) for units, area in zip(found, areas))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_size(WEIGHTS, USERS[:3], 0.01), "3 expected.*4 classes"),
        (lambda: sample_size(WEIGHTS, (0.7, 0.6, 0.9, 1.2), 0.01), "0 to 1"),
        (lambda: sample_size(WEIGHTS, USERS, 0.0), "target standard error is 0.0"),
        (lambda: sample_size(WEIGHTS, USERS, 1e-300), "target standard error is 1e-300"),
        (lambda: sample_size((0.0, 0.0), (0.9, 0.9), 0.01), "some area"),
        (lambda: allocate(3, WEIGHTS), "3 units for 4"),
        (lambda: allocate(100, WEIGHTS, rule="best"), "'best' is unknown"),
        (lambda: allocate(100, WEIGHTS, rule="optimal"), "expected user's accuracies"),
    ],
)
def test_what_cannot_be_designed_is_refused(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
