"""The windows' shifts as a layer of lines, in a GeoPackage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..raster.gdal_calls import ogr
from ..raster.geopackage import GeoPackage
from ..raster.grid import Grid, apply_affine
from .job import WindowShift
from .layers import ground_vector

LAYER = "shifts"
_FIELDS = (
    ("columns", ogr.OFTReal),
    ("rows", ogr.OFTReal),
    ("east_m", ogr.OFTReal),
    ("north_m", ogr.OFTReal),
    ("shift_m", ogr.OFTReal),
    ("quality", ogr.OFTReal),
    ("reliable", ogr.OFTInteger),
)


def write_arrows(path: str, grid: Grid, windows: Sequence[WindowShift]) -> None:
    """Write one line a window, from its middle to where the SAR raster shows what lies there.

    Args:
        path: GeoPackage to write; it must not exist.
        grid: the windows' lattice.
        windows: to write.

    Raises:
        RasterIOError: the disk is full or gone.
    """
    with GeoPackage(
        path, "The arrows could not be written", LAYER, ogr.wkbLineString, grid.crs_wkt, _FIELDS
    ) as file:
        for window in windows:
            east, north = ground_vector(grid, window.row, window.column, window.shift.row, window.shift.column)
            length = float(np.hypot(east, north))
            values = (window.shift.column, window.shift.row, east, north, length, window.shift.quality)
            attributes = (*(round(value, 3) for value in values), int(window.shift.reliable))
            line = ogr.Geometry(ogr.wkbLineString)
            for step in (0.0, 1.0):
                column, row = window.column + step * window.shift.column, window.row + step * window.shift.row
                line.AddPoint_2D(*apply_affine(grid.geotransform, column, row))
            file.add(line, {name: value for (name, _), value in zip(_FIELDS, attributes)})
