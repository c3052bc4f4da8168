"""Strata that are not the map's classes: the source's worked example, and agreement with Olofsson's estimators."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.accuracy.area_estimates import Z_95, estimate_areas
from rgbsar_core.accuracy.stratified_estimates import estimate_from_strata
from rgbsar_core.errors import InputError

# Stehman 2014, table 2: 40 units, ten in each stratum; strata of 40,000, 30,000, 20,000 and 10,000 pixels.
STRATA = "A" * 10 + "B" * 10 + "C" * 10 + "D" * 10
MAPPED = "A" * 7 + "B" * 3 + "A" + "B" * 11 + "C" * 6 + "BB" + "D" * 10
REFERENCE = "AAAAACBABC" + "ABBBBBAABB" + "CCCCCDDBBA" + "DDDDDDDCCB"
PIXELS = (40_000, 30_000, 20_000, 10_000)


def indices(letters: str) -> np.ndarray:
    return np.array(["ABCD".index(letter) for letter in letters])


def test_worked_example_of_the_source_to_its_printed_digits() -> None:
    """Pages 4932 to 4936."""
    found = estimate_from_strata(indices(REFERENCE), indices(MAPPED), indices(STRATA), PIXELS, (1, 1, 1, 1))
    assert (round(found.overall, 2), round(found.overall_error, 3)) == (0.63, 0.085)
    assert np.round(found.areas[[0, 2]] / sum(PIXELS), 2).tolist() == [0.35, 0.20]
    assert np.round(found.area_errors[[0, 2]] / sum(PIXELS), 3).tolist() == [0.082, 0.064]
    assert (round(found.users[1], 3), round(found.users_errors[1], 3)) == (0.574, 0.125)
    assert (round(found.producers[1], 3), round(found.producers_errors[1], 3)) == (0.794, 0.117)
    assert round(found.proportions[2, 1], 2) == 0.08  # reference C mapped as B


def test_with_the_maps_classes_as_strata_it_agrees_with_olofsson() -> None:
    numbers = np.random.default_rng(2)
    mapped = np.repeat([0, 1, 2], [300, 120, 80])
    reference = np.where(numbers.random(500) < 0.8, mapped, numbers.integers(0, 3, 500))
    areas = np.array([7000.0, 2500.0, 500.0])
    matrix = np.zeros((3, 3), int)
    np.add.at(matrix, (reference, mapped), 1)
    expected = estimate_areas(matrix, areas)
    found = estimate_from_strata(reference, mapped, mapped, areas, areas)
    for name in ("counts", "proportions", "overall", "overall_error", "users", "producers", "areas", "area_errors"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9)
    np.testing.assert_allclose(found.users_errors, expected.users_errors, rtol=1e-9)
    # the two sources linearise this ratio differently
    np.testing.assert_allclose(found.producers_errors, expected.producers_errors, rtol=0.02)


def test_confidence_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """A sample drawn from an old map assesses a new one; the truth is known in every pixel."""
    numbers = np.random.default_rng(7)
    old = np.repeat([0, 1], [30_000, 10_000])
    truth = np.where(numbers.random(old.size) < 0.8, old, 1 - old)
    new = np.where(numbers.random(old.size) < 0.9, truth, 1 - truth)
    users = ((new == truth) & (new == 1)).sum() / (new == 1).sum()
    producers = ((new == truth) & (truth == 1)).sum() / (truth == 1).sum()
    strata = [np.flatnonzero(old == k) for k in range(2)]
    held = np.zeros(3)
    for _ in range(300):
        units = np.concatenate([numbers.choice(pixels, 200, replace=False) for pixels in strata])
        found = estimate_from_strata(truth[units], new[units], old[units], np.bincount(old), np.bincount(new))
        errors = np.array([found.users[1] - users, found.producers[1] - producers, found.areas[1] - (truth == 1).sum()])
        halves = Z_95 * np.array([found.users_errors[1], found.producers_errors[1], found.area_errors[1]])
        held += np.abs(errors) <= halves
    assert (held / 300 > 0.91).all() and (held / 300 < 0.99).all()


def test_one_unit_in_a_stratum_has_no_spread_and_no_unit_is_refused() -> None:
    found = estimate_from_strata([0, 0, 1], [0, 0, 1], [0, 0, 1], [1.0, 1.0], [1.0, 1.0])
    assert found.overall == 1.0 and np.isnan(found.overall_error)
    found = estimate_from_strata([0, 0, 1], [0, 1, 1], [0, 0, 1], [3.0, 1.0], [1.0, 1.0], complete=[False, True])
    assert found.overall_error == pytest.approx(0.75 * 0.5)  # sqrt(0.75^2 * 0.5 / 2): the second stratum adds nothing
    with pytest.raises(InputError, match="stratum has no unit"):
        estimate_from_strata([0, 0], [0, 0], [0, 0], [1.0, 1.0], [1.0, 1.0])
    with pytest.raises(InputError, match="do not belong together"):
        estimate_from_strata([0, 0], [0], [0, 0], [1.0], [1.0])
