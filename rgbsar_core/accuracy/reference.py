"""What is held against a map: labelled points, labelled polygons, or another class raster.

Each kind answers, for the rows of the map as they pass, which class values stand against each other. All of them
read what they need for those rows; only the points, a few numbers each, are held in memory.
"""

from __future__ import annotations

import os
from typing import Optional, Protocol

import numpy as np
from numpy.typing import NDArray

from ..class_matching import RawClass, match_classes
from ..errors import ClassMapError, GridMismatchError, InputError
from ..legend import NODATA_VALUE
from ..raster.burn import PolygonBurner
from ..raster.class_map import ClassMap, open_class_map
from ..raster.gdal_calls import attempt, gdal
from ..raster.grid import (
    Grid,
    apply_affine,
    describe_extent,
    invert_affine,
    may_share_ground,
    on_this_turn,
    transform_points,
)
from ..raster.vectors import VectorLayer, count_entries, find_field, is_vector, open_vector, read_points, split_layer
from .sample_record import RECORD_ITEM, SampleRecord

Values = NDArray[np.uint8]


class Reference(Protocol):
    """Something a map can be held against.

    Attributes:
        kind: "points", "polygons" or "raster".
        label: how messages call it.
        matched: "names" or "values", by which its classes were found in the map.
        unlabelled: points or polygons without a class.
        outside: points outside the map.
        ambiguous: pixels in polygons of several classes, left out.
    """

    kind: str
    label: str
    matched: str
    unlabelled: int
    outside: int
    ambiguous: int

    def pairs(self, row: int, mapped: Values) -> tuple[Values, Values]:
        """The reference's and the map's class values, (n,) each, where the reference has a class.

        Args:
            row: first row.
            mapped: (h, W) values of the map.
        """


def open_reference(path: str, field: Optional[str], band: int, class_map: ClassMap, match: str) -> Reference:
    """Look at a reference and find the map's class for each of its classes.

    Args:
        path: vector file (QGIS's suffix `|layername=...` chooses a layer) or class raster.
        field: attribute with the class; None takes `label`.
        band: of a raster.
        class_map: the map.
        match: as in `match_classes`.

    Raises:
        InputError: neither points, polygons nor raster; no such field; no class in it.
        ClassMapError: classes the map does not have.
        GridMismatchError: no CRS, or no common ground with the map.
        RasterIOError: it cannot be read.
    """
    if is_vector(path):
        layer = open_vector(path)
        _require_common_ground(layer.outline, layer.label, class_map)
        kind = PointReference if layer.kind == "points" else PolygonReference
        return kind(layer, find_field(layer, field), class_map, match)
    if attempt(gdal.OpenEx, path)[0] is None:
        file = split_layer(path)[0]
        found, remedy = "was not found", "Check the path."
        if os.path.exists(file):
            found, remedy = "cannot be read", "Export the layer again, as GeoPackage or GeoTIFF."
        raise InputError(f"The reference '{file}' {found}; expected points, polygons or a class raster. {remedy}")
    return RasterReference(open_class_map(path, "reference", band), class_map, match)


class PointReference:
    """Labelled points; each stands for the pixel it lies in.

    Attributes:
        record: the design of the sample, if the layer remembers one.
        ids: (n,) their ids, 0 for none.
        reference, mapped: (n,) class values, 0 for none; `mapped` is filled while the rows pass.
    """

    kind = "points"
    ambiguous = 0

    def __init__(self, layer: VectorLayer, field: str, class_map: ClassMap, match: str) -> None:
        self.label = layer.label
        self.record = SampleRecord.from_text(layer.metadata.get(RECORD_ITEM))
        points = read_points(layer, field)
        entries = [entry for entry in points.entries if entry != ""]
        classes, self.matched = match_classes(entries, class_map.legend, layer.label, match)
        values = np.array([classes.get(entry, NODATA_VALUE) for entry in points.entries], np.uint8)[points.codes]
        turned = on_this_turn(class_map.grid, layer.outline).geotransform[0] - layer.outline.geotransform[0]
        columns, rows, inside = _pixels(points.x + turned, points.y, layer.crs_wkt, class_map.grid)
        labelled = values != NODATA_VALUE
        self.unlabelled = int((~labelled).sum())
        self.outside = int((labelled & ~inside).sum())
        _require_labels(bool(labelled.any()), layer, field)
        if not (labelled & inside).any():
            raise _apart(layer.outline, layer.label, class_map)
        kept = np.flatnonzero(labelled & inside)
        kept = kept[np.argsort(rows[kept], kind="stable")]
        self._columns, self._rows = columns[kept], rows[kept]
        self.reference, self.ids = values[kept], points.ids[kept]
        self.mapped: Values = np.zeros(len(kept), np.uint8)

    def pairs(self, row: int, mapped: Values) -> tuple[Values, Values]:
        """See `Reference`."""
        first, last = np.searchsorted(self._rows, [row, row + len(mapped)])
        self.mapped[first:last] = mapped[self._rows[first:last] - row, self._columns[first:last]]
        return self.reference[first:last], self.mapped[first:last]


