"""How sure a mean IoU is: bootstrap over blocks of the scenes.

Neighbouring pixels are alike, so pixels are no independent sample; blocks much larger than that likeness come
nearer to it.

Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 13 (percentile interval);
Lahiri, Resampling Methods for Dependent Data, 2003 (blocks).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.metrics import IGNORE_INDEX, confusion_matrix

REPLICATES = 2000
"""Draws of an interval: enough for its edges to move by less than 0.002 with the seed."""


def block_matrices(
    reference: NDArray[np.uint8], predicted: NDArray[np.uint8], num_classes: int, side: int
) -> NDArray[np.int64]:
    """Confusion matrices of the squares of `side` pixels, from the top left, that hold a labelled pixel.

    Args:
        reference: (H, W) class indices, 255 where unlabelled.
        predicted: (H, W) class indices.
        num_classes: K.
        side: of a block, pixels; blocks at the right and lower edge may be smaller.

    Returns:
        (B, K, K) counts, `[reference, predicted]`; their sum is the scene's matrix.
    """
    matrices = [np.zeros((0, num_classes, num_classes), np.int64)]
    for row in range(0, reference.shape[0], side):
        for column in range(0, reference.shape[1], side):
            block = (slice(row, row + side), slice(column, column + side))
            if bool((reference[block] != IGNORE_INDEX).any()):
                matrices.append(confusion_matrix(reference[block], predicted[block], num_classes)[None])
    return np.concatenate(matrices)


def mean_iou_interval(
    matrices: NDArray[np.int64], replicates: int = REPLICATES, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the mean IoU.

    Each replicate draws as many blocks as there are, with replacement, adds their matrices and takes the mean
    over the classes that occur in the sum.

    Args:
        matrices: (B, K, K) of the blocks.
        replicates: number of draws.
        level: share of the replicates inside.

    Returns:
        Low and high; NaN without any block.
    """
    blocks, classes = matrices.shape[:2]
    if not blocks:
        return float("nan"), float("nan")
    times = np.random.default_rng(0).multinomial(blocks, np.full(blocks, 1.0 / blocks), size=replicates)
    sums = (times @ matrices.reshape(blocks, -1)).reshape(replicates, classes, classes)
    right = np.diagonal(sums, axis1=1, axis2=2).astype(np.float64)
    union = sums.sum(axis=1) + sums.sum(axis=2) - right
    occurs = union > 0
    iou = np.divide(right, union, out=np.zeros_like(right), where=occurs)
    means = iou.sum(axis=1) / np.maximum(occurs.sum(axis=1), 1)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(means, (tail, 1.0 - tail))
    return float(low), float(high)
