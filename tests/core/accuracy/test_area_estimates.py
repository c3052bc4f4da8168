"""Area-adjusted estimates: the source's worked example to its printed digits, and a population that is known."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.accuracy.area_estimates import Z_95, estimate_areas
from rgbsar_core.errors import InputError

# Olofsson et al. 2014, table 8: rows are map classes, columns the reference; pixels of 30 m.
TABLE_8 = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
MAPPED_PIXELS = np.array([200_000, 150_000, 3_200_000, 6_450_000])
HECTARES = 0.09


def test_worked_example_of_the_source_to_its_printed_digits() -> None:
    found = estimate_areas(TABLE_8.T, MAPPED_PIXELS * HECTARES)
    assert (round(found.overall, 2), round(Z_95 * found.overall_error, 2)) == (0.95, 0.02)
    assert np.round(found.users, 2).tolist() == [0.88, 0.73, 0.93, 0.96]
    assert np.round(Z_95 * found.users_errors, 2).tolist() == [0.07, 0.10, 0.04, 0.02]
    assert np.round(found.producers, 2).tolist() == [0.75, 0.85, 0.93, 0.96]
    assert np.round(Z_95 * found.producers_errors, 2).tolist() == [0.21, 0.25, 0.03, 0.02]
    assert np.round(found.areas).tolist() == [21_158, 11_686, 285_770, 581_386]
    assert np.round(Z_95 * found.area_errors).tolist() == [6_158, 3_756, 15_510, 16_282]


def test_areas_add_up_and_proportions_are_the_map_weighted_counts() -> None:
    found = estimate_areas(TABLE_8.T, MAPPED_PIXELS)
    assert found.proportions.sum() == pytest.approx(1.0)
    assert found.areas.sum() == pytest.approx(MAPPED_PIXELS.sum())
    np.testing.assert_allclose(found.proportions.sum(axis=0), MAPPED_PIXELS / MAPPED_PIXELS.sum())
    assert round(float(found.proportions[0, 0]), 4) == 0.0176
    np.testing.assert_allclose(found.f1, 2 / (1 / found.users + 1 / found.producers))


def test_confidence_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """A population of 40,000 pixels whose reference is known, sampled 400 times."""
    generator = np.random.default_rng(5)
    mapped = np.repeat([0, 1, 2], [28_000, 9_000, 3_000])
    wrong = generator.random(mapped.size) < np.array([0.05, 0.15, 0.3])[mapped]
    reference = np.where(wrong, (mapped + generator.integers(1, 3, mapped.size)) % 3, mapped)
    areas = np.bincount(mapped)
    truth = np.bincount(reference)
    strata = [np.flatnonzero(mapped == k) for k in range(3)]
    held = np.zeros(3)
    for _ in range(400):
        units = np.concatenate([generator.choice(pixels, 300, replace=False) for pixels in strata])
        matrix = np.zeros((3, 3), int)
        np.add.at(matrix, (reference[units], mapped[units]), 1)
        found = estimate_areas(matrix, areas)
        held += np.abs(found.areas - truth) <= Z_95 * found.area_errors
    assert (held / 400 > 0.92).all() and (held / 400 < 0.99).all()


def test_a_class_sampled_whole_leaves_nothing_to_chance() -> None:
    """80 of 100 right on 0.99 of the ground, and the only pixel of the other class: 0.99 sqrt(0.8 * 0.2 / 99)."""
    found = estimate_areas([[80, 0], [20, 1]], [99.0, 1.0], complete=[False, True])
    assert found.overall == pytest.approx(0.802) and found.overall_error == pytest.approx(0.0397995, rel=1e-5)
    assert found.area_errors == pytest.approx([3.97995, 3.97995], rel=1e-5) and found.users_errors[1] == 0.0


def test_what_a_sample_cannot_tell_is_nan_and_none_in_json() -> None:
    found = estimate_areas([[5, 0, 0], [0, 1, 0], [0, 0, 0]], [10.0, 10.0, 0.0])
    assert np.isnan(found.users_errors[1])  # one unit has no spread
    assert np.isnan(found.users[2]) and np.isnan(found.producers[2])
    classes = found.to_json(("a", "b", "c"))["classes"]
    assert classes["a"]["users_accuracy"] == {"estimate": 1.0, "half_width_95": 0.0}
    assert classes["b"]["users_accuracy"]["half_width_95"] is None
    assert classes["c"]["producers_accuracy"] == {"estimate": None, "half_width_95": None}
    assert classes["c"]["area"]["estimate"] == 0.0


@pytest.mark.parametrize(
    ("matrix", "areas", "message"),
    [
        ([[1, 0], [0, 1]], [1.0, 2.0, 3.0], r"\(2, 2\).*3 mapped areas"),
        ([[1, 0], [0, -1]], [1.0, 2.0], "0 or more"),
        ([[1, 0], [0, 1]], [1.0, float("nan")], "0 or more"),
        ([[1, 0], [0, 1]], [0.0, 0.0], "some area"),
        ([[1, 0], [0, 0]], [1.0, 2.0], "class number 2"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    matrix: list[list[int]], areas: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        estimate_areas(matrix, areas)
