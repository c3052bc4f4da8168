"""Loss and schedule against values worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from rgbsar_core.errors import InputError
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.registry import create_network
from training.losses import (
    DivergenceError,
    dice_loss,
    focal_loss,
    lovasz_loss,
    require_finite,
    require_weights_of_heads,
    segmentation_loss,
    with_balanced_weights,
)
from training.recipe import LossRecipe, ScheduleRecipe
from training.schedules import rate_factor

from .scenes_on_disk import tiny_recipe

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


def test_auxiliary_heads_may_have_weights_of_their_own_in_their_order() -> None:
    """WHFNet's 0.4, 0.3, 0.3: shared/reference/whfnet/spec.md, section 7."""
    heads = (torch.zeros(1, 2, 1, 1), LOGITS, LOGITS)  # cross-entropies of label 1: ln 2, ln 4/3, ln 4/3
    recipe = LossRecipe(auxiliary=(0.4, 0.3, 0.2))
    expected = 1.5 * math.log(4 / 3) + 0.4 * math.log(2)
    assert float(segmentation_loss(LOGITS, heads, pixels(1), recipe)) == pytest.approx(expected, rel=1e-6)


def test_weights_for_other_heads_than_the_network_has_are_refused(tiny: Path) -> None:
    with pytest.raises(InputError, match=r"loss.auxiliary is \[0.4, 0.3\], and the number of .* heads is 1"):
        segmentation_loss(LOGITS, (LOGITS,), pixels(1), LossRecipe(auxiliary=(0.4, 0.3)))
    with torch.device("meta"):
        network = create_network("asanet", size="atto", optical_channels=3, sar_channels=1, num_classes=2)
    require_weights_of_heads(network, tiny_recipe(tiny, "loss.auxiliary=[0.4]"))
    require_weights_of_heads(network, tiny_recipe(tiny, "loss.auxiliary=0.4"))
    for weights in ("[]", "[0.4, 0.3, 0.3]"):
        with pytest.raises(InputError, match="expected one weight for each head, or one number for all"):
            require_weights_of_heads(network, tiny_recipe(tiny, f"loss.auxiliary={weights}"))


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


TWO = torch.tensor([[math.log(3.0), 0.0], [0.0, math.log(3.0)], [math.log(3.0), 0.0]]).T.view(1, 2, 1, 3)
"""Three pixels with the probabilities (3/4, 1/4), (1/4, 3/4), (3/4, 1/4)."""


def test_dice_is_one_minus_the_mean_overlap_of_the_labelled_classes() -> None:
    # class 0: 2 (3/4 + 1/4) / ((3/4 + 1/4) + 2) = 2/3 over the two labelled pixels, both of class 0; class 1 is absent
    assert float(dice_loss(TWO, pixels(0, 0, IGNORE_INDEX))) == pytest.approx(1 / 3)
    # both right at 3/4: each class 2 (3/4) / (1 + 1)
    assert float(dice_loss(TWO, pixels(0, 1, IGNORE_INDEX))) == pytest.approx(1 / 4)


def test_focal_loss_is_cross_entropy_that_forgets_what_is_sure() -> None:
    expected = (0.25**2 * math.log(4 / 3) + 0.75**2 * math.log(4)) / 2
    assert float(focal_loss(TWO, pixels(0, 0, IGNORE_INDEX), 2.0)) == pytest.approx(expected, rel=1e-6)
    weights = torch.tensor([3.0, 1.0])
    weighed = (3 * 0.25**2 * math.log(4 / 3) + 0.75**2 * math.log(4)) / 4
    assert float(focal_loss(TWO, pixels(0, IGNORE_INDEX, 1), 2.0, weights)) == pytest.approx(weighed, rel=1e-6)


def test_focal_loss_without_focus_is_cross_entropy() -> None:
    labels = pixels(0, 0, 1)
    cross_entropy = segmentation_loss(TWO, (), labels, LossRecipe())
    assert float(focal_loss(TWO, labels, 0.0)) == pytest.approx(float(cross_entropy), rel=1e-6)


