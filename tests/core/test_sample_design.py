"""Sample sizes and allocations against the source's worked example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbsar_core.errors import InputError
from rgbsar_core.sample_design import ALLOCATIONS, allocate, sample_size

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


@given(
    areas=st.lists(st.floats(0, 1e6), min_size=1, max_size=8).filter(lambda values: sum(values) > 1e-3),
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
        (lambda: sample_size((0.0, 0.0), (0.9, 0.9), 0.01), "some area"),
        (lambda: allocate(3, WEIGHTS), "3 units for 4"),
        (lambda: allocate(100, WEIGHTS, rule="best"), "'best' is unknown"),
        (lambda: allocate(100, WEIGHTS, rule="optimal"), "expected user's accuracies"),
    ],
)
def test_what_cannot_be_designed_is_refused(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
