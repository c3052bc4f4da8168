"""SAR rasters of one place as linear power: one date, or the mean of several on one grid."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import GridMismatchError, OperationCancelled
from ..radiometry import convert_units
from .grid import Box, Grid, describe_extent, footprint
from .reader import OpenRaster, ReadPlan
from .sampling import sample_pixels
from .source import open_raster
from .warp import kernel_widths, warped_plan

SAMPLE_PIXELS = 2**18
_STRIP_BYTES = 16 * 2**20
_STRIP_ROWS = (64, 512)
_LARGEST_POWER = 1e16  # its square still fits into 32 bit floating point numbers, times a window's pixels


@dataclass(frozen=True)
class PowerBand:
    """How one band becomes linear power.

    Args:
        plan: reads the band.
        scale, offset: unit's value = number * scale + offset.
        convert: from that unit to power, as `convert_units` names it.
        factor: calibration, multiplied at the end.
        zero_counts: True where a power of zero is a measurement: in 8-bit pictures.
    """

    plan: ReadPlan
    scale: float = 1.0
    offset: float = 0.0
    convert: str = "none"
    factor: float = 1.0
    zero_counts: bool = False

    def power(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> tuple[NDArray[np.float32], int]:
        """Linear power of raw pixels, not-a-number without data, and how many valid pixels held none that can be."""
        with np.errstate(over="ignore", invalid="ignore"):  # of numbers beyond any measurement
            values = np.asarray(pixels, np.float32)
            if self.scale != 1 or self.offset != 0:
                values = values * np.float32(self.scale) + np.float32(self.offset)
        usable = valid
        if self.convert != "db_to_power":
            usable = usable & ((values >= 0) if self.zero_counts else (values > 0))
        with np.errstate(over="ignore"):  # of numbers that mean no data
            power = convert_units(values, self.convert)
            if self.factor != 1:
                power = power * np.float32(self.factor)
        usable = usable & (power < _LARGEST_POWER)
        if not self.zero_counts:
            usable &= power > 0
        lost = int(valid.sum()) - int(usable.sum())
        return (power if usable.all() else np.where(usable, power, np.float32(np.nan))), lost


@dataclass(frozen=True)
class Backscatter:
    """One or several dates, checked and ready to be read.

    Args:
        grid: the lattice of all dates.
        names: of the bands, "" where the files have none.
        units: what the files hold: ``digital_number``, ``amplitude``, ``linear`` or ``db``.
        dates: for each date its bands.
        assumptions, warnings: sentences on what was decided without being told.
    """

    grid: Grid
    names: tuple[str, ...]
    units: str
    dates: tuple[tuple[PowerBand, ...], ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    def strips(
        self, column: int, row: int, width: int, height: int, is_cancelled: IsCancelled
    ) -> Iterator[tuple[NDArray[np.float32], int]]:
        """Full strips of a window, from top to bottom: mean power (bands, h, width), and valid pixels without power.

        Raises:
            RasterIOError: rows that cannot be read.
            OperationCancelled: `is_cancelled` returned True.
        """
        rasters = [[OpenRaster(band.plan.moved(column, row)) for band in date] for date in self.dates]
        block_height = max(band.plan.block_height for date in self.dates for band in date)
        for start, rows in strip_rows(width, height, len(self.names), block_height):
            parts, lost = [], 0
            for index in range(len(self.names)):
                powers = self._dates(rasters, index, (0, start, width, rows), is_cancelled)
                power, missing = next(powers) if len(self.dates) == 1 else _mean(powers)
                parts.append(power)
                lost += missing
            yield (parts[0][None] if len(parts) == 1 else np.stack(parts)), lost

    def _dates(
        self, rasters: list[list[OpenRaster]], index: int, window: tuple[int, int, int, int], is_cancelled: IsCancelled
    ) -> Iterator[tuple[NDArray[np.float32], int]]:
        """One band's power, date after date, and the pixels that lost theirs."""
        for date, opened in zip(self.dates, rasters):
            if is_cancelled():
                raise OperationCancelled
            pixels, valid = opened[index].read(*window)
            yield date[index].power(pixels[0], valid)

    def percentiles(self, percent: float, is_cancelled: IsCancelled) -> tuple[float, ...]:
        """A percentile of each band's mean power over the whole scene, from a sample spread over it."""
        found = []
        for index in range(len(self.names)):
            bands = [date[index] for date in self.dates]
            samples, empty = sample_pixels(tuple(b.plan for b in bands), self.grid, SAMPLE_PIXELS, is_cancelled)
            if empty:  # no pixel is valid on every date: the first has to do
                samples, _ = sample_pixels((bands[0].plan,), self.grid, SAMPLE_PIXELS, is_cancelled)
            power, _ = _mean(band.power(values[0], np.isfinite(values[0])) for band, values in zip(bands, samples))
            power = power[np.isfinite(power)]
            found.append(float(np.percentile(power, percent)) if len(power) else np.inf)
        return tuple(found)

    def part_under(self, target: Grid, margin: int) -> tuple[int, int, int, int]:
        """Column, row, width and height of the pixels that decide those of another grid.

        Args:
            target: that grid.
            margin: further pixels, for a filter.

        Raises:
            GridMismatchError: the two grids share no ground.
        """
        reach = margin + 4 * max(kernel_widths(self.grid, target)) + 8
        seen = _clipped(footprint(self.grid, target), target, 1)
        box = _clipped(footprint(target, self.grid, seen), self.grid, reach) if seen else None
        if box is None:
            raise GridMismatchError(
                f"The SAR raster covers {describe_extent(self.grid)}; the grid layer covers {describe_extent(target)}: "
                "they share no ground. Choose layers of the same place, or correct their CRS."
            )
        left, top, right, bottom = box
        return left, top, right - left, bottom - top


