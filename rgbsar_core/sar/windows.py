"""Sums over the neighbourhood of every pixel, for `speckle`.

A block is a rectangle of pixels with a margin around it, kept as one flat array: a shift down is a shift by the width,
so each step is one addition of two contiguous pieces. What that gives in the margin's columns is cut off at the end.
Sums of neighbours are built by doubling, 7 = 1 + 2 + 4, in the same order for every pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

HALF_WINDOW_PIXELS = 28
# For each half of a 7 x 7 window that has a diagonal edge: the row's length and first column, from the top row down.
_TRIANGLES = {
    2: tuple((7 - row, row) for row in range(7)),  # above and right of the falling diagonal
    3: tuple((row + 1, 0) for row in range(7)),  # below and left of it
    6: tuple((7 - row, 0) for row in range(7)),  # above and left of the rising diagonal
    7: tuple((row + 1, 6 - row) for row in range(7)),  # below and right of it
}


class Block:
    """Pixels with a margin.

    Args:
        power: (h + 2 halo, w + 2 halo) float32 or float64, not-a-number where there is nothing.
        halo: margin, pixels.

    Attributes:
        values, squares: flat, 0 where there is nothing.
        weights: flat, 1 or 0, or None if nothing is missing.
        centre: flat, the pixels without margin, as all results are (with some beyond each row's end).
        dtype: of all of these.
        tiny: smallest number to divide by.
    """

    def __init__(self, power: NDArray[Any], halo: int) -> None:
        self.dtype = power.dtype
        self.tiny = np.finfo(power.dtype).tiny
        self.width = power.shape[1]
        self.halo = halo
        self._shape = power.shape[0] - 2 * halo, power.shape[1] - 2 * halo
        self.length = (self._shape[0] - 1) * self.width + self._shape[1]
        present = np.isfinite(power)
        self.weights: Optional[NDArray[Any]] = None
        if not present.all():
            power = np.where(present, power, self.dtype.type(0))
            self.weights = present.ravel().astype(self.dtype)
        self.values = np.ascontiguousarray(power).ravel()
        self.squares = self.values * self.values
        self.centre = self.aligned(self.values, 0)

    def aligned(self, sums: NDArray[Any], half: int) -> NDArray[Any]:
        """The part of flat sums, anchored `half` pixels up and left of their centre, that belongs to the pixels."""
        first = (self.halo - half) * (self.width + 1)
        return sums[first : first + self.length]

    def box(self, flat: NDArray[Any], window: int) -> NDArray[Any]:
        """Sum over the square window around each pixel."""
        return self.aligned(self.corner_sums(flat, window, window), window // 2)

    def corner_sums(self, flat: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
        """Sum of rows x columns pixels from each pixel on, right and down."""
        return running_sum(running_sum(flat, columns, 1), rows, self.width)

    def moments(self, window: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Mean and variance of the window around each pixel, of those pixels that are there."""
        count: Any = self.dtype.type(window**2)
        if self.weights is not None:
            count = np.maximum(self.box(self.weights, window), 1)
        return self.moments_of(self.box(self.values, window), self.box(self.squares, window), count)

    def moments_of(
        self, total: NDArray[Any], squares: NDArray[Any], count: Any
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Mean and variance (divisor: one less than the count) from sums of 1 or more pixels."""
        mean = total / count
        return mean, np.maximum((squares - total * mean) / np.maximum(count - 1, 1), 0)

    def sums_between(
        self, low: NDArray[Any], high: NDArray[Any], window: int
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Sum, sum of squares and number of those pixels of the window with low <= value <= high, low at least 0."""
        values = self.values
        if self.weights is not None:
            values = np.where(self.weights > 0, values, self.dtype.type(-1))
        total, squares = np.zeros(self.length, self.dtype), np.zeros(self.length, self.dtype)
        count = np.zeros(self.length, np.uint16)
        half = window // 2
        for row in range(window):
            for column in range(window):
                pixel = self.aligned(values[row * self.width + column :], half)
                inside = pixel >= low
                inside &= pixel <= high
                chosen = pixel * inside
                total += chosen
                chosen *= pixel
                squares += chosen
                count += inside.view(np.uint8)
        return total, squares, count.astype(self.dtype)

    def clusters_above(self, threshold: float, neighbours: int) -> NDArray[np.bool_]:
        """True where a pixel above the threshold lies in 3 x 3 pixels around one, so many of which are above it."""
        above = self.values > threshold
        number = self.corner_sums(above.view(np.uint8), 3, 3)
        kernels = (number >= neighbours) & above[self.width + 1 :][: len(number)]
        near = self.corner_sums(kernels.view(np.uint8), 3, 3)
        return (self.aligned(near, 2) > 0) & self.aligned(above, 0)

    def restored(self, flat: NDArray[Any]) -> NDArray[Any]:
        """(h, w) pixels of a flat result, not-a-number where there was nothing."""
        height, width = self._shape
        if self.weights is not None:
            flat = np.where(self.aligned(self.weights, 0) > 0, flat, self.dtype.type(np.nan))
        rows = np.empty(height * self.width, flat.dtype)
        rows[: self.length] = flat
        return rows.reshape(height, self.width)[:, :width]


def running_sum(values: NDArray[Any], count: int, step: int) -> NDArray[Any]:
    """Sum of `count` values, `step` apart, from each value on."""
    length = len(values) - (count - 1) * step
    total: Optional[NDArray[Any]] = None
    sums, size, first = values, 1, 0
    while True:
        if count & size:
            part = sums[first * step : first * step + length]
            total = part if total is None else total + part
            first += size
        if 2 * size > count:
            return total if total is not None else sums
        sums = sums[: -size * step] + sums[size * step :]
        size *= 2


def rings(block: Block, flat: NDArray[Any], window: int) -> Iterator[tuple[float, int, NDArray[Any]]]:
    """Distance, number and sum of the window's pixels that are equally far from the centre, nearest first."""
    half, width, length = window // 2, block.width, block.length
    inner = len(flat) - 2 * half
    pairs = [flat[half:][:inner]]
    pairs += [flat[half - shift :][:inner] + flat[half + shift :][:inner] for shift in range(1, half + 1)]
    steps = [(row, column) for row in range(half + 1) for column in range(half + 1) if row or column]
    for squared in sorted({row**2 + column**2 for row, column in steps}):
        pixels, total = 0, None
        for row, column in (step for step in steps if step[0] ** 2 + step[1] ** 2 == squared):
            part = pairs[column][(half - row) * width :][:length]
            if row:
                part = part + pairs[column][(half + row) * width :][:length]
            total = part if total is None else total + part
            pixels += (2 if row else 1) * (2 if column else 1)
        if total is not None:
            yield squared**0.5, pixels, total


def half_window_sums(block: Block, flat: NDArray[Any], side: NDArray[np.int8]) -> NDArray[Any]:
    """Sum of the half 7 x 7 window that `side` names for each pixel; every half holds 28 pixels.

    Sides: 0 left, 1 right, 2 above right, 3 below left, 4 above, 5 below, 6 above left, 7 below right; the row, column
    or diagonal through the centre belongs to both.
    """
    width = block.width
    upright = running_sum(running_sum(flat, 4, 1), 7, width)
    level = running_sum(running_sum(flat, 7, 1), 4, width)
    sums = {0: upright, 1: upright[3:], 4: level, 5: level[3 * width :]}
    rows = [flat]
    for count in range(1, 7):
        rows.append(rows[-1][:-1] + flat[count:])
    total = block.aligned(upright, 3) * (side == 0)
    for name in range(1, 8):
        part = block.aligned(sums[name], 3) if name in sums else _triangle(block, rows, _TRIANGLES[name])
        total += part * (side == name)
    return total


def _triangle(block: Block, rows: list[NDArray[Any]], shape: tuple[tuple[int, int], ...]) -> NDArray[Any]:
    """Sum of rows of the window, each given by length and first column."""
    pieces = (
        block.aligned(rows[count - 1][number * block.width + first :], 3) for number, (count, first) in enumerate(shape)
    )
    total = next(pieces) + next(pieces)
    for piece in pieces:
        total += piece
    return total
