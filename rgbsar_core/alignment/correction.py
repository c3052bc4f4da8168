"""A SAR raster moved back to where it belongs: the same pixels with another origin."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from ..callbacks import IsCancelled
from ..errors import OperationCancelled, RasterIOError
from ..raster.gdal_calls import NO_ROOM, attempt, gdal, io_message, last_error, quiet_gdal, require
from ..raster.grid import Grid, apply_affine, transform_points
from ..raster.source import DAMAGED
from .matching import Shift

_OPTIONS = ["TILED=YES", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER", "NUM_THREADS=2"]


def corrected_origin(grid: Grid, shift: Shift, sar: Grid) -> tuple[float, float]:
    """X and y of the SAR raster's corner after it is moved back by a shift, in its own CRS.

    Args:
        grid: in whose pixels the shift was measured; it is taken at the middle.
        shift: of the SAR raster.
        sar: its lattice.
    """
    row, column = grid.height / 2, grid.width / 2
    rows, columns = np.array([row, row + shift.row]), np.array([column, column + shift.column])
    x, y = transform_points(*apply_affine(grid.geotransform, columns, rows), grid.crs_wkt, sar.crs_wkt)
    return float(sar.geotransform[0] - (x[1] - x[0])), float(sar.geotransform[3] - (y[1] - y[0]))


def write_corrected(
    source: str,
    path: str,
    origin: tuple[float, float],
    note: str,
    progress: Callable[[float], None],
    is_cancelled: IsCancelled,
) -> None:
    """Copy a raster to a GeoTIFF, block by block, and give the copy another origin; pixels, names and nodata stay.

    Args:
        source: raster to copy.
        path: GeoTIFF to write; it must not exist.
        origin: x and y of its corner.
        note: stored in its metadata.
        progress: called with the share done.
        is_cancelled: asked often.

    Raises:
        RasterIOError: reading or writing failed.
        OperationCancelled: ``is_cancelled`` returned True.
    """
    opened = require(f"The SAR raster '{source}' cannot be opened again", DAMAGED, gdal.Open, source)
    view = gdal.GetDriverByName("VRT").CreateCopy("", opened)
    geotransform = list(opened.GetGeoTransform())
    geotransform[0], geotransform[3] = origin
    view.SetGeoTransform(geotransform)
    view.SetMetadataItem("RGBSAR_SHIFT_CORRECTED", note)

    def report(share: float, *_: Any) -> int:
        progress(min(share, 1.0))
        return 0 if is_cancelled() else 1

    driver = gdal.GetDriverByName("GTiff")
    try:
        copy, failure = attempt(driver.CreateCopy, path, view, options=_OPTIONS, callback=report)
        complete = copy is not None
        with quiet_gdal():
            copy = view = opened = None
            failure = failure or last_error()
    finally:
        copy = view = opened = None  # a traceback must not keep the files open
    if is_cancelled():
        raise OperationCancelled("Copying the SAR raster was cancelled.")
    if not complete or failure:
        raise RasterIOError(io_message("The corrected SAR raster could not be written", failure, NO_ROOM))