def power_on_grid(path: str, names: tuple[str, ...], target: Grid, resampling: str) -> Backscatter:
    """A raster of linear power, resampled onto another grid while it is read."""
    source = open_raster(path, "SAR")
    plans = [
        warped_plan(source, (number,), (None,), True, target, resampling) for number in range(1, len(names) + 1)
    ]
    bands = tuple(PowerBand(plan, zero_counts=True) for plan in plans)
    return Backscatter(target, names, "linear", (bands,), (), ())


def strip_rows(width: int, height: int, bands: int, block_height: int) -> Iterator[tuple[int, int]]:
    """First row and number of rows of each strip: a few megabytes, in whole blocks of the file where these are low."""
    rows = min(max(_STRIP_BYTES // (4 * width * bands), _STRIP_ROWS[0]), _STRIP_ROWS[1])
    if block_height <= rows:
        rows -= rows % block_height
    for row in range(0, height, rows):
        yield row, min(rows, height - row)


def _mean(dates: Iterable[tuple[NDArray[np.float32], int]]) -> tuple[NDArray[np.float32], int]:
    """Mean of the dates that have a measurement, not-a-number where none has; and how many pixels lost theirs."""
    total: Any = np.float32(0)
    count: Any = np.float32(0)
    lost = 0
    for power, missing in dates:
        present = np.isfinite(power)
        total = total + np.where(present, power, np.float32(0))
        count = count + present
        lost += missing
    with np.errstate(invalid="ignore"):
        return np.asarray(total / count), lost


def _clipped(box: Optional[Box], grid: Grid, reach: int) -> Optional[tuple[int, int, int, int]]:
    """Left, top, right and bottom of the grid's pixels that a box touches, and `reach` more; None for none."""
    if box is None or box[0] >= grid.width or box[1] >= grid.height or box[2] <= 0 or box[3] <= 0:
        return None
    left, top = (math.floor(max(edge - reach, 0)) for edge in box[:2])
    return left, top, math.ceil(min(box[2] + reach, grid.width)), math.ceil(min(box[3] + reach, grid.height))
