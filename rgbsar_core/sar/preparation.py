"""What a preparation of SAR backscatter is asked to do, and what it tells when it is done."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Optional

from ..errors import InputError
from ..parameters import SAR_UNITS
from .speckle import SpeckleFilter

OUTPUT_UNITS = ("db", "linear")
RESAMPLINGS = ("bilinear", "nearest")  # cubic can give negative power beside bright targets
LARGEST_CALIBRATION_DB = 200.0


@dataclass(frozen=True)
class PreparationParameters:
    """One SAR raster to prepare.

    Args:
        inputs: one raster, or several dates on one grid, whose mean power is taken first.
        output: float32 GeoTIFF to write, not-a-number = nodata.
        bands: 1-based band numbers; None takes all.
        units: of the inputs; ``auto`` decides and says what it assumed.
        calibration_db: constant of digital numbers: power in dB = 10 log10(DN^2) + constant; None for none.
        speckle: filter of the power, its window, and the looks of one date.
        grid: raster file whose pixels the output has; None keeps the inputs' own.
        resampling: onto that grid.
        output_units: ``db`` or ``linear``.
        threads: that filter; None takes one per processor, 4 at most.
    """

    inputs: tuple[str, ...]
    output: str
    bands: Optional[tuple[int, ...]] = None
    units: str = "auto"
    calibration_db: Optional[float] = None
    speckle: SpeckleFilter = field(default_factory=SpeckleFilter)
    grid: Optional[str] = None
    resampling: str = "bilinear"
    output_units: str = "db"
    threads: Optional[int] = None

    def __post_init__(self) -> None:
        for what, value, choices in (
            ("SAR unit", self.units, SAR_UNITS),
            ("output unit", self.output_units, OUTPUT_UNITS),
            ("resampling", self.resampling, RESAMPLINGS),
        ):
            if value not in choices:
                raise InputError(f"The {what} is '{value}'; expected one of {', '.join(choices)}. Choose one of these.")
        if not self.inputs or not all(self.inputs) or not self.output:
            raise InputError("No SAR raster or no output was given; expected the paths of files. Choose them.")
        if self.bands is not None and (not self.bands or min(self.bands) < 1):
            raise InputError(f"The bands are {self.bands}; expected numbers from 1. Correct them.")
        if self.calibration_db is not None and not abs(self.calibration_db) <= LARGEST_CALIBRATION_DB:
            raise InputError(
                f"The calibration constant is {self.calibration_db:g} dB; expected a number between -200 and 200, such "
                "as -83 for ALOS PALSAR. Correct it."
            )
        if self.threads is not None and self.threads < 1:
            raise InputError(f"The number of threads is {self.threads}; expected 1 or more. Choose another.")


@dataclass(frozen=True)
class BandMean:
    """Mean linear power of one band before and after the filter, over the same pixels of the inputs' grid."""

    name: str
    before: float
    after: float


@dataclass(frozen=True)
class PreparationResult:
    """A prepared raster.

    Args:
        path, width, height: the output.
        dates: rasters averaged.
        units, output_units: what was read and written.
        speckle: the filter; its looks are those of one date times the dates.
        means: of each band.
        nodata_pixels: of the output, all bands together.
        lost_pixels: valid numbers that no power can have (zero, negative), all bands and dates together.
    """

    path: str
    width: int
    height: int
    dates: int
    units: str
    output_units: str
    speckle: SpeckleFilter
    means: tuple[BandMean, ...]
    nodata_pixels: int
    lost_pixels: int
    seconds: float
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``--json``; a mean that does not exist is null."""
        data = asdict(self)
        for band in data["means"]:
            band.update({key: None for key in ("before", "after") if not math.isfinite(band[key])})
        return data


def summary_lines(result: PreparationResult) -> list[str]:
    """A finished job as sentences for the log."""
    lines = [*result.assumptions]
    for band in result.means:
        if math.isfinite(band.before) and band.before > 0:
            change = 100 * (band.after / band.before - 1)
            lines.append(f"{band.name}: mean power {band.before:.4g}, filtered {band.after:.4g} ({change:+.2f} %)")
    rate = result.width * result.height / max(result.seconds, 1e-9) / 1e6
    size = f"{result.width} x {result.height} pixels"
    lines.append(f"{size}, {result.output_units}, in {result.seconds:.1f} s ({rate:.1f} million pixels a second)")
    return lines
