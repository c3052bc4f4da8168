"""Ground per class, counted while the rows of a map pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..legend import Legend
from ..results import ClassArea
from ..strips import RowBlock
from .grid import Grid


class AreaTally:
    """Pixels and ground area per class, counted while the rows pass."""

    def __init__(self, grid: Grid, legend: Legend) -> None:
        self._grid = grid
        self._legend = legend
        self._pixels: NDArray[np.int64] = np.zeros(256, np.int64)
        self._square_metres: NDArray[np.float64] = np.zeros(256)

    def add(self, block: RowBlock) -> None:
        """Count the rows of one block."""
        rows = np.arange(block.height, dtype=np.int64)[:, None] * 256
        counts = np.bincount((block.labels + rows).ravel(), minlength=256 * block.height).reshape(-1, 256)
        areas = np.array([self._grid.pixel_area_m2(block.row + row) for row in range(block.height)])
        self._pixels += counts.sum(axis=0)
        self._square_metres += areas @ counts

    @property
    def nodata_pixels(self) -> int:
        """Pixels without a class."""
        return int(self._pixels[0])

    def areas(self) -> tuple[ClassArea, ...]:
        """One entry per class of the legend, also where none was found."""
        return tuple(
            ClassArea(c.value, c.name, c.color, int(self._pixels[c.value]), float(self._square_metres[c.value]))
            for c in self._legend.classes
        )
