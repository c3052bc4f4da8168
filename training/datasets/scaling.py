"""From the numbers of images and labels to what the network sees and the classes' indices; numpy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.errors import InputError
from rgbsar_core.legend import Legend
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.radiometry import scene_percentiles

Statistics = tuple[tuple[float, ...], tuple[float, ...]]
"""Mean and standard deviation, one number per band each."""


def stretch_range(
    image: NDArray[Any], percentiles: tuple[float, float] | None, valid: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Low and high per band as inference finds them: percentiles over the valid pixels of the scene.

    Returns:
        (C, 2); a constant band gets a range of width 1, an image without a valid pixel 0 to 1.
    """
    if percentiles is None or (valid is not None and not valid.any()):
        return np.array([[0.0, 1.0]] * len(image))
    kept = image.reshape(len(image), -1) if valid is None else image[:, valid]
    return np.stack(scene_percentiles(kept, *percentiles), axis=1)


def stretch(image: NDArray[Any], limits: NDArray[np.float64]) -> NDArray[np.float32]:
    """(v - low) / (high - low) per band, float32."""
    low = limits[:, 0].astype(np.float32)[:, None, None]
    span = (limits[:, 1] - limits[:, 0]).astype(np.float32)[:, None, None]
    return (image.astype(np.float32) - low) / span


class RunningStatistics:
    """Mean and standard deviation per band of stretched, clipped values, image by image."""

    def __init__(self) -> None:
        self._sums: Any = 0.0
        self._squares: Any = 0.0
        self._count: Any = 0

    def add(self, image: NDArray[Any], limits: NDArray[np.float64], clip: tuple[float, float] | None) -> None:
        """Count the values of one image; NaN is none."""
        values = stretch(image, limits)
        if clip is not None:
            values = np.clip(values, *clip)
        flat = values.reshape(len(values), -1).astype(np.float64)
        valid = np.isfinite(flat)
        flat = np.where(valid, flat, 0.0)
        self._sums = self._sums + flat.sum(axis=1)
        self._squares = self._squares + (flat**2).sum(axis=1)
        self._count = self._count + valid.sum(axis=1)

    def result(self) -> Statistics:
        """Four decimals each; a deviation is at least 0.0001."""
        mean = np.asarray(self._sums) / np.maximum(self._count, 1)
        std = np.sqrt(np.maximum(np.asarray(self._squares) / np.maximum(self._count, 1) - mean**2, 1e-8))
        return tuple(float(round(m, 4)) for m in mean), tuple(float(max(round(s, 4), 1e-4)) for s in std)


def class_indices(values: NDArray[Any], legend: Legend, source: str) -> NDArray[np.uint8]:
    """Class values to indices; 0 becomes IGNORE_INDEX.

    Raises:
        InputError: a value that is neither 0 nor in the legend.
    """
    table = np.full(256, IGNORE_INDEX, dtype=np.uint8)
    for index, value in enumerate(legend.values):
        table[value] = index
    unknown = sorted(set(np.unique(values).tolist()) - {0, *legend.values})
    if unknown:
        raise InputError(
            f"'{source}' holds the label values {', '.join(map(str, unknown))}; the recipe's classes are "
            f"{', '.join(map(str, legend.values))} and 0 for unlabelled. Correct the labels or the class list."
        )
    return table[values.astype(np.uint8)]  # whole numbers, of whatever type the file has
