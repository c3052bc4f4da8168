"""Which lattice a map gets, and which part of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Optional

from ..errors import GridMismatchError
from ..parameters import ClassificationParameters, Extent
from .grid import Box, Grid, describe_extent, footprint, spatial_reference
from .mask import PolygonMask
from .source import RasterSource

_EPSILON = 1e-6
_LONGEST_SIDE = 2**31 - 1  # GDAL's


@dataclass(frozen=True)
class MapWindow:
    """Part of the scene to map: first column and row in the scene grid, and the part as a grid."""

    column: int
    row: int
    grid: Grid


def scene_grid(parameters: ClassificationParameters, sources: tuple[RasterSource, ...]) -> Grid:
    """The ground all rasters share, on the chosen raster's lattice (or its lattice at the chosen pixel size).

    A pixel belongs to it when its centre lies in every raster's outline.

    Raises:
        GridMismatchError: they share no ground.
    """
    base = next((s for s in sources if s.role.lower() == parameters.grid), sources[0])
    lattice = base.grid if parameters.gsd is None else base.grid.rescaled(parameters.gsd)
    whole = (0.0, 0.0, float(lattice.width), float(lattice.height))
    for other in sources:
        if other is base:
            continue
        box = footprint(other.grid, lattice)
        shared = None if box is None else _common(whole, box)
        if shared is None:
            raise GridMismatchError(
                f"The optical and the SAR raster do not overlap: {base.label} covers {describe_extent(base.grid)}; "
                f"{other.label} covers {describe_extent(other.grid)}. Expected common ground. Choose layers of the "
                "same place, or correct a wrong CRS."
            )
        whole = shared
    window = _pixels(whole)
    if window is None:
        reference, size = spatial_reference(lattice.crs_wkt), math.hypot(*lattice.geotransform[1:5:3])
        unit = reference.GetAngularUnitsName() if reference.IsGeographic() else reference.GetLinearUnitsName()
        raise GridMismatchError(
            f"{base.title} and the other raster share less than one pixel of {size:g} {unit}; expected common ground. "
            "Choose layers that overlap more, or smaller pixels."
        )
    _, _, width, height = window
    if max(width, height) > _LONGEST_SIDE:
        raise GridMismatchError(
            f"The common ground has {width:,} x {height:,} pixels of {lattice.geotransform[1]:g} map "
            f"units; expected up to {_LONGEST_SIDE:,} on a side. Choose larger pixels."
        )
    return lattice.window(*window)


def map_window(scene: Grid, extent: Optional[Extent], mask: Optional[PolygonMask]) -> MapWindow:
    """The part of the scene that the user's extent and mask leave.

    Raises:
        GridMismatchError: nothing is left.
    """
    parts: list[tuple[str, Optional[Box]]] = []
    if extent is not None:
        parts.append(("extent", _extent_box(scene, extent)))
    if mask is not None:
        parts.append(("mask", mask.box(scene)))
    box: Box = (0.0, 0.0, float(scene.width), float(scene.height))
    window = (0, 0, scene.width, scene.height)
    for name, part in parts:
        common = _common(box, part) if part else None
        left = _pixels(common) if common else None
        if common is None or left is None:
            raise GridMismatchError(
                f"The {name} does not overlap the layers; their common ground covers {describe_extent(scene)}. "
                f"Expected a common part. Choose another {name}."
            )
        box, window = common, left
    return MapWindow(window[0], window[1], scene.window(*window))


def _extent_box(scene: Grid, extent: Extent) -> Optional[Box]:
    width, height = extent.xmax - extent.xmin, extent.ymax - extent.ymin
    outline = Grid(1, 1, (extent.xmin, width, 0.0, extent.ymax, 0.0, -height), extent.crs or scene.crs_wkt)
    return footprint(outline, scene)


def _common(first: Box, second: Box) -> Optional[Box]:
    left, top = max(first[0], second[0]), max(first[1], second[1])
    right, bottom = min(first[2], second[2]), min(first[3], second[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _pixels(box: Box) -> Optional[tuple[int, int, int, int]]:
    """Column, row, width, height of the pixels whose centres lie in a box."""
    left, top = math.ceil(box[0] - 0.5 - _EPSILON), math.ceil(box[1] - 0.5 - _EPSILON)
    right, bottom = math.floor(box[2] + 0.5 + _EPSILON), math.floor(box[3] + 0.5 + _EPSILON)
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None
