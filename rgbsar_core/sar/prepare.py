"""From SAR rasters as they come to backscatter ready for use: one unit, less speckle, the grid of another layer.

Strips with a margin for the filter are read, filtered and written; nothing holds the scene. Onto another grid it goes
in two steps, because a filter wants the pixels as they were measured: the filtered power is written to a temporary file
beside the output and resampled from there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

import numpy as np

from ..callbacks import IsCancelled, Progress
from ..errors import InputError, OperationCancelled
from ..radiometry import convert_units
from ..raster.backscatter import Backscatter, power_on_grid
from ..raster.dates import open_backscatter, open_dates
from ..raster.grid import Grid
from ..raster.outputs import refuse_outputs
from ..raster.partial import PartialRaster, publish
from ..raster.source import open_raster
from ..raster.units import sar_conversion
from .preparation import BandMean, PreparationParameters, PreparationResult
from .speckle import BRIGHT_PERCENTILE, SpeckleFilter
from .strips import BandSums, Power, filtered_strips

Strips = Generator[Power, None, None]
_FILTER_SHARE = 0.7  # of the time, where resampling follows
_MOST_THREADS = 4


def check_preparation(parameters: PreparationParameters) -> Optional[Grid]:
    """Refuse what cannot work, before any work: files, grids, the window's size, the output's name.

    Returns:
        The grid of the layer that was asked for, or None.

    Raises:
        InputError, BandCountError, GridMismatchError, RasterIOError: with a sentence.
    """
    refuse_outputs((parameters.output,), (*parameters.inputs, parameters.grid))
    source = open_dates(parameters.inputs, parameters.bands)[0]
    side = min(source.grid.width, source.grid.height)
    if parameters.speckle.name != "none" and parameters.speckle.window > side:
        raise InputError(
            f"The filter window is {parameters.speckle.window} pixels wide, but {source.label} has only "
            f"{source.grid.width} x {source.grid.height}. Choose a smaller window, or no filter."
        )
    return open_raster(parameters.grid, "grid").grid if parameters.grid else None


def prepare_sar(
    parameters: PreparationParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
) -> PreparationResult:
    """Convert, average, filter and resample SAR backscatter; the file appears under its name when it is complete.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked before each strip; True stops the job.

    Raises:
        InputError: rasters, units, window or output that cannot be used.
        RasterIOError: reading or writing failed.
        OperationCancelled: ``is_cancelled`` returned True; nothing was left behind.
    """
    started = time.perf_counter()
    report: Progress = progress or (lambda share, text: None)
    cancelled: IsCancelled = is_cancelled or (lambda: False)
    target = check_preparation(parameters)
    report(0.0, "Looking at the SAR rasters")
    source = open_backscatter(
        parameters.inputs, parameters.bands, parameters.units, parameters.calibration_db, cancelled
    )
    run = _Run(parameters, source, report, cancelled)
    grid = target or source.grid
    with _partial(parameters.output, grid, source.names) as output:
        output.set_metadata(_metadata(parameters, source, run.speckle))
        nodata = run.onto_grid(output, target) if target else run.straight(output)
        report(1.0, "Finishing the file")
        if cancelled():
            raise OperationCancelled
        output.finish()
        publish([output])
    return run.result(grid, nodata, time.perf_counter() - started)


class _Run:
    """One job on its way from the opened rasters to a partial file."""

    def __init__(
        self, parameters: PreparationParameters, source: Backscatter, report: Progress, is_cancelled: IsCancelled
    ) -> None:
        looks = parameters.speckle.looks * len(parameters.inputs)
        self.speckle = replace(parameters.speckle, looks=looks)
        self._parameters = parameters
        self._source = source
        self._report = report
        self._cancelled = is_cancelled
        self._sums = BandSums(len(source.names))
        self._lost = 0
        self._to_unit = sar_conversion("linear", parameters.output_units)

    def straight(self, output: PartialRaster) -> int:
        """Write the filtered power on the inputs' own grid; returns the pixels without data."""
        grid = self._source.grid
        step = _Step(self._report, "Filtering", grid.height)
        return step.write(output, self._filtered(0, 0, grid.width, grid.height), self._to_unit)

    def onto_grid(self, output: PartialRaster, target: Grid) -> int:
        """Write it on another grid, by way of a temporary file; returns the pixels without data."""
        window = self._source.part_under(target, self.speckle.halo)
        grid, names = self._source.grid.window(*window), self._source.names
        with _partial(self._parameters.output, grid, names) as scratch:
            step = _Step(self._report, "Filtering", grid.height, last=_FILTER_SHARE)
            step.write(scratch, self._filtered(*window), "none")
            scratch.finish()
            moved = power_on_grid(str(scratch.temporary), names, target, self._parameters.resampling)
            strips = (power for power, _ in moved.strips(0, 0, target.width, target.height, self._cancelled))
            step = _Step(self._report, "Resampling", target.height, first=_FILTER_SHARE)
            return step.write(output, strips, self._to_unit)

    def _filtered(self, *window: int) -> Strips:
        bright: tuple[float, ...] = (np.inf,) * len(self._source.names)
        if self.speckle.name == "lee_sigma":
            bright = self._source.percentiles(BRIGHT_PERCENTILE, self._cancelled)
        threads = self._parameters.threads or min(os.cpu_count() or 1, _MOST_THREADS)
        return filtered_strips(self._powers(*window), self.speckle, bright, threads, self._sums)

    def _powers(self, *window: int) -> Strips:
        column, row, width, height = window
        for power, lost in self._source.strips(column, row, width, height, self._cancelled):
            self._lost += lost
            yield power

    def result(self, grid: Grid, nodata: int, seconds: float) -> PreparationResult:
        """What the finished job tells."""
        source, dates = self._source, len(self._parameters.inputs)
        assumptions, warnings = list(source.assumptions), list(source.warnings)
        if dates > 1:
            looks = f"the filter reckons with {self.speckle.looks:g} looks"
            assumptions.append(f"{dates} dates were averaged as linear power; {looks}.")
        if self._lost:
            warnings.append(f"{self._lost:,} numbers were zero or negative power, which cannot be; they became nodata.")
        names = [name or f"band {number}" for number, name in enumerate(source.names, start=1)]
        return PreparationResult(
            path=self._parameters.output,
            width=grid.width,
            height=grid.height,
            dates=dates,
            units=source.units,
            output_units=self._parameters.output_units,
            speckle=self.speckle,
            means=tuple(BandMean(*values) for values in zip(names, *self._sums.means())),
            nodata_pixels=nodata,
            lost_pixels=self._lost,
            seconds=seconds,
            assumptions=tuple(assumptions),
            warnings=tuple(warnings),
        )


