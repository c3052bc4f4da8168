"""Ground area as whole numbers, so that sums over pixels do not depend on the order they are added in."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .grid import Grid

_PER_PIXEL = 2**20


class GroundUnits:
    """Counts the ground of a grid's pixels in millionths of its middle row's pixel.

    Args:
        grid: whose rows are counted.
    """

    def __init__(self, grid: Grid) -> None:
        areas = np.array([grid.pixel_area_m2(row) for row in range(grid.height)])
        self._unit_m2 = float(areas[grid.height // 2]) / _PER_PIXEL
        self._units: NDArray[np.int64] = np.rint(areas / self._unit_m2).astype(np.int64)
        self.total = int(self._units.sum()) * grid.width
        """Ground of the whole grid, nodata included."""

    def per_pixel(self, row: int, height: int) -> NDArray[np.int64]:
        """(height,) ground of one pixel in each row from `row` on."""
        return self._units[row : row + height]

    def hectares(self, units: int) -> float:
        """Ground in hectares."""
        return float(units) * self._unit_m2 / 10_000

    def from_hectares(self, hectares: float) -> int:
        """The least whole number that is no less ground, up to rounding."""
        return math.ceil(hectares * 10_000 / self._unit_m2 * (1 - 1e-9))