class PolygonReference:
    """Labelled polygons; a pixel belongs to those its centre lies in."""

    kind = "polygons"
    outside = 0

    def __init__(self, layer: VectorLayer, field: str, class_map: ClassMap, match: str) -> None:
        self.label, self.ambiguous = layer.label, 0
        self._grid = class_map.grid
        counts = count_entries(layer, field)
        self.unlabelled = counts.pop("", 0)
        classes, self.matched = match_classes(counts, class_map.legend, layer.label, match)
        self.unlabelled += sum(counts[entry] for entry, value in classes.items() if value == NODATA_VALUE)
        _require_labels(any(value != NODATA_VALUE for value in classes.values()), layer, field)
        self._burner = PolygonBurner(layer, field, classes)

    def pairs(self, row: int, mapped: Values) -> tuple[Values, Values]:
        """See `Reference`; a pixel that polygons of two classes claim is left out."""
        owner, contested = self._burner.draw(self._grid.window(0, row, self._grid.width, len(mapped)))
        self.ambiguous += contested
        known = owner != NODATA_VALUE
        return owner[known], mapped[known]


class RasterReference:
    """Another class raster, read under the centres of the map's pixels."""

    kind = "raster"
    unlabelled = outside = ambiguous = 0

    def __init__(self, raster: ClassMap, class_map: ClassMap, match: str) -> None:
        self.label = f"reference raster '{raster.path}'"
        _require_common_ground(raster.grid, self.label, class_map)
        self._raster = raster.on_grid(class_map.grid)
        by_name = match == "names" or match == "auto" and raster.named and class_map.named
        legend = raster.legend
        self._foreign = {value: _unnamed(value, self.label) for value in range(1, 256) if value not in legend.values}
        entries: list[RawClass] = list(legend.names if by_name else legend.values)
        self.matched = "names" if by_name else "values"
        self._lookup: Values = np.zeros(256, np.uint8)
        refused = 0
        for entry, value in zip(entries, legend.values):
            try:
                self._lookup[value] = match_classes([entry], class_map.legend, self.label, self.matched)[0][entry]
            except ClassMapError as error:  # a class the map lacks is refused only where it occurs
                self._foreign[value] = error
                refused += 1
        if refused == len(legend):
            match_classes(entries, class_map.legend, self.label, self.matched)  # names them all
        self._is_foreign = np.isin(np.arange(256), list(self._foreign))

    def pairs(self, row: int, mapped: Values) -> tuple[Values, Values]:
        """See `Reference`; raises a ClassMapError where a class turns up that the map does not have."""
        found = self._raster.window(0, row, mapped.shape[1], len(mapped))
        foreign = self._is_foreign[found] & (mapped != NODATA_VALUE)
        if foreign.any():
            raise self._foreign[int(found[foreign][0])]
        values = self._lookup[found]
        known = values != NODATA_VALUE
        return values[known], mapped[known]


def _pixels(
    x: NDArray[np.float64], y: NDArray[np.float64], crs_wkt: str, grid: Grid
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Column and row each point lies in, and whether that is a pixel of the grid (else both are 0)."""
    x, y = transform_points(x, y, crs_wkt, grid.crs_wkt)
    known = np.isfinite(x) & np.isfinite(y)
    columns, rows = apply_affine(invert_affine(grid.geotransform), np.where(known, x, 0.0), np.where(known, y, 0.0))
    inside = known & (columns >= 0) & (columns < grid.width) & (rows >= 0) & (rows < grid.height)
    return np.where(inside, columns, 0).astype(np.int64), np.where(inside, rows, 0).astype(np.int64), inside


def _unnamed(value: int, label: str) -> ClassMapError:
    return ClassMapError(
        f"The {label} has the value {value}, which its list of classes does not name; expected a name for every value. "
        "Complete its attribute table, or reclassify these pixels."
    )


def _require_labels(found: bool, layer: VectorLayer, field: str) -> None:
    if not found:
        raise InputError(
            f"The field '{field}' of the {layer.label} is empty in all {layer.features} features; expected class names "
            "or values of the map. Fill it in, or choose another field."
        )


def _require_common_ground(outline: Grid, label: str, class_map: ClassMap) -> None:
    if not may_share_ground(outline, class_map.grid):
        raise _apart(outline, label, class_map)


def _apart(outline: Grid, label: str, class_map: ClassMap) -> GridMismatchError:
    return GridMismatchError(
        f"The {label} lies outside the map '{class_map.path}': it covers "
        f"{describe_extent(outline)}; the map covers {describe_extent(class_map.grid)}. Choose a reference of the same "
        "place, or correct its CRS."
    )
