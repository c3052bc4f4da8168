"""One modality on the common grid: how it is read, and from which unit to which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import NodataError
from ..model_card import Band, InputSpec
from ..parameters import ClassificationParameters
from ..radiometry import InputTransform
from .grid import Grid, lattice_offset
from .overviews import averaged_overview
from .reader import ReadPlan
from .sampling import sample_pixels
from .source import RasterSource, nodata_in_one_band
from .units import Units, optical_units, sar_conversion, sar_units, zeros_fill_decibels
from .warp import warped_plan

_UNIT_SAMPLE = 2**18


@dataclass(frozen=True)
class Modality:
    """How one modality is read on the scene grid.

    Args:
        role: ``optical`` or ``sar``.
        spec: the model's input.
        plan: how the pixels are read.
        transform: their radiometry without scene percentiles.
        top_quantile: True if ``transform`` must still put the scene's 99 % quantile at 255.
        assumptions, warnings: sentences.
    """

    role: str
    spec: InputSpec
    plan: ReadPlan
    transform: InputTransform
    top_quantile: bool
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def pixel_bytes(self) -> int:
        """Bytes of one raw pixel, all bands."""
        return len(self.plan.bands) * np.dtype(self.plan.dtype).itemsize


def open_modality(
    source: RasterSource,
    spec: InputSpec,
    bands: tuple[int, ...],
    scene: Grid,
    parameters: ClassificationParameters,
    is_cancelled: IsCancelled,
) -> Modality:
    """Decide units and reading of one raster.

    Raises:
        InputError: units that cannot be.
        NodataError: no valid pixel in the file.
    """
    notes: list[str] = []
    own_plan = _own_plan(source, bands)
    sample = _require_pixels(source, own_plan, is_cancelled)
    if spec.role == "optical":
        units = optical_units(source, spec, bands, sample, parameters)
        convert = "none"
    else:
        units = sar_units(source, spec, bands, sample, parameters.sar_units)
        convert = sar_conversion(units.found, spec.units)
        if _zero_is_nodata(source, own_plan, units, sample):
            own_plan = replace(own_plan, nodata=(0.0,) * len(bands))
            if (sample == 0).any():
                _require_pixels(source, own_plan, is_cancelled)
                notes.append("SAR pixels that are exactly 0 were taken as nodata: the file declares none.")
    offset = lattice_offset(source.grid, scene)
    if offset is not None:
        plan = own_plan.moved(*offset)
        return _modality(spec, plan, units, convert, notes)
    before, after = _around_warp(spec, units, convert, parameters.resampling)
    scales = (units.scale, units.offset) if before != "none" and _is_scaled(units) else ((), ())
    overview = None
    if spec.role == "optical" and parameters.resampling != "nearest":
        overview = averaged_overview(source, bands, scene)
    how = (own_plan.nodata, own_plan.any_band, scene, parameters.resampling, before, *scales)
    plan = warped_plan(source, bands, *how, overview=overview)
    if scales[0]:
        ones = (1.0,) * len(bands)
        units = replace(units, scale=ones, offset=(0.0,) * len(bands))
    as_power = ", as linear power," if before != "none" else ""
    notes.append(f"The {source.role} raster was resampled ({parameters.resampling}){as_power} onto the map's grid.")
    if overview is not None:
        factor = round(source.grid.width / overview.grid.width)
        notes.append(f"Its overview of {factor} x {factor} averaged pixels was read; those of the map are larger.")
    return _modality(spec, plan, units, after, notes)


def own_units(
    source: RasterSource,
    bands: tuple[int, ...],
    parameters: ClassificationParameters,
    is_cancelled: IsCancelled,
) -> tuple[str, list[str]]:
    """The unit of a raster's numbers where no model asks for one, and sentences on what was assumed.

    Optical numbers are reflectance only where the user or the file says how, or where they are floating point and
    look like it: integers of aerial and other satellites cannot be told from Sentinel-2's.

    Raises:
        InputError: values the user's unit cannot have.
        NodataError: no valid pixel in the file.
    """
    sample = _require_pixels(source, _own_plan(source, bands), is_cancelled)
    names = tuple(Band(f"band {number}") for number in bands)
    plain = ((0.0,) * len(bands), (1.0,) * len(bands))
    if source.role == "SAR":
        spec = InputSpec("sar", names, "linear", (1.0, 99.0), None, *plain)
        units = sar_units(source, spec, bands, sample, parameters.sar_units)
        return units.found, [text for text in units.assumptions if text not in units.warnings]
    chosen = (source.band(number) for number in bands)
    stated = parameters.optical_scale is not None or parameters.optical_offset is not None
    if stated or any((band.scale, band.offset) != (1.0, 0.0) for band in chosen):
        return "reflectance", []
    spec = InputSpec("optical", names, "reflectance", (1.0, 99.0), None, *plain)
    if source.is_float and optical_units(source, spec, bands, sample, parameters).scale == (1.0,) * len(bands):
        return "reflectance", []
    notes = [] if source.dtype == "uint8" else [
        "Optical values were taken as digital numbers: the file states no scale. If they are scaled reflectance, set "
        "the optical scale (Sentinel-2: 0.0001, and offset -0.1 from processing baseline 04.00 on)."
    ]  # fmt: skip
    return "digital_number", notes


def _own_plan(source: RasterSource, bands: tuple[int, ...]) -> ReadPlan:
    """How to read the file on its own lattice, and what in it is no measurement.

    A declared 0 may also be a dark optical value in one band, and 255 a bright one of 8 bits, so there all bands must
    hold it; any other nodata value, and floating point SAR, is no measurement in a single band already.
    """
    nodata = tuple(source.band(number).nodata for number in bands)
    floating_sar = source.role == "SAR" and source.is_float
    return ReadPlan(
        dataset=source.path,
        label=source.label,
        bands=bands,
        dtype=source.dtype,
        nodata=nodata,
        any_band=floating_sar or nodata_in_one_band(source, nodata),
        alpha=source.alpha,
        mask_of=bands[0] if source.has_mask and source.alpha is None else None,
        block_height=source.block_height,
        block_width=source.block_width,
    )


def _zero_is_nodata(
    source: RasterSource, plan: ReadPlan, units: Units, sample: NDArray[Any]
) -> bool:
    """Measured power is never exactly zero, nor are the 16-bit numbers of a GRD product; 8-bit pictures are."""
    declared = any(value is not None for value in plan.nodata) or source.has_mask or source.alpha is not None
    if units.found == "db":
        return not declared and source.is_float and not _is_scaled(units) and zeros_fill_decibels(sample)
    sixteen_bits = source.dtype == "uint16" and bool((sample > 255).any())
    return not declared and (sixteen_bits or (source.is_float and units.found in ("linear", "amplitude")))


def _require_pixels(source: RasterSource, plan: ReadPlan, is_cancelled: IsCancelled) -> NDArray[Any]:
    """A sample (bands, N) of the file's valid pixels, N above zero."""
    values, empty = sample_pixels((plan,), source.grid, _UNIT_SAMPLE, is_cancelled)
    if empty:
        raise NodataError(
            f"{source.title} has no valid pixel in band "
            f"{', '.join(map(str, plan.bands))}; expected an image. Check its nodata value and the chosen bands."
        )
    return values[0]


def _around_warp(spec: InputSpec, units: Units, convert: str, resampling: str) -> tuple[str, str]:
    """Conversion before the warp and after it, so that SAR is averaged as power."""
    if spec.role == "optical" or resampling == "nearest" or units.found in ("linear", "digital_number"):
        return "none", convert
    before = "db_to_power" if units.found == "db" else "amplitude_to_power"
    wanted = "amplitude" if spec.units == "digital_number" else spec.units
    return before, sar_conversion("linear", wanted)


def _is_scaled(units: Units) -> bool:
    return any(scale != 1 for scale in units.scale) or any(offset != 0 for offset in units.offset)


def _modality(spec: InputSpec, plan: ReadPlan, units: Units, convert: str, notes: list[str]) -> Modality:
    count = len(spec.bands)
    transform = InputTransform(
        scale=units.scale,
        offset=units.offset,
        convert=convert,
        low=(0.0,) * count,
        high=(1.0,) * count,
        clip=spec.clip or units.clip,
        mean=spec.mean,
        std=spec.std,
    )
    sentences = (*units.assumptions, *notes)
    return Modality(spec.role, spec, plan, transform, units.top_quantile, sentences, units.warnings)
