"""Reading one tile of a data set: GeoTIFF, PNG, JPEG or WebP, with or without a place on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from ..raster.gdal_calls import attempt, gdal, io_message
from ..raster.grid import Grid
from ..raster.reader import valid_pixels

_LARGEST_PIXELS = 2**28


@dataclass(frozen=True)
class TileFile:
    """The pixels of one tile.

    Args:
        pixels: (C, h, w) numbers as in the file.
        valid: (h, w) True where they are measurements.
        unmarked: True if a number is NaN or infinite although nodata is not NaN.
        grid: its place, or None.
    """

    pixels: NDArray[np.float64]
    valid: NDArray[np.bool_]
    unmarked: bool
    grid: Optional[Grid]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.pixels.shape[1], self.pixels.shape[2]

    def chosen(self, numbers: Sequence[int]) -> TileFile:
        """The same with some of its bands, numbered from 1."""
        return replace(self, pixels=self.pixels[[number - 1 for number in numbers]])


def read_tile(path: Path, alone: bool = False) -> TileFile:
    """Read one tile whole.

    Args:
        path: of the file.
        alone: no side files are looked for. GDAL lists the whole folder for them, which takes longer than reading the
            tile where there are thousands.

    Raises:
        RasterIOError: no image, truncated, of complex numbers, or larger than any tile.
    """
    remedy = "Export or copy it again."
    beside = {"sibling_files": [path.name]} if alone else {}
    dataset, failure = attempt(gdal.OpenEx, str(path), gdal.OF_RASTER | gdal.OF_VERBOSE_ERROR, **beside)
    if dataset is None or dataset.RasterCount == 0:
        raise RasterIOError(io_message(f"'{path.name}' cannot be opened", failure, remedy))
    kind = dataset.GetRasterBand(1).DataType
    if gdal.DataTypeIsComplex(kind):
        raise RasterIOError(
            f"'{path.name}' holds complex numbers ({gdal.GetDataTypeName(kind)}); expected amplitude, power or "
            "decibels. Convert it."
        )
    count, height, width = dataset.RasterCount, dataset.RasterYSize, dataset.RasterXSize
    if count * height * width > _LARGEST_PIXELS:
        raise RasterIOError(f"'{path.name}' has {width} x {height} pixels in {count} bands; expected a tile. Cut it.")
    data, failure = attempt(dataset.ReadRaster, buf_type=gdal.GDT_Float64)
    if data is None or failure:
        raise RasterIOError(io_message(f"'{path.name}' cannot be read", failure, remedy))
    pixels = np.frombuffer(data, np.float64).reshape(count, height, width)
    nodata = tuple(dataset.GetRasterBand(number).GetNoDataValue() for number in range(1, count + 1))
    marked = any(value is not None and np.isnan(value) for value in nodata)
    return TileFile(
        pixels=pixels,
        valid=valid_pixels(pixels, nodata, any(value not in (None, 0.0) for value in nodata)),
        unmarked=not marked and not bool(np.isfinite(pixels).all()),
        grid=_grid(dataset),
    )


def _grid(dataset: object) -> Optional[Grid]:
    geotransform = dataset.GetGeoTransform(can_return_null=True)  # type: ignore[attr-defined]
    wkt = dataset.GetProjection()  # type: ignore[attr-defined]
    if geotransform is None or not wkt:
        return None
    width, height = dataset.RasterXSize, dataset.RasterYSize  # type: ignore[attr-defined]
    return Grid(width, height, tuple(map(float, geotransform)), wkt)  # type: ignore[arg-type]
