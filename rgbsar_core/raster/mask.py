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
from .grid import Box, Grid, footprint, on_this_turn
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
            reason = f" ({failure.rstrip('.')})" if failure else ""
            found = f"cannot be read as vectors{reason}" if os.path.exists(file) else "was not found"
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
        extent, _ = attempt(self._layer.GetExtent, can_return_null=True)
        self._outline: Optional[Grid] = None
        if extent is not None:
            west, east, south, north = extent
            size = max(east - west, 1e-12), min(south - north, -1e-12)
            self._outline = Grid(1, 1, (west, size[0], 0.0, north, 0.0, size[1]), self._crs)

    def box(self, lattice: Grid) -> Optional[Box]:
        """Smallest box, in pixel coordinates of ``lattice``, around all polygons; None if they have no place there."""
        return None if self._outline is None else footprint(self._outline, lattice)

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
        grid = on_this_turn(self._outline, grid) if self._outline else grid
        skip_far_features(self._layer, self._crs, grid)
        inside = drawn(self._layer, grid, f"The mask '{self._path}' could not be drawn")
        self._layer.SetSpatialFilter(None)
        return inside
