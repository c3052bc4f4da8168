"""Intervals of the IoU against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.metrics import IGNORE_INDEX, accuracy
from training.bootstrap import block_matrices, iou_intervals

CERTAIN = np.array([[[4, 0], [0, 4]], [[0, 4], [4, 0]]])
"""Two blocks: all right, and all wrong."""


def test_blocks_without_labels_are_left_out_and_the_others_add_up_to_the_scene() -> None:
    reference = np.full((5, 6), IGNORE_INDEX, np.uint8)
    reference[:2, :2] = 0
    reference[4, 5] = 1
    predicted = np.zeros((5, 6), np.uint8)
    blocks = block_matrices(reference, predicted, 2, 4)
    assert blocks.tolist() == [[[4, 0], [0, 0]], [[0, 0], [1, 0]]]


def test_intervals_of_equal_blocks_have_no_width() -> None:
    found = iou_intervals(np.repeat(np.array([[[3, 1], [0, 4]]]), 6, axis=0))
    assert found.mean == pytest.approx(((3 / 4 + 4 / 5) / 2,) * 2)
    assert found.classes == pytest.approx(np.array([[3 / 4] * 2, [4 / 5] * 2]))
    assert found.blocks == 6


def test_interval_of_two_blocks_reaches_from_one_to_the_other() -> None:
    # Each is drawn twice with probability 1/4: all right (1.0), or all wrong (0.0); the interval holds both ends.
    assert iou_intervals(CERTAIN).mean == (0.0, 1.0)
    assert iou_intervals(CERTAIN, level=0.2).mean == pytest.approx((1 / 3, 1 / 3))  # one of each: 8 of 24
    assert iou_intervals(CERTAIN).classes.tolist() == [[0.0, 1.0], [0.0, 1.0]]


def test_a_draw_without_a_class_says_nothing_of_it() -> None:
    found = iou_intervals(np.array([[[4, 0], [0, 0]], [[0, 0], [0, 4]]]))
    assert found.mean == (1.0, 1.0)
    assert found.classes.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_what_no_block_holds_has_no_interval() -> None:
    assert np.isnan(iou_intervals(np.zeros((0, 2, 2), np.int64)).mean).all()
    absent = iou_intervals(np.array([[[4, 0], [0, 0]]]))
    assert absent.classes[0].tolist() == [1.0, 1.0]
    assert np.isnan(absent.classes[1]).all()


def test_cards_and_reports_get_the_intervals_beside_the_figures() -> None:
    matrix = np.array([[3, 1], [0, 4]])
    figures = iou_intervals(matrix[None]).join(accuracy(matrix).to_json(("dry", "wet")), ("dry", "wet"))
    assert figures["mean_iou_interval_95"] == [0.775, 0.775]
    assert figures["classes"]["dry"]["iou"] == 0.75
    assert figures["classes"]["dry"]["iou_interval_95"] == [0.75, 0.75]
    assert iou_intervals(np.zeros((1, 2, 2), np.int64)).join(figures, ("dry", "wet"))["classes"]["wet"] == {
        **figures["classes"]["wet"],
        "iou_interval_95": None,
    }
