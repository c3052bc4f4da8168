"""The majority filter against hand-worked windows and a pixel-by-pixel counterpart."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from rgbsar_core.errors import InputError
from rgbsar_core.maps.majority import MapRows, check_window, filtered_rows, majority_filter
from tests.core.maps.map_tools import vote


def rows_of(labels: np.ndarray, height: int, confidence: np.ndarray | None = None):
    for row in range(0, len(labels), height):
        part = labels[row : row + height]
        yield MapRows(row, part, part, None if confidence is None else confidence[row : row + height])


@pytest.mark.parametrize(
    ("labels", "confidence", "centre"),
    [
        ([[1, 1, 1], [1, 2, 2], [2, 2, 1]], None, 1),  # five to four
        ([[1, 1, 1], [1, 2, 2], [2, 2, 0]], None, 2),  # four to four: its own class stays
        ([[1, 1, 3], [1, 2, 3], [3, 0, 0]], None, 1),  # one to three to three: the lower value
        ([[1, 1, 1], [1, 2, 1], [1, 1, 1]], [[10] * 3, [10, 90, 10], [10] * 3], 2),  # 80 against 90
        ([[1, 1, 1], [1, 2, 1], [1, 1, 1]], [[20] * 3, [20, 90, 20], [20] * 3], 1),  # 160 against 90
        ([[1, 1, 1], [1, 0, 1], [1, 1, 1]], None, 0),  # nodata stays
        ([[0, 0, 0], [0, 2, 0], [0, 0, 0]], None, 2),  # nodata has no vote
        ([[1, 1, 0], [0, 2, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], 1),  # confidence 0 counts 1
    ],
)
def test_the_class_with_most_votes_wins_the_centre(labels, confidence, centre) -> None:
    given = None if confidence is None else np.array(confidence, np.uint8)
    assert majority_filter(np.array(labels, np.uint8), 3, given)[1, 1] == centre


@pytest.mark.parametrize("size", [1, 3, 5, 9])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_equals_counting_window_by_window(size: int, weighted: bool) -> None:
    numbers = np.random.default_rng(size)
    labels = numbers.choice(np.array([0, 1, 2, 7, 254], np.uint8), (19, 23))
    confidence = numbers.integers(0, 101, labels.shape, dtype=np.uint8) if weighted else None
    expected = labels if size == 1 else vote(labels, size, confidence)
    np.testing.assert_array_equal(majority_filter(labels, size, confidence), expected)


@pytest.mark.parametrize("height", [1, 2, 5, 6, 30, 100])
@pytest.mark.parametrize("size", [1, 3, 11])
def test_strips_of_any_height_give_the_same_rows_in_order(size: int, height: int) -> None:
    numbers = np.random.default_rng(height)
    labels = numbers.integers(0, 4, (31, 12), dtype=np.uint8)
    confidence = numbers.integers(0, 101, labels.shape, dtype=np.uint8)
    found = list(filtered_rows(rows_of(labels, height, confidence), size))
    assert [rows.row for rows in found] == list(np.cumsum([0, *(len(rows.labels) for rows in found)]))[:-1]
    np.testing.assert_array_equal(np.concatenate([r.labels for r in found]), majority_filter(labels, size, confidence))
    np.testing.assert_array_equal(np.concatenate([r.original for r in found]), labels)
    np.testing.assert_array_equal(np.concatenate([r.confidence for r in found]), confidence)


def test_memory_does_not_grow_with_the_number_of_rows() -> None:
    def peak(height: int) -> int:
        strip = np.random.default_rng(0).integers(0, 4, (16, 200), dtype=np.uint8)
        tracemalloc.start()
        for _ in filtered_rows((MapRows(row, strip, strip) for row in range(0, height, 16)), 5):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(64)
    assert peak(3200) < 1.1 * peak(320)


@pytest.mark.parametrize("size", [0, -3, 4, 103])
def test_windows_without_a_centre_are_refused(size: int) -> None:
    with pytest.raises(InputError, match=f"window is {size} pixels.*odd"):
        check_window(size)
