"""Polygons that limit a map: rasterised strip by strip, so that a mask costs no memory of its own."""

from __future__ import annotations

import hashlib
import os
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import GridMismatchError, InputError, RasterIOError
from .gdal_calls import attempt, gdal, io_message, ogr, require
from .grid import Box, Grid, apply_affine, footprint, transform_points
from .vectors import READ_AGAIN, choose_layer, split_layer


class PolygonMask:
    """A polygon layer opened in this thread.

    Args:
        path: vector file; QGIS's suffixes ``|layername=...`` and ``|layerid=...`` choose a layer.

    Raises:
        InputError: no vector file, no polygons.
        GridMismatchError: no CRS.
    """

    def __init__(self, path: str) -> None:
        file, options = split_layer(path)
        self._dataset, failure = attempt(gdal.OpenEx, file, gdal.OF_VECTOR)
        if self._dataset is None:
            found = f"cannot be read ({failure or 'not as vectors'})" if os.path.exists(file) else "was not found"
            raise InputError(f"The mask '{file}' {found}; expected a vector file with polygons. Choose another.")
        self._layer = choose_layer(self._dataset, file, options, "mask")
        if not attempt(self._layer.GetFeatureCount)[0]:
            raise InputError(f"The mask '{file}' is empty; expected at least one polygon. Draw one, or use no mask.")
        kind = ogr.GT_Flatten(self._layer.GetGeomType())
        polygons = (ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface)
        if kind not in (*polygons, ogr.wkbUnknown, ogr.wkbGeometryCollection):
            raise InputError(
                f"The mask '{file}' holds {ogr.GeometryTypeToName(kind)} features; expected polygons. "
                "Choose a polygon layer, or buffer this one."
            )
        reference = self._layer.GetSpatialRef()
        if reference is None:
            raise GridMismatchError(f"The mask '{file}' has no coordinate reference system; expected one. Assign it.")
        self._path, self._crs = file, reference.ExportToWkt()

    def box(self, lattice: Grid) -> Optional[Box]:
        """Smallest box, in pixel coordinates of ``lattice``, around all polygons; None if they have no place there."""
        extent, _ = attempt(self._layer.GetExtent, can_return_null=True)
        if extent is None:
            return None
        xmin, xmax, ymin, ymax = extent
        outline = Grid(1, 1, (xmin, max(xmax - xmin, 1e-12), 0.0, ymax, 0.0, min(ymin - ymax, -1e-12)), self._crs)
        return footprint(outline, lattice)

    def digest(self) -> str:
        """SHA-256 of all shapes in their order, and of their CRS."""
        digest = hashlib.sha256(self._crs.encode("utf-8"))
        self._layer.ResetReading()
        what = f"The mask '{self._path}' cannot be read"
        while (feature := require(what, READ_AGAIN, self._layer.GetNextFeature)) is not None:
            shape = feature.GetGeometryRef()
            digest.update(b"" if shape is None else bytes(shape.ExportToWkb()))
        return digest.hexdigest()

    def inside(self, grid: Grid) -> NDArray[np.bool_]:
        """(height, width) True where a pixel's centre lies in a polygon.

        Raises:
            RasterIOError: the polygons could not be read or brought to the grid's CRS.
        """
        target = gdal.GetDriverByName("MEM").Create("", grid.width, grid.height, 1, gdal.GDT_Byte)
        target.SetGeoTransform(grid.geotransform)
        target.SetProjection(grid.crs_wkt)
        self._restrict(grid)
        code, failure = attempt(gdal.RasterizeLayer, target, [1], self._layer, burn_values=[1])
        self._layer.SetSpatialFilter(None)
        if failure or code not in (0, None):
            what = f"The mask '{self._path}' could not be drawn"
            raise RasterIOError(io_message(what, failure, "Check its polygons."))
        burnt = np.frombuffer(target.ReadRaster(), np.uint8).reshape(grid.height, grid.width)
        return np.asarray(burnt > 0)

    def _restrict(self, grid: Grid) -> None:
        """Let the layer skip features far from the strip."""
        columns = np.linspace(-1, grid.width + 1, 21)
        edges = [np.full(21, -1.0), np.full(21, grid.height + 1.0)]
        x, y = apply_affine(grid.geotransform, np.tile(columns, 2), np.concatenate(edges))
        x, y = transform_points(x, y, grid.crs_wkt, self._crs)
        if np.isfinite(x).all() and np.isfinite(y).all():
            margin = 0.02 * float(np.ptp(x) + np.ptp(y))
            west, south = float(x.min()) - margin, float(y.min()) - margin
            self._layer.SetSpatialFilterRect(west, south, float(x.max()) + margin, float(y.max()) + margin)
