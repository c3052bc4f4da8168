"""Losses over labelled pixels, all of logits (N, K, H, W) and labels (N, H, W) with IGNORE_INDEX where unlabelled.

Nothing here asks the device for a number, so a GPU never waits for the host.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgbsar_core.errors import InputError, RgbSarError
from rgbsar_core.metrics import IGNORE_INDEX

from .recipe import LossRecipe, Recipe


class DivergenceError(RgbSarError, ArithmeticError):
    """The loss or the weights are no numbers any more."""


def segmentation_loss(
    logits: Tensor, auxiliary: Sequence[Tensor], labels: Tensor, recipe: LossRecipe
) -> Tensor:
    """The recipe's sum for the head plus the same for each auxiliary head, times its weight.

    Taken over the pixels that are not IGNORE_INDEX; without any, 0 (with a gradient of 0).

    Shape:
        logits (N, K, H, W); auxiliary (N, K, h, w) each, resized to the labels first; labels (N, H, W) int64.

    Raises:
        InputError: a weight for each head, but not as many as there are heads.

    Source: ASANet's recipe, weights 1 and 0.4; WHFNet's, 1 and 0.4, 0.3, 0.3.
    """
    total = _sum_of_terms(logits, labels, recipe)
    for side, weight in zip(auxiliary, _auxiliary_weights(recipe, len(auxiliary))):
        resized = F.interpolate(side.float(), labels.shape[-2:], mode="bilinear", align_corners=False)
        total = total + weight * _sum_of_terms(resized, labels, recipe)
    return total


def dice_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - mean over the labelled classes of 2 sum(p g) / (sum p + sum g); sums over the whole batch.

    Source: Milletari et al., V-Net, 3DV 2016, with plain instead of squared sums (Sudre et al., DLMIA 2017).
    """
    probabilities, reference = _flat(logits, labels)
    shared = (probabilities * reference).sum(dim=1)
    size = probabilities.sum(dim=1) + reference.sum(dim=1)
    present = reference.sum(dim=1) > 0
    score = torch.where(present, 2.0 * shared / size.clamp(min=1e-12), 0.0)
    return (present.sum() - score.sum()) / present.sum().clamp(min=1)


def focal_loss(logits: Tensor, labels: Tensor, gamma: float, class_weights: Tensor | None = None) -> Tensor:
    """Mean of -(1 - p)^gamma log p, p the probability of the label; weighted mean with class weights.

    Source: Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, eq. 4 and 5.
    """
    labelled = labels != IGNORE_INDEX
    index = torch.where(labelled, labels, 0)
    log_p = torch.log_softmax(logits.float(), dim=1).gather(1, index[:, None])[:, 0]
    weights = labelled.float() if class_weights is None else class_weights[index] * labelled
    # 1 - p as -expm1(log p) stays exact near 1; its power has no finite gradient at 0
    missing = (-torch.expm1(log_p)).clamp(min=1e-12)
    return (weights * missing**gamma * -log_p).sum() / weights.sum().clamp(min=1e-12)


