"""Polygons that limit a map: rasterised strip by strip, so that a mask costs no memory of its own."""

from __future__ import annotations

import hashlib
import os
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import GridMismatchError, InputError
from .burn import drawn, skip_far_features
from .gdal_calls import attempt, gdal, ogr, require
from .grid import Box, Grid, footprint
from .vectors import POLYGONS, READ_AGAIN, choose_layer, split_layer


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
        if kind not in (*POLYGONS, ogr.wkbUnknown, ogr.wkbGeometryCollection):
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
        skip_far_features(self._layer, self._crs, grid)
        inside = drawn(self._layer, grid, f"The mask '{self._path}' could not be drawn")
        self._layer.SetSpatialFilter(None)
        return inside
