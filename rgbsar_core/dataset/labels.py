"""Labels of a scene, polygons or a class raster, drawn on the scene's pixels some rows at a time."""

from __future__ import annotations

from typing import Optional, Protocol

import numpy as np
from numpy.typing import NDArray

from ..class_matching import match_classes, plain_name
from ..errors import ClassMapError, GridMismatchError, InputError
from ..legend import NODATA_VALUE, Legend
from ..raster.burn import PolygonBurner
from ..raster.class_map import ClassMap, open_class_map
from ..raster.gdal_calls import attempt, gdal
from ..raster.grid import Grid, describe_extent, may_share_ground
from ..raster.vectors import VectorLayer, count_entries, find_field, is_vector, open_vector
from .classes import FoundClasses, entries_found

Values = NDArray[np.uint8]
_OWNER = "class list"


class Drawn(Protocol):
    """Labels on a grid, opened in this thread.

    Attributes:
        contested: pixels in polygons of two classes, taken as unlabelled, so far.
    """

    contested: int

    def rows(self, row: int, height: int) -> Values:
        """(height, width) class values of the data set, 0 where there is no label; rows of the grid only."""


class LabelLayer(Protocol):
    """A label layer that was looked at; plain data."""

    found: FoundClasses

    def drawn(self, legend: Legend, grid: Grid) -> Drawn:
        """The labels on a grid, in the values of a legend.

        Raises:
            ClassMapError: a class the legend does not have.
            GridMismatchError: no common ground.
            RasterIOError: the file is gone.
        """


def open_labels(path: str, field: Optional[str], band: int) -> LabelLayer:
    """Look at polygons or a class raster.

    Args:
        path: vector file (`|layername=...` chooses a layer) or raster.
        field: attribute of polygons that holds the class; None takes `label`.
        band: of a raster.

    Raises:
        InputError: neither polygons nor raster, no such field.
        ClassMapError: values that are no classes.
        GridMismatchError: no CRS.
        RasterIOError: it cannot be read.
    """
    if is_vector(path):
        return PolygonLabels(path, field)
    if attempt(gdal.OpenEx, path)[0] is None:
        raise InputError(
            f"The labels '{path}' were not found or cannot be read; expected polygons or a class raster. Check the "
            "path."
        )
    return RasterLabels(open_class_map(path, "label", band))


class PolygonLabels:
    """Polygons with a class."""

    def __init__(self, path: str, field: Optional[str]) -> None:
        self._layer: VectorLayer = open_vector(path, "label layer")
        if self._layer.kind != "polygons":
            raise InputError(
                f"The {self._layer.label} holds points; expected polygons. Draw polygons, or buffer the points."
            )
        self._field = find_field(self._layer, field)
        self._entries = [entry for entry in count_entries(self._layer, self._field) if entry != ""]
        self.found = entries_found(self._entries, self._layer.label)

    def drawn(self, legend: Legend, grid: Grid) -> Drawn:
        """See `LabelLayer`."""
        _require_common_ground(self._layer.outline, grid, self._layer.label)
        values, _ = match_classes(self._entries, legend, self._layer.label, owner=_OWNER)
        return _DrawnPolygons(PolygonBurner(self._layer, self._field, values), grid)


class _DrawnPolygons:
    def __init__(self, burner: PolygonBurner, grid: Grid) -> None:
        self._burner, self._grid, self.contested = burner, grid, 0

    def rows(self, row: int, height: int) -> Values:
        values, contested = self._burner.draw(self._grid.window(0, row, self._grid.width, height))
        self.contested += contested
        return values


class RasterLabels:
    """A class raster; its value under the centre of each pixel counts."""

    def __init__(self, raster: ClassMap) -> None:
        self._raster = raster
        self._label = f"label raster '{raster.path}'"
        self.found = FoundClasses(self._label, legend=raster.legend, named=raster.named)

    def drawn(self, legend: Legend, grid: Grid) -> Drawn:
        """See `LabelLayer`."""
        _require_common_ground(self._raster.grid, grid, self._label)
        lookup = np.full(256, -1, np.int16)
        lookup[NODATA_VALUE] = NODATA_VALUE
        for value, wanted in self._values(legend).items():
            lookup[value] = wanted
        return _DrawnRaster(self._raster.on_grid(grid), lookup, self._label)

    def _values(self, legend: Legend) -> dict[int, int]:
        """By name if the raster names its classes and the list has them all, else by value, else an error by name.

        Not by value where a name stands at another value in the list: then the values do not mean the same.
        """
        own = self._raster.legend
        if self._raster.named:
            try:
                found, _ = match_classes(own.names, legend, self._label, "names", _OWNER)
                return {value: found[name] for value, name in zip(own.values, own.names)}
            except ClassMapError:
                known = {(plain_name(name), value) for name, value in zip(legend.names, legend.values)}
                names = {name for name, _ in known}
                pairs = ((plain_name(name), value) for name, value in zip(own.names, own.values))
                moved = any(pair not in known and pair[0] in names for pair in pairs)
                if moved or not set(own.values) <= set(legend.values):
                    raise
        found, _ = match_classes(own.values, legend, self._label, "values", _OWNER)
        return {value: found[value] for value in own.values}


class _DrawnRaster:
    contested = 0

    def __init__(self, raster: ClassMap, lookup: NDArray[np.int16], label: str) -> None:
        self._raster, self._lookup, self._label = raster, lookup, label

    def rows(self, row: int, height: int) -> Values:
        found = self._raster.window(0, row, self._raster.grid.width, height)
        own = self._lookup[found]
        if (own < 0).any():
            raise ClassMapError(
                f"The {self._label} has the value {int(found[own < 0][0])}, which its list of classes does not name; "
                "expected a name for every value. Complete its attribute table, or reclassify these pixels."
            )
        return own.astype(np.uint8)


def _require_common_ground(outline: Grid, grid: Grid, label: str) -> None:
    if not may_share_ground(outline, grid):
        raise GridMismatchError(
            f"The {label} lies outside the scene: it covers {describe_extent(outline)}; the two layers share "
            f"{describe_extent(grid)}. Choose labels of the same place, or correct their CRS."
        )