def test_lovasz_weighs_sorted_errors_by_the_steps_of_the_jaccard_loss() -> None:
    # Labels 0, 0, 1. Class 0: errors 1/4, 3/4, 3/4 of g = 1, 1, 0. Sorted: 3/4 (g 1), 3/4 (g 0), 1/4 (g 1), size 2.
    # Jaccard loss after each: 1 - 1/2, 1 - 1/3, 1 - 0/3; steps 1/2, 1/6, 1/3: 3/8 + 1/8 + 1/12 = 7/12. (The other order
    # of the tie: 1 - 2/3, 1 - 1/3, 1: steps 1/3, 1/3, 1/3: the same 7/12.)
    # Class 1: errors 1/4, 3/4, 3/4 of g = 0, 0, 1, size 1. Sorted: 3/4 (g 0), 3/4 (g 1), 1/4 (g 0):
    # 1 - 1/2, 1, 1: steps 1/2, 1/2, 0: 3/4.
    assert float(lovasz_loss(TWO, pixels(0, 0, 1))) == pytest.approx((7 / 12 + 3 / 4) / 2)


def test_lovasz_of_hard_labels_is_one_minus_the_iou_and_skips_absent_classes() -> None:
    hard = 200.0 * torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0, 0, 1.0]]).T.view(1, 3, 1, 4)
    # predicted 0, 1, 0 against 0, 0, 1 (the fourth unlabelled): IoU of class 0 1/3, of class 1 0; class 2 is absent
    assert float(lovasz_loss(hard, pixels(0, 0, 1, IGNORE_INDEX))) == pytest.approx(1 - (1 / 3 + 0) / 2, abs=1e-6)


@pytest.mark.parametrize("term", ["cross_entropy", "dice", "focal", "lovasz"])
def test_every_term_ignores_unlabelled_pixels_and_survives_a_batch_without_labels(term: str) -> None:
    recipe = LossRecipe(**{"cross_entropy": 0.0, term: 1.0})
    wild = torch.tensor([-9.0, 40.0]).view(1, 2, 1, 1)
    alone = segmentation_loss(TWO[..., :2], (), pixels(0, 0), recipe)
    beside = segmentation_loss(torch.cat((TWO[..., :2], wild), dim=3), (), pixels(0, 0, IGNORE_INDEX), recipe)
    assert float(beside) == pytest.approx(float(alone), rel=1e-6)
    logits = TWO.clone().requires_grad_(True)
    nothing = segmentation_loss(logits, (logits * 2,), pixels(*[IGNORE_INDEX] * 3), recipe)
    nothing.backward()
    assert float(nothing.detach()) == 0.0
    assert logits.grad is not None and not bool(logits.grad.any())


@pytest.mark.parametrize("term", ["cross_entropy", "dice", "focal", "lovasz"])
def test_gradient_of_every_term_is_that_of_small_differences(term: str) -> None:
    recipe = LossRecipe(**{"cross_entropy": 0.0, term: 1.0})
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn((2, 3, 2, 2), generator=generator, dtype=torch.float64)
    labels = torch.tensor([[[0, 1], [2, IGNORE_INDEX]], [[1, 1], [0, 2]]])

    def loss(x: torch.Tensor) -> float:
        return float(segmentation_loss(x, (), labels, recipe))

    logits.requires_grad_(True)
    segmentation_loss(logits, (), labels, recipe).backward()
    assert logits.grad is not None
    for place in ((0, 0, 0, 0), (1, 2, 0, 1), (0, 1, 1, 1)):
        step = torch.zeros_like(logits)
        step[place] = 1e-2
        by_hand = (loss(logits.detach() + step) - loss(logits.detach() - step)) / 2e-2
        assert float(logits.grad[place]) == pytest.approx(by_hand, abs=2e-4)


def test_terms_add_up_by_their_weights_for_every_head() -> None:
    labels = pixels(0, 0, 1)
    recipe = LossRecipe(cross_entropy=0.5, dice=2.0, focal=3.0, lovasz=4.0, auxiliary=0.1)
    one = (
        0.5 * segmentation_loss(TWO, (), labels, LossRecipe())
        + 2.0 * dice_loss(TWO, labels)
        + 3.0 * focal_loss(TWO, labels, 2.0)
        + 4.0 * lovasz_loss(TWO, labels)
    )
    assert float(segmentation_loss(TWO, (TWO,), labels, recipe)) == pytest.approx(1.1 * float(one), rel=1e-6)


def test_a_batch_of_weightless_classes_gives_zero() -> None:
    recipe = LossRecipe(class_weights=(0.0, 1.0))
    assert float(segmentation_loss(TWO, (), pixels(0, 0, IGNORE_INDEX), recipe)) == 0.0
    both = (math.log(4 / 3) + math.log(4)) / 2  # of the two pixels of class 1
    assert float(segmentation_loss(TWO, (), pixels(0, 1, 1), recipe)) == pytest.approx(both)


