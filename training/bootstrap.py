"""How sure an IoU is: bootstrap over blocks of the scenes.

Neighbouring pixels are alike, so pixels are no independent sample; blocks much larger than that likeness come
nearer to it.

Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 13 (percentile interval);
Lahiri, Resampling Methods for Dependent Data, 2003 (blocks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.metrics import IGNORE_INDEX, confusion_matrix

REPLICATES = 2000
"""Draws of an interval: enough for its edges to move by less than 0.002 with the seed."""

BLOCK = 256
"""Side of a block in pixels where nobody says."""

_DRAWN_AT_ONCE = 200
_LEVEL = 0.95


@dataclass(frozen=True)
class IouIntervals:
    """Percentile intervals, low and high.

    Attributes:
        mean: of the mean IoU; NaN without any block.
        classes: (K, 2) of each class; NaN for one that no block has.
        blocks: drawn from.
    """

    mean: tuple[float, float]
    classes: NDArray[np.float64]
    blocks: int

    def join(self, figures: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        """The figures of `Accuracy.to_json` with the intervals among them; of `names`, in channel order."""
        classes = {
            name: {**figures["classes"][name], "iou_interval_95": _plain(edges)}
            for name, edges in zip(names, self.classes)
        }
        return {**figures, "classes": classes, "mean_iou_interval_95": _plain(np.array(self.mean))}


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


def iou_intervals(matrices: NDArray[np.int64], level: float = _LEVEL) -> IouIntervals:
    """Intervals of the IoU of each class and of their mean.

    Each replicate draws as many blocks as there are, with replacement, adds their matrices and takes the IoU of
    the classes that occur in the sum.

    Args:
        matrices: (B, K, K) of the blocks.
        level: share of the replicates inside.
    """
    blocks, classes = matrices.shape[:2]
    if not blocks:
        return IouIntervals((float("nan"),) * 2, np.full((classes, 2), np.nan), 0)
    generator, flat = np.random.default_rng(0), matrices.reshape(blocks, -1)
    drawn = []
    for first in range(0, REPLICATES, _DRAWN_AT_ONCE):
        count = min(_DRAWN_AT_ONCE, REPLICATES - first)
        times = generator.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=count)
        sums = (times @ flat).reshape(count, classes, classes)
        right = np.diagonal(sums, axis1=1, axis2=2).astype(np.float64)
        union = sums.sum(axis=1) + sums.sum(axis=2) - right
        drawn.append(np.divide(right, union, out=np.full_like(right, np.nan), where=union > 0))
    iou = np.concatenate(drawn)
    occurs = ~np.isnan(iou)
    means = np.nansum(iou, axis=1) / np.maximum(occurs.sum(axis=1), 1)
    each = np.array([_edges(column[known], level) for column, known in zip(iou.T, occurs.T)])
    low, high = _edges(means, level)
    return IouIntervals((float(low), float(high)), each, blocks)


def _edges(values: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    tail = (1.0 - level) / 2.0
    return np.asarray(np.quantile(values, (tail, 1.0 - tail)) if len(values) else np.full(2, np.nan))


def _plain(edges: NDArray[np.float64]) -> Optional[list[float]]:
    return None if np.isnan(edges).any() else [round(float(edge), 4) for edge in edges]
