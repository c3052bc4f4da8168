"""From what label files hold, numbers or colours, to class indices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.errors import InputError
from rgbsar_core.legend import Legend
from rgbsar_core.metrics import IGNORE_INDEX

from ..recipe import LabelFilesRecipe
from .scaling import class_indices


def decode_labels(
    pixels: NDArray[Any], files: LabelFilesRecipe, legend: Legend, source: str, ignore: int = IGNORE_INDEX
) -> NDArray[np.uint8]:
    """Class indices from what a label file holds.

    Args:
        pixels: (bands, H, W).
        files: what the numbers or colours mean.
        legend: the classes.
        source: for messages.
        ignore: number of unlabelled pixels, as 0 is, where the recipe does not say what numbers mean.

    Raises:
        InputError: numbers that neither the recipe nor the legend know.
    """
    require_label_bands(source, files, len(pixels))
    if files.colors:
        return class_indices(_from_colors(pixels[:3], files.other, legend), legend, source)
    values = pixels[0]
    if files.values is None:
        return class_indices(np.where(values == ignore, 0, values), legend, source)
    found = np.unique(values)
    unknown = sorted(set(found.tolist()) - set(files.values))
    if unknown:
        raise InputError(
            f"'{source}' holds the label values {', '.join(map(str, unknown))}; the recipe knows "
            f"{', '.join(map(str, files.values))}. Correct the labels, or add them to the recipe's label values."
        )
    meanings = np.array([files.values[value] for value in found.tolist()], dtype=np.int64)
    return class_indices(meanings[np.searchsorted(found, values)], legend, source)


def require_label_bands(source: str, files: LabelFilesRecipe, count: int) -> None:
    """Refuse labels that are to be pictures and cannot be.

    Raises:
        InputError: they have too few bands.
    """
    if files.colors and count < 3:
        raise InputError(
            f"'{source}' has {count} bands; the recipe expects labels as red, green, blue. Correct the recipe's "
            "colors, or the file."
        )


def _from_colors(pixels: NDArray[Any], other: int, legend: Legend) -> NDArray[np.uint8]:
    values = np.full(pixels.shape[1:], other, np.uint8)
    for entry in legend.classes:
        color = np.asarray(entry.color, pixels.dtype)[:, None, None]
        values[(pixels == color).all(axis=0)] = entry.value
    return values
