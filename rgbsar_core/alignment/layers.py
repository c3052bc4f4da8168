"""An optical and a SAR raster on the coarser one's pixels, read window by window."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import BandCountError, GridMismatchError
from ..radiometry import convert_units
from ..raster.backscatter import PowerBand
from ..raster.dates import open_backscatter
from ..raster.grid import Grid, apply_affine, describe_extent, footprint, lattice_offset, transform_points
from ..raster.reader import OpenRaster, ReadPlan
from ..raster.source import RasterSource, nodata_in_one_band, open_raster
from ..raster.warp import warped_plan
from .job import AlignmentParameters
from .matching import MARGIN

_LEAST_CORE = 32
_OPTICAL_BANDS = 3
_WINDOWS = (50, 400)
_FLOOR = 1e-3  # of the median power: below it is noise, and a zero has no logarithm
_BLOCK = 128
_EPSILON = 1e-6


@dataclass(frozen=True)
class LayerPair:
    """Both rasters on one grid, as plain data.

    Args:
        grid: common ground, on the coarser raster's lattice.
        optical: reads the optical bands.
        sar: the SAR bands as linear power.
        sar_grid: the SAR raster's own lattice.
        core: side of the squares that are matched, pixels.
        inset: pixels around them that are read, too.
        assumptions: sentences.
    """

    grid: Grid
    optical: ReadPlan
    sar: tuple[PowerBand, ...]
    sar_grid: Grid
    core: int
    inset: int
    assumptions: tuple[str, ...]

    def windows(self, most: Optional[int] = None) -> list[tuple[int, int]]:
        """(row, column) of the squares with their margins, spread evenly over the scene, from top to bottom.

        As many as it takes to cover the scene once, but 50 to 400; fewer where they would lie on top of each other.

        Args:
            most: upper limit instead of 400.
        """
        sides = self.grid.height, self.grid.width
        area = sides[0] * sides[1]
        step = math.sqrt(area / min(max(area / self.core**2, _WINDOWS[0]), most or _WINDOWS[1]))
        starts = []
        for side in sides:
            free = side - self.core - 2 * self.inset
            count = max(1, min(round(side / step), 1 + free * 4 // self.core))
            starts.append(np.linspace(0, free, count).round().astype(int).tolist() if count > 1 else [free // 2])
        return [(row, column) for row in starts[0] for column in starts[1]]


class WindowReader:
    """A :class:`LayerPair` opened in this thread."""

    def __init__(self, pair: LayerPair) -> None:
        self._side = pair.core + 2 * pair.inset
        self._optical = OpenRaster(pair.optical.in_small_blocks(_BLOCK))
        self._sar = [(band, OpenRaster(band.plan.in_small_blocks(_BLOCK))) for band in pair.sar]

    def read(
        self, row: int, column: int
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
        """Optical pixels, SAR decibels, both (bands, side, side), and where each is valid."""
        place = column, row, self._side, self._side
        optical, optical_valid = self._optical.read(*place)
        powers = []
        for band, raster in self._sar:
            pixels, valid = raster.read(*place)
            powers.append(band.power(pixels[0], valid)[0])
        power = np.stack(powers)
        sar_valid = np.isfinite(power).all(axis=0)
        if sar_valid.any():
            floor = _FLOOR * np.median(power[:, sar_valid], axis=1)[:, None, None]
            power = np.where(sar_valid, np.maximum(power, floor), np.float32(1))
        return optical, convert_units(power, "power_to_db"), optical_valid, sar_valid


def open_layers(parameters: AlignmentParameters, is_cancelled: IsCancelled) -> LayerPair:
    """Open both rasters and put them on the coarser one's lattice.

    Raises:
        InputError, BandCountError: rasters, bands or units that cannot be used.
        GridMismatchError: no CRS, no or too little common ground.
        NodataError: no valid pixel in the SAR raster.
        OperationCancelled: ``is_cancelled`` returned True.
    """
    sources, grid = common_grid(parameters)
    optical, sar = sources
    power = open_backscatter((parameters.sar,), parameters.sar_bands, parameters.sar_units, None, is_cancelled)
    bands = tuple(_on_grid(sar, band, grid) for band in power.dates[0])
    inset = parameters.search + MARGIN
    finest = optical if optical.grid.ground_sampling_m() < sar.grid.ground_sampling_m() else sar
    notes = [note for note in power.assumptions if not note.startswith("Power is")]  # levels do not matter here
    if lattice_offset(finest.grid, grid) is None:
        notes.append(f"Both were compared on pixels of {grid.ground_sampling_m():.3g} m, those of the coarser layer.")
    return LayerPair(
        grid=grid,
        optical=_optical_plan(optical, parameters.optical_bands, grid),
        sar=bands,
        sar_grid=sar.grid,
        core=min(parameters.window, grid.width - 2 * inset, grid.height - 2 * inset),
        inset=inset,
        assumptions=tuple(notes),
    )


def common_grid(parameters: AlignmentParameters) -> tuple[tuple[RasterSource, RasterSource], Grid]:
    """Both rasters as their files are, and their common ground on the coarser one's lattice; reads no pixels but a few.

    Raises:
        InputError, BandCountError, GridMismatchError, RasterIOError: as `open_layers`.
    """
    optical = open_raster(parameters.optical, "optical", parameters.optical_bands)
    sar = open_raster(parameters.sar, "SAR", parameters.sar_bands)
    for source, chosen in ((optical, parameters.optical_bands), (sar, parameters.sar_bands)):
        missing = [number for number in chosen or () if number not in [band.number for band in source.bands]]
        if missing:
            raise BandCountError(
                f"Band {missing[0]} was chosen, but {source.label} has {len(source.bands)}. Choose bands it has."
            )
    coarse, fine = optical, sar
    if sar.grid.ground_sampling_m() > 1.01 * optical.grid.ground_sampling_m():
        coarse, fine = sar, optical
    grid = _shared(coarse, fine)
    least = _LEAST_CORE + 2 * (parameters.search + MARGIN)
    if min(grid.width, grid.height) < least:
        raise GridMismatchError(
            f"The two layers share {grid.width} x {grid.height} pixels; expected at least {least} x {least} to search "
            f"{parameters.search} pixels around. Choose layers that overlap more, or search less far."
        )
    return (optical, sar), grid


def ground_vector(grid: Grid, row: float, column: float, rows: float, columns: float) -> tuple[float, float]:
    """Metres east and north on the ground of a step of (rows, columns) pixels from (row, column).

    On the WGS 84 ellipsoid; in systems that are not tied to the earth, units of the system.
    """
    x, y = apply_affine(grid.geotransform, np.array([column, column + columns]), np.array([row, row + rows]))
    try:
        longitude, latitude = (np.radians(part) for part in transform_points(x, y, grid.crs_wkt, "EPSG:4326"))
    except GridMismatchError:
        return float(x[1] - x[0]), float(y[1] - y[0])
    radius, squared_eccentricity = 6378137.0, 0.00669437999014
    curve = 1 - squared_eccentricity * math.sin(latitude[0]) ** 2
    turned = math.remainder(longitude[1] - longitude[0], 2 * math.pi)  # the short way, also across the 180th meridian
    east = turned * math.cos(latitude[0]) * radius / math.sqrt(curve)
    north = (latitude[1] - latitude[0]) * radius * (1 - squared_eccentricity) / curve**1.5
    return float(east), float(north)


def _shared(own: RasterSource, other: RasterSource) -> Grid:
    """The part of the first raster's lattice inside the second one's outline."""
    box = footprint(other.grid, own.grid)
    if box is not None:
        left, top = (max(0, math.ceil(edge - _EPSILON)) for edge in box[:2])
        right = min(own.grid.width, math.floor(box[2] + _EPSILON))
        bottom = min(own.grid.height, math.floor(box[3] + _EPSILON))
        if left < right and top < bottom:
            return own.grid.window(left, top, right - left, bottom - top)
    raise GridMismatchError(
        f"The optical and the SAR raster share no ground: {own.label} covers {describe_extent(own.grid)}; "
        f"{other.label} covers {describe_extent(other.grid)}. Choose layers of the same place, or correct a wrong CRS."
    )


def _optical_plan(source: RasterSource, chosen: Optional[tuple[int, ...]], grid: Grid) -> ReadPlan:
    bands = chosen or tuple(band.number for band in source.bands[:_OPTICAL_BANDS])
    nodata = tuple(source.band(number).nodata for number in bands)
    any_band = nodata_in_one_band(source, nodata)
    offset = lattice_offset(source.grid, grid)
    if offset is None:
        return warped_plan(source, bands, nodata, any_band, grid, "bilinear")
    return ReadPlan(
        dataset=source.path,
        label=source.label,
        bands=bands,
        dtype=source.dtype,
        nodata=nodata,
        any_band=any_band,
        alpha=source.alpha,
        mask_of=bands[0] if source.has_mask and source.alpha is None else None,
        block_height=source.block_height,
    ).moved(*offset)


def _on_grid(source: RasterSource, band: PowerBand, grid: Grid) -> PowerBand:
    """The band read on another grid; resampled as power."""
    offset = lattice_offset(source.grid, grid)
    if offset is not None:
        return replace(band, plan=band.plan.moved(*offset))
    scaled = band.scale != 1 or band.offset != 0
    plan = warped_plan(
        source,
        band.plan.bands,
        band.plan.nodata,
        True,
        grid,
        "bilinear",
        band.convert,
        (band.scale,) if scaled else (),
        (band.offset,) if scaled else (),
    )
    return PowerBand(plan, factor=band.factor, zero_counts=band.zero_counts)