def lovasz_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Lovasz-Softmax over the labelled classes of the batch: a convex extension of 1 - IoU.

    Per class the errors |g - p| are sorted from large to small and weighed by the steps of the Jaccard loss.

    Source: Berman et al., The Lovasz-Softmax loss, CVPR 2018, algorithm 1.
    """
    probabilities, reference = _flat(logits, labels)
    errors, order = (reference - probabilities).abs().sort(dim=1, descending=True)  # unlabelled: 0, without weight
    sorted_reference = reference.gather(1, order)
    size = reference.sum(dim=1, keepdim=True)
    shared = size - sorted_reference.cumsum(dim=1)
    union = size + (1.0 - sorted_reference).cumsum(dim=1)
    jaccard = 1.0 - shared / union.clamp(min=1.0)
    steps = torch.cat((jaccard[:, :1], jaccard[:, 1:] - jaccard[:, :-1]), dim=1)
    present = (size[:, 0] > 0).float()
    return ((errors * steps.detach()).sum(dim=1) * present).sum() / present.sum().clamp(min=1.0)


def with_balanced_weights(recipe: Recipe, pixels: Sequence[int]) -> Recipe:
    """The recipe with numbers in place of `class_weights: balanced`: all pixels / (classes x pixels of the class).

    A class without a labelled pixel weighs nothing. Others are returned as they are.

    Args:
        recipe: of the run.
        pixels: labelled ones of the training split per class.

    Source: King and Zeng, Logistic Regression in Rare Events Data, Political Analysis 9(2), 2001.
    """
    if recipe.loss.class_weights != "balanced":
        return recipe
    found = sum(count > 0 for count in pixels)
    weights = tuple(sum(pixels) / (found * count) if count else 0.0 for count in pixels)
    return dataclasses.replace(recipe, loss=dataclasses.replace(recipe.loss, class_weights=weights))


def require_finite(what: str, values: Sequence[Tensor], step: int) -> None:
    """Stop a run that has run away.

    Args:
        what: is checked, for the message.
        values: to check.
        step: optimiser steps done.

    Raises:
        DivergenceError: a value is NaN or infinite.
    """
    if not all(bool(value.isfinite().all()) for value in values):
        raise DivergenceError(
            f"At step {step} the {what} became NaN or infinite; expected numbers. Lower optimiser.rate, set "
            "optimiser.clip or take trainer.precision=32-true."
        )


def require_weights_of_heads(network: nn.Module, recipe: Recipe) -> None:
    """Refuse weights of auxiliary heads that the network does not have; tried on a copy without numbers.

    Args:
        network: of the recipe.
        recipe: of the run.

    Raises:
        InputError: a weight for each head, but not as many as there are heads.
    """
    if not isinstance(recipe.loss.auxiliary, tuple):
        return
    side = recipe.augmentation.crop
    counts = len(recipe.optical.bands), len(recipe.sar.bands)
    optical, sar = (torch.empty(2, count, side, side, device="meta") for count in counts)
    with torch.no_grad():
        output = copy.deepcopy(network).to("meta").train()(optical, sar)
    _auxiliary_weights(recipe.loss, len(output[1]) if isinstance(output, tuple) else 0)


def _auxiliary_weights(recipe: LossRecipe, heads: int) -> tuple[float, ...]:
    weights = recipe.auxiliary_weights(heads)
    if len(weights) != heads:
        raise InputError(
            f"loss.auxiliary is {list(weights)}, and the number of the network's auxiliary heads is {heads}; expected "
            "one weight for each head, or one number for all. Correct the recipe."
        )
    return weights


def _sum_of_terms(logits: Tensor, labels: Tensor, recipe: LossRecipe) -> Tensor:
    logits = logits.float()
    weights = None
    if isinstance(recipe.class_weights, tuple):
        weights = logits.new_tensor(recipe.class_weights)
    terms = []
    if recipe.cross_entropy:
        terms.append((recipe.cross_entropy, _cross_entropy(logits, labels, weights, recipe.label_smoothing)))
    if recipe.focal:
        terms.append((recipe.focal, focal_loss(logits, labels, recipe.focal_gamma, weights)))
    if recipe.dice:
        terms.append((recipe.dice, dice_loss(logits, labels)))
    if recipe.lovasz:
        terms.append((recipe.lovasz, lovasz_loss(logits, labels)))
    return torch.stack([weight * term for weight, term in terms]).sum()


def _cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """The mean over nothing is NaN: where no pixel counts, all get a class that does, and the result times 0."""
    anywhere: Tensor | int = 0
    if weights is not None:
        anywhere = weights.argmax()
        weightless = (weights == 0)[torch.where(labels == IGNORE_INDEX, 0, labels)]
        labels = torch.where(weightless, IGNORE_INDEX, labels)
    counts = (labels != IGNORE_INDEX).any()
    labels = torch.where(counts, labels, anywhere)
    loss = F.cross_entropy(logits, labels, weight=weights, ignore_index=IGNORE_INDEX, label_smoothing=smoothing)
    return loss * counts


def _flat(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """(K, P) probabilities and one-hot labels of all pixels of the batch, both 0 where unlabelled."""
    classes = logits.shape[1]
    labelled = labels != IGNORE_INDEX
    probabilities = torch.softmax(logits.float(), dim=1) * labelled[:, None]
    reference = F.one_hot(torch.where(labelled, labels, 0), classes).permute(0, 3, 1, 2) * labelled[:, None]
    return probabilities.transpose(0, 1).reshape(classes, -1), reference.transpose(0, 1).reshape(classes, -1).float()
