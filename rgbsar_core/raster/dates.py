"""Opening SAR rasters of one or several dates: what they hold, and whether they fit together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import BandCountError, GridMismatchError, InputError, NodataError
from ..model_card import Band, InputSpec
from .backscatter import SAMPLE_PIXELS, Backscatter, PowerBand
from .grid import describe_extent, lattice_offset
from .reader import ReadPlan
from .sampling import sample_pixels
from .source import RasterSource, open_raster
from .units import Units, sar_conversion, sar_units, zeros_fill_decibels


def open_backscatter(
    paths: tuple[str, ...],
    bands: Optional[tuple[int, ...]],
    units: str,
    calibration_db: Optional[float],
    is_cancelled: IsCancelled,
) -> Backscatter:
    """Look at one or several SAR rasters and decide how they become linear power.

    Args:
        paths: dates, all on one grid with the same bands.
        bands: band numbers, or None for all.
        units: of the files, or ``auto``.
        calibration_db: of digital numbers, dB added to 10 log10(DN^2); None for none.
        is_cancelled: asked while pixels are sampled.

    Raises:
        InputError: no raster, complex pixels, or units that cannot be.
        BandCountError: bands the files do not have, or not all alike.
        GridMismatchError: no CRS, or dates on different grids.
        NodataError: a band without a valid pixel.
        RasterIOError: a file cannot be read.
        OperationCancelled: `is_cancelled` returned True.
    """
    sources = open_dates(paths, bands)
    numbers = bands or tuple(band.number for band in sources[0].bands)
    dates, found = [], []
    notes: list[str] = []
    for source in sources:
        plans = [_plan(source, number) for number in numbers]
        samples = [_sample(source, plan, is_cancelled) for plan in plans]
        decided = _units(source, numbers[0], samples[0], units)
        found.append(decided.found)
        notes += decided.assumptions
        if decided.found == "db" and _zeros_fill(source, plans, is_cancelled):
            plans = [replace(plan, nodata=(0.0,)) for plan in plans]
            notes.append("SAR pixels that are exactly 0 were taken as nodata: the file declares none.")
        dates.append(tuple(_power_band(source, plan, decided.found, calibration_db) for plan in plans))
    _require_one_unit(sources, found)
    warnings = []
    if found[0] == "digital_number":
        notes.append(f"Power is DN^2 x 10^({calibration_db or 0:g} / 10).")
        if calibration_db is None:
            warnings.append(
                "The SAR values are digital numbers without a calibration constant: their levels are relative. Give "
                "the product's constant if levels matter."
            )
    elif calibration_db is not None:
        raise InputError(
            f"A calibration constant of {calibration_db:g} dB was given, but the SAR values are '{found[0]}'; it is "
            "for digital numbers. Leave it empty, or set the unit to digital numbers."
        )
    names = tuple(sources[0].band(number).description for number in numbers)
    return Backscatter(sources[0].grid, names, found[0], tuple(dates), tuple(dict.fromkeys(notes)), tuple(warnings))


def open_dates(paths: tuple[str, ...], bands: Optional[tuple[int, ...]] = None) -> list[RasterSource]:
    """Look at the files of one or several dates and refuse those that do not fit together; reads no pixels but a few.

    Raises:
        InputError, BandCountError, GridMismatchError, RasterIOError: as `open_backscatter`.
    """
    sources = [open_raster(path, "SAR", bands) for path in paths]
    repeated = next((source for source in sources if paths.count(source.path) > 1), None)
    if repeated is not None:
        raise InputError(f"{repeated.title} was given twice; expected each date once. Leave one out.")
    first = sources[0]
    for source in sources:
        missing = [number for number in bands or () if number not in [band.number for band in source.bands]]
        if missing:
            raise BandCountError(
                f"{source.title} has {len(source.bands)} bands; band {missing[0]} was chosen. Choose bands it has."
            )
        if bands is None and len(source.bands) != len(first.bands):
            raise BandCountError(
                f"{source.title} has {len(source.bands)} bands, {first.label} has {len(first.bands)}; expected the "
                "same bands on every date. Choose the bands, or leave this date out."
            )
        size = source.grid.width, source.grid.height
        if size != (first.grid.width, first.grid.height) or lattice_offset(first.grid, source.grid) != (0, 0):
            raise GridMismatchError(
                f"{source.title} has {size[0]} x {size[1]} pixels at {describe_extent(source.grid)}; {first.label} "
                f"has {first.grid.width} x {first.grid.height} at {describe_extent(first.grid)}. A series must lie on "
                "one grid: prepare each date onto the same grid layer first."
            )
    return sources


def _plan(source: RasterSource, number: int) -> ReadPlan:
    return ReadPlan(
        dataset=source.path,
        label=source.label,
        bands=(number,),
        dtype=source.dtype,
        nodata=(source.band(number).nodata,),
        any_band=True,
        alpha=source.alpha,
        mask_of=number if source.has_mask and source.alpha is None else None,
        block_height=source.block_height,
    )


def _sample(source: RasterSource, plan: ReadPlan, is_cancelled: IsCancelled) -> NDArray[Any]:
    values, empty = sample_pixels((plan,), source.grid, SAMPLE_PIXELS, is_cancelled)
    if empty:
        raise NodataError(
            f"{source.title} has no valid pixel in band {plan.bands[0]}; expected an image. Check its nodata "
            "value, choose other bands, or leave it out."
        )
    return values[0]


def _zeros_fill(source: RasterSource, plans: list[ReadPlan], is_cancelled: IsCancelled) -> bool:
    declared = source.has_mask or source.alpha is not None or any(plan.nodata != (None,) for plan in plans)
    scaled = any((source.band(n).scale, source.band(n).offset) != (1.0, 0.0) for plan in plans for n in plan.bands)
    if declared or scaled or not source.is_float:
        return False
    together = replace(plans[0], bands=tuple(plan.bands[0] for plan in plans), nodata=(None,) * len(plans))
    return zeros_fill_decibels(sample_pixels((together,), source.grid, SAMPLE_PIXELS, is_cancelled)[0][0])


def _units(source: RasterSource, number: int, sample: NDArray[Any], asked: str) -> Units:
    """What a file's numbers are. Amplitude and power that the user names may hold negative numbers: lost to noise."""
    band = source.band(number)
    if asked in ("linear", "amplitude"):
        return Units((band.scale,), (band.offset,), asked)
    whatever = InputSpec("sar", (Band("any"),), "linear", (1.0, 99.0), None, (0.0,), (1.0,))
    units = sar_units(source, whatever, (number,), sample, asked)
    about_the_file = tuple(note for note in units.assumptions if note not in units.warnings)
    return replace(units, assumptions=about_the_file, warnings=())


def _power_band(source: RasterSource, plan: ReadPlan, unit: str, calibration_db: Optional[float]) -> PowerBand:
    band = source.band(plan.bands[0])
    return PowerBand(
        plan=plan,
        scale=band.scale,
        offset=band.offset,
        convert=sar_conversion(unit, "linear"),
        factor=1.0 if calibration_db is None else 10 ** (calibration_db / 10),
        zero_counts=source.dtype == "uint8" and unit != "db",
    )


def _require_one_unit(sources: list[RasterSource], found: list[str]) -> None:
    for source, unit in zip(sources, found):
        if unit != found[0]:
            raise InputError(
                f"{source.title} seems to hold '{unit}', {sources[0].label} '{found[0]}'; expected one unit in a "
                "series. Set the unit, or prepare the dates one by one."
            )
