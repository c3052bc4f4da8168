"""What the numbers or colours in label files mean, where a data set does not store class values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
"""In place of a class value: a number that means none."""


@dataclass(frozen=True)
class LabelCode:
    """How labels are stored; as it stands, as class values in a file of one band.

    Args:
        values: number in the first band -> class value, other numbers mean none; None: numbers are class values.
        colors: red, green and blue in the first three bands -> class value; None: the labels are no pictures.
        other: class value of a colour that is none of these.
    """

    values: Optional[dict[int, int]] = None
    colors: Optional[dict[tuple[int, int, int], int]] = None
    other: int = 0

    def fits(self, bands: int) -> bool:
        """Whether a file of so many bands can hold such labels."""
        if self.colors is not None:
            return bands >= 3
        return bands == 1 or self.values is not None

    def class_values(self, pixels: NDArray[Any]) -> NDArray[np.int16]:
        """(h, w) class values 0 to 255, or UNKNOWN, of (bands, h, w) pixels."""
        if self.colors is not None:
            if len(pixels) < 3:
                return np.full(pixels.shape[1:], UNKNOWN, np.int16)
            values = np.full(pixels.shape[1:], self.other, np.int16)
            for color, value in self.colors.items():
                values[(pixels[:3] == np.array(color)[:, None, None]).all(axis=0)] = value
            return values
        numbers = pixels[0]
        if self.values is not None:
            values = np.full(numbers.shape, UNKNOWN, np.int16)
            for number, value in self.values.items():
                values[numbers == number] = value
            return values
        whole = np.isfinite(numbers) & (numbers == np.rint(numbers)) & (numbers >= 0) & (numbers <= 255)
        return np.where(whole, numbers, UNKNOWN).astype(np.int16)