def test_balanced_weights_are_all_pixels_by_classes_times_own(tiny: Path) -> None:
    recipe = tiny_recipe(tiny, "loss.class_weights=balanced")
    weighed = with_balanced_weights(recipe, (300, 100))
    assert weighed.loss.class_weights == pytest.approx((400 / (2 * 300), 400 / (2 * 100)))
    assert with_balanced_weights(recipe, (300, 0)).loss.class_weights == (1.0, 0.0)
    plain = tiny_recipe(tiny)
    assert with_balanced_weights(plain, (300, 100)) is plain


def test_losses_that_cannot_be_are_refused(tiny: Path) -> None:
    for override, message in (
        ("loss.cross_entropy=0", "Every term of the loss has the weight 0"),
        ("loss.auxiliary=[0.4, -0.3]", r"loss\.auxiliary is -0\.3; expected 0 or more"),
        ("loss.auxiliary=much", r"'loss\.auxiliary' is 'much'; expected float"),
        ("loss.dice=-1", r"loss\.dice is -1\.0; expected 0 or more"),
        ("loss.class_weights=equal", "loss.class_weights is 'equal'; expected numbers, balanced or null"),
        ("loss.class_weights=[1, 2, 3]", "has 3 numbers; expected one for each of the 2 classes"),
    ):
        with pytest.raises(InputError, match=message):
            tiny_recipe(tiny, override)


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


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0, 1e-6),
        (750, 1e-6 + (1 - 1e-6) / 2),
        (1500, 1.0),
        (40750, 0.5),  # half way between 1,500 and 80,000
        (80000, 0.0),
    ],
)
def test_asanets_schedule_warms_up_from_its_start_and_falls_from_there(step: int, expected: float) -> None:
    """shared/reference/asanet/spec.md, section 8."""
    schedule = ScheduleRecipe(kind="poly", warm_up_steps=1500, warm_up_start=1e-6, power=1.0)
    assert rate_factor(schedule, step / 80000, 80000) == pytest.approx(expected, abs=1e-12)


def test_a_fall_inside_the_warm_up_multiplies_with_it() -> None:
    """CMX in ASANet's repository falls from 1,000 on, while the rate still rises until 1,500."""
    schedule = ScheduleRecipe(kind="poly", warm_up_steps=1500, warm_up_start=0.0, fall_from=1000)
    assert rate_factor(schedule, 900 / 80000, 80000) == pytest.approx(0.6)
    assert rate_factor(schedule, 1250 / 80000, 80000) == pytest.approx(1250 / 1500 * (1 - 250 / 79000))
    from_the_start = ScheduleRecipe(kind="poly", warm_up_steps=50, power=0.9, fall_from=0)
    assert rate_factor(from_the_start, 0.25, 100) == pytest.approx(0.5 * 0.75**0.9)


def test_a_constant_rate_does_not_fall() -> None:
    schedule = ScheduleRecipe(kind="constant", warm_up=0.1)
    assert [rate_factor(schedule, share) for share in (0.05, 0.1, 1.0)] == [0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    ("step", "expected"), [(0, 1.0), (24_999, 1.0), (25_000, 0.1), (34_999, 0.1), (35_000, 0.01), (50_000, 1e-3)]
)
def test_a_step_rate_falls_to_a_tenth_at_each_milestone(step: int, expected: float) -> None:
    """FTransUNet's epochs 25, 35, 45 of 1,000 batches: shared/reference/ftransunet/spec.md, section 9."""
    schedule = ScheduleRecipe(kind="step", warm_up=0.0, milestones=(25_000, 35_000, 45_000))
    assert rate_factor(schedule, step / 50_000, 50_000) == pytest.approx(expected, rel=1e-12)


def test_milestones_and_the_kind_step_go_together() -> None:
    for kind, milestones in (("step", ()), ("poly", (5,))):
        with pytest.raises(InputError, match=f"schedule.kind is '{kind}' with {len(milestones)} milestones"):
            ScheduleRecipe(kind=kind, milestones=milestones)
    with pytest.raises(InputError, match="schedule.milestones is 0; expected 1 or more"):
        ScheduleRecipe(kind="step", milestones=(0,))


def test_schedule_without_warm_up_starts_at_the_full_rate() -> None:
    assert rate_factor(ScheduleRecipe(warm_up=0.0), 0.0) == 1.0
