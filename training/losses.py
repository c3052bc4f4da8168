"""Losses over labelled pixels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from rgbsar_core.errors import RgbSarError
from rgbsar_core.metrics import IGNORE_INDEX

from .recipe import LossRecipe


class DivergenceError(RgbSarError, ArithmeticError):
    """The loss or the weights are no numbers any more."""


def segmentation_loss(
    logits: Tensor, auxiliary: Sequence[Tensor], labels: Tensor, recipe: LossRecipe
) -> Tensor:
    """Cross-entropy of the head plus weighted cross-entropy of each auxiliary head.

    Averaged over the pixels that are not IGNORE_INDEX; without any, 0 (with a gradient of 0).

    Shape:
        logits (N, K, H, W); auxiliary (N, K, h, w) each, resized to the labels first; labels (N, H, W) int64.

    Source: ASANet's recipe, weights 1 and 0.4.
    """
    total = _cross_entropy(logits, labels, recipe)
    for side in auxiliary:
        resized = F.interpolate(side.float(), labels.shape[-2:], mode="bilinear", align_corners=False)
        total = total + recipe.auxiliary * _cross_entropy(resized, labels, recipe)
    return total


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
            "optimiser.clip or take trainer.precision=32-true; then train anew, or go on from the last checkpoint "
            "(it is older than this step) with trainer.resume=true."
        )


def _cross_entropy(logits: Tensor, labels: Tensor, recipe: LossRecipe) -> Tensor:
    logits = logits.float()
    if not bool((labels != IGNORE_INDEX).any()):
        return logits.sum() * 0.0
    weights = None
    if recipe.class_weights is not None:
        weights = torch.tensor(recipe.class_weights, dtype=logits.dtype, device=logits.device)
    return F.cross_entropy(
        logits, labels, weight=weights, ignore_index=IGNORE_INDEX, label_smoothing=recipe.label_smoothing
    )
