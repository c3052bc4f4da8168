"""The pixel lattice: where a raster's pixels lie on the ground, and how large they are there.

Pixel coordinates are continuous, (0, 0) the outer corner of the first pixel, as in GDAL's geotransform:
``x = g0 + column * g1 + row * g2``, ``y = g3 + column * g4 + row * g5``. Rotated and south-up lattices are
ordinary ones. Coordinates are always (easting, northing) or (longitude, latitude), whatever the CRS says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import GridMismatchError
from .gdal_calls import attempt, osr

Geotransform = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
_LATTICE_TOLERANCE = 1e-3  # pixels
_AREA_KNOTS = 513


@dataclass(frozen=True)
class Grid:
    """A finite pixel lattice on the ground.

    Args:
        width, height: pixels.
        geotransform: GDAL's six numbers, in the CRS's units.
        crs_wkt: coordinate reference system as WKT.
    """

    width: int
    height: int
    geotransform: Geotransform
    crs_wkt: str

    def window(self, column: int, row: int, width: int, height: int) -> Grid:
        """The part of this lattice that starts at (column, row); it may reach beyond the grid."""
        x, y = apply_affine(self.geotransform, column, row)
        g = self.geotransform
        return Grid(width, height, (float(x), g[1], g[2], float(y), g[4], g[5]), self.crs_wkt)

    def rescaled(self, gsd: float) -> Grid:
        """The lattice with the same origin and directions and square pixels of ``gsd`` CRS units."""
        g = self.geotransform
        size_x, size_y = math.hypot(g[1], g[4]), math.hypot(g[2], g[5])
        sx, sy = gsd / size_x, gsd / size_y
        width, height = math.floor(self.width / sx + 1e-6), math.floor(self.height / sy + 1e-6)
        return Grid(
            max(1, width), max(1, height), (g[0], g[1] * sx, g[2] * sy, g[3], g[4] * sx, g[5] * sy), self.crs_wkt
        )

    def pixel_area_m2(self, row: int) -> float:
        """Mean ground area of a pixel of this row on the CRS's ellipsoid, square metres."""
        return float(_row_areas(self)[row])

    def ground_sampling_m(self) -> float:
        """Side of a square with the ground area of the centre pixel, metres: true ground, not map units."""
        return math.sqrt(float(_pixel_areas(self, np.array([self.width / 2]), np.array([self.height / 2]))[0]))

    def bounds(self) -> Box:
        """Smallest xmin, ymin, xmax, ymax around the grid, in its own CRS."""
        x, y = apply_affine(
            self.geotransform,
            np.array([0, self.width, 0, self.width], float),
            np.array([0, 0, self.height, self.height], float),
        )
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def apply_affine(g: Geotransform, column: Any, row: Any) -> tuple[Any, Any]:
    """Pixel coordinates to map coordinates (or back, with the inverse)."""
    return g[0] + column * g[1] + row * g[2], g[3] + column * g[4] + row * g[5]


def invert_affine(g: Geotransform) -> Geotransform:
    """The geotransform from map to pixel coordinates.

    Raises:
        GridMismatchError: pixels without area.
    """
    determinant = g[1] * g[5] - g[2] * g[4]
    if not all(map(math.isfinite, (*g, determinant))) or determinant == 0:
        raise GridMismatchError(
            f"The geotransform {g} has pixels without area or place; expected a lattice that can be inverted. "
            "Georeference the raster again."
        )
    a, b, d, e = g[5] / determinant, -g[2] / determinant, -g[4] / determinant, g[1] / determinant
    return (-(a * g[0] + b * g[3]), a, b, -(d * g[0] + e * g[3]), d, e)


def spatial_reference(definition: str) -> Any:
    """An ``osr.SpatialReference`` with x = easting or longitude.

    Raises:
        GridMismatchError: GDAL does not understand the definition.
    """
    reference = osr.SpatialReference()
    code, failure = attempt(reference.SetFromUserInput, definition)
    if failure or code not in (0, None):
        raise GridMismatchError(
            f"The coordinate reference system '{definition[:80]}' is not understood; expected WKT or EPSG:number. "
            "Assign a known CRS."
        )
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return reference


def same_crs(first: str, second: str) -> bool:
    """True if both definitions mean the same system, axis order apart."""
    options = ["IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", "CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS"]
    return first == second or bool(spatial_reference(first).IsSame(spatial_reference(second), options))


