"""Reading a confidence raster: percent on the grid of a class map."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import GridMismatchError, InputError
from ..strips import CONFIDENCE_NODATA
from .grid import Grid, describe_extent, lattice_offset
from .reader import OpenRaster, ReadPlan
from .source import open_raster


class PercentRaster:
    """A confidence raster as `rgbsar classify` writes it: whole percent, 255 = nodata; opened in this thread.

    Args:
        path: what GDAL opens; its first band counts.
        grid: the class map's lattice, which it must share.

    Raises:
        InputError: no raster, or pixels that are no whole numbers.
        GridMismatchError: another grid.
        RasterIOError: it cannot be read.
    """

    def __init__(self, path: str, grid: Grid) -> None:
        source = open_raster(path, "confidence", (1,))
        self._name = source.title
        if source.is_float:
            raise InputError(
                f"{self._name} has {source.dtype} pixels; expected whole percent, 0 to 100, 255 = nodata. Multiply "
                "shares of 1 by 100 and save it as Byte."
            )
        if (source.grid.width, source.grid.height) != (grid.width, grid.height) or lattice_offset(
            grid, source.grid
        ) != (0, 0):
            raise GridMismatchError(
                f"{self._name} has {source.grid.width} x {source.grid.height} pixels at "
                f"{describe_extent(source.grid)}; the map has {grid.width} x {grid.height} pixels at "
                f"{describe_extent(grid)}. Choose the confidence raster that was written together with the map."
            )
        nodata = source.bands[0].nodata
        self._width = grid.width
        self._raster = OpenRaster(
            ReadPlan(path, source.label, (1,), source.dtype, (nodata,), True, block_height=source.block_height)
        )

    def rows(self, row: int, height: int) -> NDArray[np.uint8]:
        """(height, W) percent, 0 where it is not known.

        Raises:
            InputError: a value that is neither 0 to 100 nor nodata.
            RasterIOError: it cannot be read.
        """
        pixels, valid = self._raster.read(0, row, self._width, height)
        values: NDArray[Any] = np.where(valid & (pixels[0] != CONFIDENCE_NODATA), pixels[0], 0)
        if values.min() < 0 or values.max() > 100:
            odd = values[(values < 0) | (values > 100)][0]
            raise InputError(
                f"{self._name} has the value {odd} near row {row}; expected percent, 0 to 100, 255 = nodata. Choose "
                "the confidence raster of the map."
            )
        return values.astype(np.uint8)
