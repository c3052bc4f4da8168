"""Drawing polygons on a grid, some rows at a time, so that they cost no memory of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..class_matching import RawClass
from ..errors import RasterIOError
from ..legend import NODATA_VALUE
from .gdal_calls import attempt, gdal, io_message, ogr
from .grid import Grid, apply_affine, on_this_turn, transform_points
from .vectors import VectorLayer, open_layer


class PolygonBurner:
    """A layer of labelled polygons, opened in this thread; a pixel belongs to those its centre lies in.

    Args:
        layer: polygons.
        field: attribute that holds their class.
        values: class value of each class as it stands in the file; others, and those of value 0, are not drawn.

    Raises:
        RasterIOError: the file is gone.
    """

    def __init__(self, layer: VectorLayer, field: str, values: Mapping[RawClass, int]) -> None:
        self._what = f"The {layer.label} could not be drawn on the map's pixels"
        self._crs, self._field, self._outline = layer.crs_wkt, field, layer.outline
        self._dataset, self._layer = open_layer(layer)
        self._entries: dict[int, list[RawClass]] = {}
        for entry, value in values.items():
            if entry != "" and value != NODATA_VALUE:
                self._entries.setdefault(value, []).append(entry)

    def draw(self, grid: Grid) -> tuple[NDArray[np.uint8], int]:
        """(h, W) class values, 0 where there is none or polygons of two classes lie; and how many of the latter.

        Raises:
            RasterIOError: the polygons could not be read or brought to the grid's CRS.
        """
        owner: NDArray[np.uint8] = np.zeros((grid.height, grid.width), np.uint8)
        contested = np.zeros(owner.shape, bool)
        grid = on_this_turn(self._outline, grid)
        skip_far_features(self._layer, self._crs, grid)
        for value, entries in self._entries.items():
            inside = self._burnt(grid, entries)
            contested |= inside & (owner != NODATA_VALUE)
            owner[inside] = value
        owner[contested] = NODATA_VALUE
        return owner, int(contested.sum())

    def _burnt(self, grid: Grid, entries: list[RawClass]) -> NDArray[np.bool_]:
        """(h, W) True where a pixel's centre lies in a polygon of these entries."""
        field = self._field.replace('"', '""')
        wanted = ", ".join(_literal(entry) for entry in entries)
        _call(self._what, self._layer.SetAttributeFilter, f'"{field}" IN ({wanted})')
        return drawn(self._layer, grid, self._what)


def _literal(entry: RawClass) -> str:
    """A value as OGR's filters want it."""
    return "'" + entry.replace("'", "''") + "'" if isinstance(entry, str) else repr(entry)


def skip_far_features(layer: Any, crs_wkt: str, grid: Grid) -> None:
    """Let a layer pass over features far from the grid; all count where its outline has no place in the layer's CRS."""
    edges = np.repeat([-1.0, grid.height + 1.0], 21)
    x, y = apply_affine(grid.geotransform, np.tile(np.linspace(-1, grid.width + 1, 21), 2), edges)
    x, y = transform_points(x, y, grid.crs_wkt, crs_wkt)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        layer.SetSpatialFilter(None)
        return
    margin = 0.02 * float(np.ptp(x) + np.ptp(y))
    west, south = float(x.min()) - margin, float(y.min()) - margin
    layer.SetSpatialFilterRect(west, south, float(x.max()) + margin, float(y.max()) + margin)


def drawn(layer: Any, grid: Grid, what: str) -> NDArray[np.bool_]:
    """(h, W) True where a pixel's centre lies in a polygon of the layer; `what` begins the message of a failure.

    Raises:
        RasterIOError: the polygons could not be read or brought to the grid's CRS.
    """
    kind = layer.GetGeomType()
    if ogr.GT_IsNonLinear(kind) or ogr.GT_Flatten(kind) in (ogr.wkbUnknown, ogr.wkbGeometryCollection):
        holder, layer = _straightened(layer, what)  # GDAL draws nothing of a polygon with curves, and says so to nobody
    target = gdal.GetDriverByName("MEM").Create("", grid.width, grid.height, 1, gdal.GDT_Byte)
    target.SetGeoTransform(grid.geotransform)
    target.SetProjection(grid.crs_wkt)
    _call(what, gdal.RasterizeLayer, target, [1], layer, burn_values=[1])
    return np.asarray(np.frombuffer(target.ReadRaster(), np.uint8).reshape(grid.height, grid.width) > 0)


def _straightened(layer: Any, what: str) -> tuple[Any, Any]:
    """The features that pass a layer's filters, their curves as many short lines: data set and layer."""
    holder = ogr.GetDriverByName("Memory").CreateDataSource("")
    straight = holder.CreateLayer("", layer.GetSpatialRef(), ogr.wkbUnknown)
    layer.ResetReading()
    while True:
        feature, failure = attempt(layer.GetNextFeature)
        if failure:
            raise RasterIOError(io_message(what, failure, "Check its polygons."))
        if feature is None:
            return holder, straight
        geometry = feature.GetGeometryRef()
        if geometry is not None:
            copy = ogr.Feature(straight.GetLayerDefn())
            copy.SetGeometry(geometry.GetLinearGeometry())
            _call(what, straight.CreateFeature, copy)


def _call(what: str, function: Any, *args: Any, **kwargs: Any) -> None:
    code, failure = attempt(function, *args, **kwargs)
    if failure or code not in (0, None):
        raise RasterIOError(io_message(what, failure, "Check its polygons."))