def transform_points(
    x: NDArray[np.float64], y: NDArray[np.float64], source: str, target: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Map coordinates in another CRS; infinite where a point has none there.

    Raises:
        GridMismatchError: no transformation between the two systems is known.
    """
    if same_crs(source, target):
        return np.asarray(x, float), np.asarray(y, float)
    return _transform(spatial_reference(source), spatial_reference(target), x, y)


def _transform(
    source: Any, target: Any, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    transformation, failure = attempt(osr.CoordinateTransformation, source, target)
    if transformation is None or getattr(transformation, "this", None) is None:
        raise GridMismatchError(
            f"No transformation leads from '{source.GetName()}' to '{target.GetName()}' ({failure}); expected two "
            "earth-related systems. Assign the right CRS."
        )
    points, _ = attempt(transformation.TransformPoints, np.column_stack([x, y]).tolist())
    if points is None:
        return np.full(len(x), np.inf), np.full(len(x), np.inf)
    moved = np.array(points, float)
    return moved[:, 0], moved[:, 1]


def points_on(
    lattice: Grid, x: NDArray[np.float64], y: NDArray[np.float64], source: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """:func:`transform_points` to a lattice's CRS; longitudes are those nearest to its middle.

    Transformed ones come from -180 to 180, and a lattice may lie across the 180th meridian.
    """
    x, y = transform_points(x, y, source, lattice.crs_wkt)
    reference = spatial_reference(lattice.crs_wkt)
    if reference.IsGeographic() and not same_crs(source, lattice.crs_wkt):
        turn, middle = 2 * math.pi / reference.GetAngularUnits(), sum(lattice.bounds()[::2]) / 2
        x = np.where(np.isfinite(x), x - turn * np.round((np.nan_to_num(x, posinf=0, neginf=0) - middle) / turn), x)
    return x, y


def on_this_turn(lattice: Grid, other: Grid) -> Grid:
    """``other`` in the longitudes of ``lattice``, if both count degrees of one system but a whole turn apart.

    The ground on both sides of the 180th meridian is 179 to 181 in one file, -181 to -179 in another.
    """
    (west, _, east, _), (other_west, _, other_east, _) = lattice.bounds(), other.bounds()
    if other_west < east and west < other_east:
        return other
    reference = spatial_reference(lattice.crs_wkt)
    if not (reference.IsGeographic() and same_crs(lattice.crs_wkt, other.crs_wkt)):
        return other
    turn = 2 * math.pi / reference.GetAngularUnits()
    g, turns = other.geotransform, round((other_west + other_east - west - east) / 2 / turn)
    return replace(other, geotransform=(g[0] - turns * turn, *g[1:]))


def lattice_offset(lattice: Grid, other: Grid) -> Optional[tuple[int, int]]:
    """Where ``other`` starts, (column, row), if it lies on the pixels of ``lattice``; else None."""
    if not same_crs(lattice.crs_wkt, other.crs_wkt):
        return None
    inverse, other = invert_affine(lattice.geotransform), on_this_turn(lattice, other)
    columns = np.array([0.0, other.width, 0.0, other.width])
    rows = np.array([0.0, 0.0, other.height, other.height])
    found_columns, found_rows = apply_affine(inverse, *apply_affine(other.geotransform, columns, rows))
    offset = round(float(found_columns[0])), round(float(found_rows[0]))
    gap = max(np.abs(found_columns - columns - offset[0]).max(), np.abs(found_rows - rows - offset[1]).max())
    return offset if gap < _LATTICE_TOLERANCE else None


def footprint(grid: Grid, lattice: Grid, window: Optional[Box] = None) -> Optional[Box]:
    """Smallest box, in pixel coordinates of ``lattice``, around ``grid`` (or a pixel box of it); None if nowhere."""
    left, top, right, bottom = window or (0.0, 0.0, float(grid.width), float(grid.height))
    grid = on_this_turn(lattice, grid)
    columns, rows = (a.ravel() for a in np.meshgrid(np.linspace(left, right, 21), np.linspace(top, bottom, 21)))
    x, y = apply_affine(grid.geotransform, columns, rows)
    x, y = points_on(lattice, x, y, grid.crs_wkt)
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return None
    columns, rows = apply_affine(invert_affine(lattice.geotransform), x[known], y[known])
    return float(columns.min()), float(rows.min()), float(columns.max()), float(rows.max())


def may_share_ground(one: Grid, other: Grid) -> bool:
    """Whether one grid's box reaches the other; looked at both ways, as a CRS may not know all the other's ground."""
    for grid, lattice in ((one, other), (other, one)):
        box = footprint(grid, lattice)
        if box and box[0] <= lattice.width and box[1] <= lattice.height and box[2] >= 0 and box[3] >= 0:
            return True
    return False


def degrees(grid: Grid) -> Optional[Box]:
    """West, south, east and north of a grid in WGS 84; None where they cannot be computed."""
    whole = Grid(360, 180, (-180.0, 1.0, 0.0, 90.0, 0.0, -1.0), "EPSG:4326")
    try:
        box = footprint(grid, whole)
    except GridMismatchError:
        return None
    return None if box is None else (box[0] - 180, 90 - box[3], box[2] - 180, 90 - box[1])


def describe_extent(grid: Grid) -> str:
    """Bounds for a message: in the grid's CRS, and in degrees where they can be computed."""
    own = "x {0:.9g} to {2:.9g}, y {1:.9g} to {3:.9g}".format(*grid.bounds())
    name = spatial_reference(grid.crs_wkt).GetName() or "unnamed CRS"
    box = degrees(grid)
    if box is None:
        return f"{own} in {name}"
    west, south, east, north = box
    return f"{own} in {name} (longitude {west:.3f} to {east:.3f}, latitude {south:.3f} to {north:.3f})"


def describe_lattice(grid: Grid) -> str:
    """What the lattice is, in a sentence: size, pixel on the ground, CRS, and which way is up."""
    side, reference = grid.ground_sampling_m(), spatial_reference(grid.crs_wkt)
    authority, code = reference.GetAuthorityName(None), reference.GetAuthorityCode(None)
    name = (reference.GetName() or "unnamed CRS") + (f" ({authority}:{code})" if authority and code else "")
    g = grid.geotransform
    up = "; north is up" if g[2] == g[4] == 0 and g[5] < 0 < g[1] else ""
    return (
        f"{grid.width} x {grid.height} pixels of {side:.3g} m on the ground, about {grid.width * side / 1000:.3g} x "
        f"{grid.height * side / 1000:.3g} km, in {name}{up}."
    )


@lru_cache(maxsize=8)
def _row_areas(grid: Grid) -> NDArray[np.float64]:
    """Area of a pixel for each row: five columns averaged at up to 513 rows, interpolated between."""
    knots = np.linspace(0.5, grid.height - 0.5, min(_AREA_KNOTS, grid.height))
    columns = np.linspace(0, grid.width, 11)[1::2]
    mesh_rows, mesh_columns = np.meshgrid(knots, columns, indexing="ij")
    areas = _pixel_areas(grid, mesh_columns.ravel(), mesh_rows.ravel()).reshape(len(knots), len(columns))
    return np.asarray(np.interp(np.arange(grid.height) + 0.5, knots, np.nanmean(areas, axis=1)))


def _pixel_areas(grid: Grid, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ground area around pixel positions; map units count where a position is not on the earth.

    The steps of half a pixel each way are taken as vectors from point to point of the ellipsoid, whose cross product is
    the area: unlike differences of longitude they mean something at the poles and across the 180th meridian.

    Formula: X = N cos(lat) cos(lon), Y = N cos(lat) sin(lon), Z = N (1 - e2) sin(lat), N the prime vertical's radius.
    Source: IOGP Guidance Note 373-7-2, geographic/geocentric conversions (EPSG method 9602), at height 0.
    """
    reference = spatial_reference(grid.crs_wkt)
    planar = abs(grid.geotransform[1] * grid.geotransform[5] - grid.geotransform[2] * grid.geotransform[4])
    if not (reference.IsProjected() or reference.IsGeographic()):
        return np.full(len(columns), planar * reference.GetLinearUnits() ** 2)
    geographic = reference.CloneGeogCS()
    geographic.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    steps = ((0.5, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5))
    positions = [apply_affine(grid.geotransform, columns + dc, rows + dr) for dc, dr in steps]
    x = np.concatenate([p[0] for p in positions])
    y = np.concatenate([p[1] for p in positions])
    if reference.IsProjected():
        x, y = _transform(reference, geographic, x, y)
    angles = np.stack([x, y]).reshape(2, 4, -1) * geographic.GetAngularUnits()
    longitude, latitude = np.where(np.isfinite(angles), angles, np.nan)
    semi_major, semi_minor = geographic.GetSemiMajor(), geographic.GetSemiMinor()
    polar = (semi_minor / semi_major) ** 2
    vertical = semi_major / np.sqrt(1 - (1 - polar) * np.sin(latitude) ** 2)
    across = vertical * np.cos(latitude)
    places = np.stack([across * np.cos(longitude), across * np.sin(longitude), vertical * polar * np.sin(latitude)], -1)
    areas = np.linalg.norm(np.cross(places[0] - places[1], places[2] - places[3]), axis=-1)
    return np.where(np.isfinite(areas), areas, planar)
