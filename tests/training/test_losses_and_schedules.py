"""Loss, schedule and bootstrap against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rgbsar_core.metrics import IGNORE_INDEX
from training.bootstrap import block_matrices, mean_iou_interval
from training.losses import DivergenceError, require_finite, segmentation_loss
from training.recipe import LossRecipe, ScheduleRecipe
from training.schedules import rate_factor

LOGITS = torch.tensor([0.0, math.log(3.0)]).view(1, 2, 1, 1)  # probabilities 1/4 and 3/4


def pixels(*labels: int) -> torch.Tensor:
    return torch.tensor(labels).view(1, 1, -1)


def test_loss_is_the_mean_over_labelled_pixels() -> None:
    logits = torch.cat((LOGITS, LOGITS, 50.0 * LOGITS), dim=3)
    loss = segmentation_loss(logits, (), pixels(1, 0, IGNORE_INDEX), LossRecipe())
    assert float(loss) == pytest.approx((math.log(4 / 3) + math.log(4)) / 2, rel=1e-6)


def test_auxiliary_head_is_enlarged_and_weighted() -> None:
    undecided = torch.zeros(1, 2, 1, 1)
    loss = segmentation_loss(
        LOGITS.expand(1, 2, 1, 2), (undecided,), pixels(1, IGNORE_INDEX), LossRecipe(auxiliary=0.4)
    )
    assert float(loss) == pytest.approx(math.log(4 / 3) + 0.4 * math.log(2), rel=1e-6)


def test_class_weights_weigh_the_mean() -> None:
    logits = LOGITS.expand(1, 2, 1, 2)
    loss = segmentation_loss(logits, (), pixels(1, 0), LossRecipe(class_weights=(3.0, 1.0)))
    assert float(loss) == pytest.approx((math.log(4 / 3) + 3 * math.log(4)) / 4, rel=1e-6)


def test_label_smoothing_spreads_its_share_over_the_classes() -> None:
    loss = segmentation_loss(LOGITS, (), pixels(1), LossRecipe(label_smoothing=0.1))
    assert float(loss) == pytest.approx(0.95 * math.log(4 / 3) + 0.05 * math.log(4), rel=1e-6)


def test_no_labelled_pixel_gives_zero_with_a_gradient() -> None:
    logits = LOGITS.clone().requires_grad_(True)
    loss = segmentation_loss(logits, (logits * 2,), pixels(IGNORE_INDEX), LossRecipe())
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert logits.grad is not None and not bool(logits.grad.any())


def test_loss_that_is_no_number_names_the_step() -> None:
    require_finite("loss", [torch.tensor(1.0)], 7)
    for value in (math.nan, math.inf):
        with pytest.raises(DivergenceError, match="At step 7 the loss became NaN or infinite"):
            require_finite("loss", [torch.tensor([1.0, value])], 7)


@pytest.mark.parametrize(
    ("kind", "progress", "expected"),
    [
        ("cosine", 0.0, 0.0),
        ("cosine", 0.05, 0.5),
        ("cosine", 0.1, 1.0),
        ("cosine", 0.55, 0.6),  # half of the rest: 0.2 + 0.8 / 2
        ("cosine", 0.325, 0.2 + 0.8 * (1 + math.sqrt(0.5)) / 2),  # a quarter of the rest
        ("cosine", 1.0, 0.2),
        ("cosine", 1.5, 0.2),
        ("poly", 0.05, 0.5),
        ("poly", 0.55, 0.4),  # 0.2 + 0.8 * 0.5^2
        ("poly", 1.0, 0.2),
    ],
)
def test_schedule_values(kind: str, progress: float, expected: float) -> None:
    schedule = ScheduleRecipe(kind=kind, warm_up=0.1, power=2.0, final=0.2)
    assert rate_factor(schedule, progress) == pytest.approx(expected)


def test_schedule_without_warm_up_starts_at_the_full_rate() -> None:
    assert rate_factor(ScheduleRecipe(warm_up=0.0), 0.0) == 1.0


def test_blocks_without_labels_are_left_out_and_the_others_add_up_to_the_scene() -> None:
    reference = np.full((5, 6), IGNORE_INDEX, np.uint8)
    reference[:2, :2] = 0
    reference[4, 5] = 1
    predicted = np.zeros((5, 6), np.uint8)
    blocks = block_matrices(reference, predicted, 2, 4)
    assert blocks.tolist() == [[[4, 0], [0, 0]], [[0, 0], [1, 0]]]


def test_interval_of_equal_blocks_has_no_width() -> None:
    blocks = np.repeat(np.array([[[3, 1], [0, 4]]]), 6, axis=0)
    assert mean_iou_interval(blocks) == pytest.approx(((3 / 4 + 4 / 5) / 2,) * 2)


def test_interval_of_two_blocks_reaches_from_one_to_the_other() -> None:
    # Drawn twice each with probability 1/4: all right (1.0), or all wrong (0.0); the interval holds both ends.
    blocks = np.array([[[4, 0], [0, 4]], [[0, 4], [4, 0]]])
    assert mean_iou_interval(blocks) == (0.0, 1.0)
    assert mean_iou_interval(blocks, level=0.2) == pytest.approx((1 / 3, 1 / 3))  # one of each: 8 of 24


def test_interval_skips_classes_that_a_draw_does_not_hold() -> None:
    blocks = np.array([[[4, 0], [0, 0]], [[0, 0], [0, 4]]])
    assert mean_iou_interval(blocks) == (1.0, 1.0)


def test_interval_without_blocks_is_nan() -> None:
    assert all(math.isnan(edge) for edge in mean_iou_interval(np.zeros((0, 2, 2), np.int64)))