@dataclass(frozen=True)
class _Step:
    """One pass over the rows: its name, and from where to where it moves the progress."""

    report: Progress
    name: str
    rows: int
    first: float = 0.0
    last: float = 1.0

    def write(self, raster: PartialRaster, strips: Strips, to_unit: str) -> int:
        """Convert and write strips of power; returns the number of pixels without data, all bands together."""
        started = time.perf_counter()
        row = nodata = 0
        with closing(strips):
            for power in strips:
                raster.append(convert_units(power, to_unit))
                nodata += int(np.isnan(power).sum())
                row += power.shape[1]
                done = row / self.rows
                left = (time.perf_counter() - started) * (1 - done) / done
                text = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"
                share = self.first + (self.last - self.first) * done
                self.report(share, f"{self.name}: row {row} of {self.rows}, {text} left")
        return nodata


@contextmanager
def _partial(path: str, grid: Grid, names: tuple[str, ...]) -> Iterator[PartialRaster]:
    """A float32 raster under a temporary name, removed at the end unless it was published."""
    raster = PartialRaster(Path(path), grid, len(names), float("nan"), "float32")
    try:
        for number, name in enumerate(names, start=1):
            raster.describe(number, name)
        yield raster
    finally:
        raster.discard()


def _metadata(parameters: PreparationParameters, source: Backscatter, speckle: SpeckleFilter) -> dict[str, str]:
    """What was done, as metadata items of the output."""
    items = {
        "TIFFTAG_SOFTWARE": "RGB-SAR Land Cover",
        "RGBSAR_SOURCES": "; ".join(os.path.basename(path) for path in parameters.inputs),
        "RGBSAR_UNITS": f"{source.units} to {parameters.output_units}",
        "RGBSAR_SPECKLE_FILTER": str(speckle),
    }
    if parameters.calibration_db is not None:
        items["RGBSAR_CALIBRATION_DB"] = f"{parameters.calibration_db:g}"
    if parameters.grid:
        items["RGBSAR_GRID"] = f"{os.path.basename(parameters.grid)}, {parameters.resampling}"
    return items
