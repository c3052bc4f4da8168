"""The windows' shifts as a layer of lines, in a GeoPackage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import RasterIOError
from ..raster.gdal_calls import gdal, io_message, last_error, ogr, quiet_gdal, require
from ..raster.grid import Grid, apply_affine, spatial_reference
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
_WHAT = "The arrows could not be written"
_NO_ROOM = "Free disk space or choose another folder; nothing was left behind."


def write_arrows(path: str, grid: Grid, windows: Sequence[WindowShift]) -> None:
    """Write one line a window, from its middle to where the SAR raster shows what lies there.

    Args:
        path: GeoPackage to write; it must not exist.
        grid: the windows' lattice.
        windows: to write.

    Raises:
        RasterIOError: the disk is full or gone.
    """
    dataset = _call(gdal.GetDriverByName("GPKG").Create, path, 0, 0, 0, gdal.GDT_Unknown)
    layer = _call(dataset.CreateLayer, LAYER, spatial_reference(grid.crs_wkt), ogr.wkbLineString)
    for name, kind in _FIELDS:
        _call(layer.CreateField, ogr.FieldDefn(name, kind))
    _call(dataset.StartTransaction)
    for window in windows:
        feature = ogr.Feature(layer.GetLayerDefn())
        east, north = ground_vector(grid, window.row, window.column, window.shift.row, window.shift.column)
        length = float(np.hypot(east, north))
        values = (window.shift.column, window.shift.row, east, north, length, window.shift.quality)
        for (name, _), value in zip(_FIELDS, (*(round(value, 3) for value in values), int(window.shift.reliable))):
            feature.SetField(name, value)
        line = ogr.Geometry(ogr.wkbLineString)
        for step in (0.0, 1.0):
            column, row = window.column + step * window.shift.column, window.row + step * window.shift.row
            line.AddPoint_2D(*apply_affine(grid.geotransform, column, row))
        feature.SetGeometryDirectly(line)
        _call(layer.CreateFeature, feature)
        feature = None
    _call(dataset.CommitTransaction)
    _call(dataset.FlushCache)
    with quiet_gdal():
        layer = dataset = None
        failure = last_error()
    if failure:
        raise RasterIOError(io_message(_WHAT, failure, _NO_ROOM))


def _call(function: Any, *arguments: Any) -> Any:
    result = require(_WHAT, _NO_ROOM, function, *arguments)
    if isinstance(result, int) and result != 0:
        raise RasterIOError(io_message(_WHAT, None, _NO_ROOM))
    return result
