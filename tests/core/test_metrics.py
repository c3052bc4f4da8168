"""Accuracy measures, against worked examples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rgbsar_core.errors import InputError
from rgbsar_core.metrics import accuracy, confusion_matrix, nan_mean

# The published worked example of ASANet's metric: rows are labels, columns predictions, class 5 never labelled.
PUBLISHED = [
    [1669, 100, 116, 119, 112, 116],
    [124, 1749, 103, 113, 112, 115],
    [145, 124, 1777, 126, 107, 123],
    [114, 123, 114, 1720, 138, 131],
    [118, 116, 124, 124, 1783, 118],
    [0, 0, 0, 0, 0, 0],
]


def test_published_worked_example() -> None:
    measured = accuracy(PUBLISHED)
    assert round(100 * measured.overall, 2) == 74.51
    assert round(100 * measured.kappa, 2) == 68.55
    assert round(100 * measured.mean_iou, 2) == 51.60
    assert round(100 * measured.mean_f1, 2) == 63.74  # (75.83 + 77.25 + 76.66 + 75.74 + 76.94 + 0) / 6
    assert round(100 * nan_mean(measured.users), 2) == 65.47
    assert round(100 * nan_mean(measured.producers), 2) == 74.52
    assert np.round(100 * measured.iou, 2).tolist() == [61.07, 62.94, 62.15, 60.95, 62.52, 0.0]
    assert np.round(100 * measured.f1, 2).tolist() == [75.83, 77.25, 76.66, 75.74, 76.94, 0.0]  # published: no value


def test_rows_are_the_reference_and_columns_the_prediction() -> None:
    counts = confusion_matrix(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), 2)
    assert counts.tolist() == [[1, 2], [0, 1]]


def test_users_accuracy_divides_by_predicted_and_producers_by_reference() -> None:
    measured = accuracy([[6, 2], [1, 3]])
    np.testing.assert_allclose(measured.users, [6 / 7, 3 / 5])
    np.testing.assert_allclose(measured.producers, [6 / 8, 3 / 4])
    np.testing.assert_allclose(measured.iou, [6 / 9, 3 / 6])
    # OA 9/12, chance (8 * 7 + 4 * 5) / 144 = 76/144: (108 - 76) / (144 - 76)
    assert measured.kappa == pytest.approx(32 / 68)


def test_ignored_pixels_are_not_counted_whatever_is_predicted_there() -> None:
    counts = confusion_matrix(np.array([[255, 1]], np.uint8), np.array([[77, 0]], np.uint8), 2)
    assert counts.tolist() == [[0, 0], [1, 0]]


def test_absent_class_has_no_accuracy_and_null_in_json() -> None:
    measured = accuracy([[5, 0, 0], [0, 5, 0], [0, 0, 0]])
    assert math.isnan(measured.iou[2])
    assert measured.mean_iou == 1.0
    assert measured.to_json(("a", "b", "c"))["classes"]["c"] == {
        "iou": None,
        "f1": None,
        "users_accuracy": None,
        "producers_accuracy": None,
        "reference_pixels": 0,
    }


@pytest.mark.parametrize("missed", [[2, 0, 0], [0, 2, 0]], ids=["never predicted", "predicted elsewhere"])
def test_a_class_of_the_reference_that_is_never_met_has_f1_zero_and_lowers_the_mean(missed: list[int]) -> None:
    """Else a model that gives a class up would have the mean F1 of the others."""
    matrix = [[4, 0, 1 if missed[1] else 0], [0, 4, 0], missed]
    measured = accuracy(matrix)
    assert measured.f1[2] == 0.0 and measured.iou[2] == 0.0
    assert measured.mean_f1 == pytest.approx((measured.f1[0] + measured.f1[1]) / 3)


def test_nothing_counted_is_nan_and_not_an_error() -> None:
    measured = accuracy(np.zeros((2, 2)))
    assert math.isnan(measured.overall) and math.isnan(measured.mean_iou) and math.isnan(measured.kappa)


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(InputError, match=r"shape \(2,\), the prediction \(3,\)"):
        confusion_matrix(np.zeros(2, int), np.zeros(3, int), 2)
    with pytest.raises(InputError, match="reference has class indices 0 to 2; expected 0 to 1"):
        confusion_matrix(np.array([0, 2]), np.array([0, 1]), 2)
    with pytest.raises(InputError, match="prediction has class indices 0 to 255"):
        confusion_matrix(np.array([0, 1]), np.array([0, 255]), 2)
    with pytest.raises(InputError, match="as many rows as columns"):
        accuracy([[1, 2, 3]])
