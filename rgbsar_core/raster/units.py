"""What the numbers in a file mean: optical digital numbers or reflectance; SAR amplitude, power or decibels.

Every decision that the file does not settle by itself becomes a sentence for the user.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..model_card import InputSpec
from ..parameters import ClassificationParameters
from ..radiometry import conversion_between
from .source import RasterSource

_NEGATIVE_SHARE = 0.01
_DECIBELS = (-90.0, 50.0)  # medians beyond are scaled numbers or nodata, whatever the sensor
_OFFSET_KEYS = ("BOA_ADD_OFFSET", "RADIO_ADD_OFFSET")
_LEAST_FILL = 0.01  # of all pixels: a few may be ships or masts
_CLEARANCE, _CLEARANCE_IF_CLIPPED = 20, 1000  # zeros for each other pixel within 1 dB of 0
_QUANTIFICATION_KEYS = ("BOA_QUANTIFICATION_VALUE", "QUANTIFICATION_VALUE")


@dataclass(frozen=True)
class Units:
    """From a file's numbers to the model's units.

    Args:
        scale, offset: physical value = number * scale + offset, per band.
        found: unit of the physical values.
        assumptions, warnings: sentences.
        clip: range to keep although the card asks for none, or None.
        top_quantile: True if the values, as amplitude, must still be scaled so that the scene's 99 % quantile
            becomes 255.
    """

    scale: tuple[float, ...]
    offset: tuple[float, ...]
    found: str
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    clip: Optional[tuple[float, float]] = None
    top_quantile: bool = False


def optical_units(
    source: RasterSource,
    spec: InputSpec,
    bands: tuple[int, ...],
    sample: NDArray[Any],
    parameters: ClassificationParameters,
) -> Units:
    """Units of the optical raster.

    Args:
        source: the file.
        spec: the model's optical input.
        bands: chosen band numbers.
        sample: (C, N) valid raw pixels.
        parameters: scale and offset of the user come first.

    Raises:
        InputError: 8-bit pixels for a model that needs reflectance.
    """
    count = len(bands)
    if parameters.optical_scale is not None or parameters.optical_offset is not None:
        scale = 1.0 if parameters.optical_scale is None else parameters.optical_scale
        offset = 0.0 if parameters.optical_offset is None else parameters.optical_offset
        text = f"Optical values are number x {scale:g} + {offset:g}, as given."
        return Units((scale,) * count, (offset,) * count, spec.units, (text,))
    if spec.units == "digital_number":
        return _digital_numbers(source, spec, sample)
    scales = tuple(source.band(number).scale for number in bands)
    offsets = tuple(source.band(number).offset for number in bands)
    if scales != (1.0,) * count or offsets != (0.0,) * count:
        text = f"Reflectance is number x {scales[0]:g} + {offsets[0]:g}, as the optical file says."
        return Units(scales, offsets, "reflectance", (text,))
    median = float(np.median(sample))
    if source.is_float and -0.5 <= median <= 2:
        return Units((1.0,) * count, (0.0,) * count, "reflectance", ("Optical values were taken as reflectance 0-1.",))
    if source.dtype == "uint8":
        if spec.percentiles is None:
            raise InputError(
                f"{source.title} has 8-bit pixels; the model was trained on reflectance. "
                "Choose a raster with reflectance, or set the optical scale and offset."
            )
        text = "8-bit optical pixels were taken as proportional to reflectance; the scene's percentiles fix the scale."
        return Units((1.0,) * count, (0.0,) * count, "reflectance", (text,))
    return _sentinel_2(source, bands, sample)


def _digital_numbers(source: RasterSource, spec: InputSpec, sample: NDArray[Any]) -> Units:
    count = len(spec.bands)
    plain = Units((1.0,) * count, (0.0,) * count, "digital_number")
    if not _expects_eight_bits(spec) or source.dtype == "uint8" or sample.max() <= 255:
        return plain
    low, high = (np.percentile(sample, percent, axis=1) for percent in (1, 99))
    scale = 255 / np.maximum(high - low, 1e-12)
    text = (
        f"Optical values reach {float(sample.max()):g} ({source.dtype}); the model was trained on 8-bit pixels. Each "
        "band's 1st to 99th percentile was stretched to 0-255. For full control make an 8-bit raster yourself."
    )
    factors, summands = tuple(map(float, scale)), tuple(map(float, -low * scale))
    return Units(factors, summands, "digital_number", (text,), (text,), (0.0, 255.0))


def _expects_eight_bits(spec: InputSpec) -> bool:
    """Whether the model takes numbers from 0 to 255 as they are, by its clip or its training statistics."""
    top = spec.clip[1] if spec.clip else max(m + 2 * s for m, s in zip(spec.mean, spec.std))
    return spec.units == "digital_number" and spec.percentiles is None and top <= 512


def _sentinel_2(source: RasterSource, bands: tuple[int, ...], sample: NDArray[Any]) -> Units:
    """Integer reflectance; since processing baseline 04.00 (25 January 2022) with an offset of -1000."""
    facts = {name.upper(): value for name, value in source.metadata.items()}
    quantification = next((_number(facts[key]) for key in _QUANTIFICATION_KEYS if key in facts), None) or 10000.0
    offsets, origin = [], ""
    for number in bands:
        own = {name.upper(): value for name, value in source.band(number).metadata.items()}
        stated = [(key, _number(place[key])) for place in (own, facts) for key in _OFFSET_KEYS if key in place]
        value = next((number for _, number in stated if number is not None), None)
        baseline = _baseline(facts.get("PROCESSING_BASELINE", own.get("PROCESSING_BASELINE", "")))
        if value is not None:
            origin = f"{stated[0][0]} in the file"
        elif baseline is not None:
            value = -1000.0 if baseline >= 4 else 0.0
            origin = f"processing baseline {baseline:05.2f} in the file"
        offsets.append(0.0 if value is None else value)
    text = (
        f"Optical integers were taken as Sentinel-2 style reflectance: (number {offsets[0]:+g}) / {quantification:g}"
        + (f", by the {origin}." if origin else "; the file states neither scale nor offset.")
    )
    warnings = []
    if not origin and float(np.percentile(sample, 0.5)) >= 900:
        warnings.append(
            f"The darkest optical pixels are near {np.percentile(sample, 0.5):.0f}: the offset of +1000 of Sentinel-2 "
            "processing baseline 04.00 and later may still be in them. If so, set scale 0.0001 and offset -0.1."
        )
    scale = 1 / quantification
    return Units(
        (scale,) * len(bands), tuple(o * scale for o in offsets), "reflectance", (text,), tuple(warnings)
    )


def sar_units(
    source: RasterSource, spec: InputSpec, bands: tuple[int, ...], sample: NDArray[Any], asked: str
) -> Units:
    """Units of the SAR raster.

    Args:
        source: the file.
        spec: the model's SAR input.
        bands: chosen band numbers.
        sample: (C, N) valid raw pixels.
        asked: the user's choice, or ``auto``.

    Raises:
        InputError: values that the chosen unit cannot have, or units that cannot be turned into the model's.
    """
    measured = sample[:, (sample != 0).any(axis=0)] if source.is_float else sample
    sample = measured if measured.size else sample  # zeros of a border say nothing of the unit
    scale = np.array([source.band(number).scale for number in bands])
    offset = np.array([source.band(number).offset for number in bands])
    values = sample.astype(np.float64) * scale[:, None] + offset[:, None]
    scaled = bool((scale != 1).any() or (offset != 0).any())
    found, notes = (asked, []) if asked != "auto" else _guess(source, spec, values, scaled)
    _refuse_impossible(source, found, values)
    notes += [f"SAR values are number x {scale[0]:g} + {offset[0]:g}, as the file says."] if scaled else []
    warnings: list[str] = []
    numbers = Units(tuple(map(float, scale)), tuple(map(float, offset)), found)
    if _expects_eight_bits(spec) and (found != "digital_number" or (source.dtype != "uint8" and values.max() > 255)):
        text = (
            f"The model was trained on 8-bit SAR pixels; this layer ({found}) was taken as amplitude and its 99 % "
            "quantile put at 255. Expect a poorer map than from a model for calibrated SAR."
        )
        return replace(numbers, assumptions=(*notes, text), warnings=(text,), top_quantile=True)
    uncalibrated = "digital_number" in (found, spec.units) and found != spec.units
    if uncalibrated:
        if spec.percentiles is None:
            raise InputError(
                f"{source.title} has values in '{found}'; the model was trained on "
                f"'{spec.units}'. Calibrate the raster to that unit, set the SAR unit, or choose another model."
            )
        text = (
            "SAR digital numbers are uncalibrated; they were taken as proportional to amplitude and the scene's "
            f"percentiles fixed the scale (file: {found}, model: {spec.units}). Expect a poorer map."
        )
        warnings.append(text)
        notes.append(text)
    return replace(numbers, assumptions=tuple(notes), warnings=tuple(warnings))


def zeros_fill_decibels(sample: NDArray[Any]) -> bool:
    """Whether 0 stands for no measurement among unscaled decibels, as SNAP leaves it beyond the swath.

    A measured 0 dB stands in one band, hardly ever in all at once: also where numbers are rounded, or clipped at 0.
    A single band must show a hole around 0 that measurements never leave: rounded ones lie on both sides of it, and
    clipped ones, of which none is greater, crowd below it.

    Args:
        sample: (C, N) valid raw pixels.
    """
    zero = sample == 0
    fill = zero.all(axis=0)
    others = sample[:, ~fill]
    measured = bool((others != np.rint(others)).mean() > 0.5) if others.size else False
    if not measured or len(sample) > 1:
        return measured and bool(2 * fill.sum() > zero.any(axis=0).sum())
    clearance = _CLEARANCE if others.max() > 1 else _CLEARANCE_IF_CLIPPED
    return bool(fill.mean() >= _LEAST_FILL and fill.sum() > clearance * (np.abs(others) < 1).sum())


def sar_conversion(found: str, wanted: str) -> str:
    """Conversion from the file's to the model's unit; digital numbers stand for amplitude where they meet others."""
    if found == wanted:
        return "none"
    return conversion_between(*("amplitude" if u == "digital_number" else u for u in (found, wanted)))


def _guess(source: RasterSource, spec: InputSpec, values: NDArray[np.float64], scaled: bool) -> tuple[str, list[str]]:
    written = source.metadata.get("RGBSAR_UNITS", "").rpartition(" to ")[2]
    if written in ("db", "linear"):
        kind = "decibels" if written == "db" else "linear power"
        return written, [f"SAR values were taken as {kind}: so 'Prepare SAR' wrote them."]
    described = " ".join(band.description.lower() for band in source.bands)
    low, median, high = (float(np.percentile(values, percent)) for percent in (2, 50, 98))
    span = f"2 % to 98 % of its values lie between {low:.3g} and {high:.3g}"
    if not source.is_float and not scaled:
        if median < 0:
            raise InputError(
                f"{source.title} holds negative whole numbers (median {median:g}), as "
                "scaled decibels do, without a scale. Set the band's scale, or convert it to floating point dB."
            )
        return "digital_number", ["SAR values were taken as digital numbers: the file holds whole numbers."]
    if median < 0 or (low < -3 and "db" in described):
        return "db", [f"SAR values were taken as decibels: {span}."]
    if spec.units == "digital_number" and high > 10:
        return "digital_number", [f"SAR values were taken as digital numbers: {span}."]
    if high <= 10:
        unit = "amplitude" if spec.units == "amplitude" or "amplitude" in described else "linear"
        kind = "amplitude" if unit == "amplitude" else "linear power"
        return unit, [f"SAR values were taken as {kind}: {span}. Set the SAR unit if this is wrong."]
    return "digital_number", [f"SAR values were taken as uncalibrated digital numbers: {span}."]


def _refuse_impossible(source: RasterSource, unit: str, values: NDArray[np.float64]) -> None:
    negative = float((values < 0).mean())
    name = source.title
    if unit in ("linear", "amplitude") and negative > _NEGATIVE_SHARE:
        raise InputError(
            f"{name} has negative values ({negative:.0%} of them, down to {values.min():.3g}); {unit} SAR values "
            "cannot be negative. They look like decibels: set the SAR unit to dB."
        )
    median = float(np.percentile(values, 50))
    if unit == "db" and not _DECIBELS[0] <= median <= _DECIBELS[1]:
        remedy = (
            "Set the SAR unit to digital numbers, amplitude or linear power."
            if median > 0
            else "Set the band's scale (0.01 for decibels x 100), or its nodata value if that fills the raster."
        )
        raise InputError(
            f"{name} has a median of {median:.4g}; decibels of backscatter lie between about -40 and +30. {remedy}"
        )


def _baseline(text: Any) -> Optional[float]:
    """4.0 of ``04.00``, and of ``N0400`` as names of products have it."""
    number = _number(text)
    return number / 100 if number is not None and number >= 100 else number


def _number(text: Any) -> Optional[float]:
    try:
        return float(str(text).strip().lstrip("Nn"))
    except ValueError:
        return None
