"""Units of optical and SAR values, and the road from a file's numbers to the network's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

CONVERSIONS = (
    "none",
    "power_to_db",
    "power_to_amplitude",
    "amplitude_to_power",
    "amplitude_to_db",
    "db_to_power",
    "db_to_amplitude",
)


@dataclass(frozen=True)
class InputTransform:
    """From raw numbers of one modality to the network's input, band by band.

    ``x = convert(raw * scale + offset)``; ``x = (x - low) / (high - low)``; clip; ``(x - mean) / std``.

    Args:
        scale, offset: raw numbers to physical values, one per band.
        convert: change of SAR units after that; one of :data:`CONVERSIONS`.
        low, high: range mapped to 0..1 (scene percentiles, or 0 and 1 to leave the values alone).
        clip: lowest and highest value kept after the stretch, or None.
        mean, std: training statistics of the stretched values.

    Raises:
        InputError: unequal lengths, an unknown conversion, an empty range or a deviation of zero.
    """

    scale: tuple[float, ...]
    offset: tuple[float, ...]
    convert: str
    low: tuple[float, ...]
    high: tuple[float, ...]
    clip: Optional[tuple[float, float]]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, name)) for name in ("scale", "offset", "low", "high", "mean", "std")}
        if len(lengths) != 1 or 0 in lengths:
            raise InputError("The radiometry's lists differ in length; expected one number per band in each.")
        if self.convert not in CONVERSIONS:
            raise InputError(f"Unit conversion '{self.convert}' found; expected one of {', '.join(CONVERSIONS)}.")
        if any(high <= low for low, high in zip(self.low, self.high)):
            raise InputError(f"The range {self.low} to {self.high} is empty in a band: is the band constant?")
        if any(std <= 0 for std in self.std):
            raise InputError(f"A standard deviation of {self.std} found; expected numbers above zero.")

    @property
    def bands(self) -> int:
        """Number of bands."""
        return len(self.scale)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the worker's protocol."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> InputTransform:
        """Read what :meth:`to_json` wrote (lists become tuples again)."""
        fields: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in data.items()}
        return cls(**fields)


POWER_FLOOR = 1e-10
"""Linear power below this counts as this (-100 dB), so that zero has a logarithm."""


def conversion_between(found: str, wanted: str) -> str:
    """Name of the change from one SAR unit to another (``amplitude``, ``linear``, ``db``).

    Raises:
        InputError: one of them is no calibrated unit.
    """
    names = {"linear": "power", "amplitude": "amplitude", "db": "db"}
    if found == wanted:
        return "none"
    if found not in names or wanted not in names:
        raise InputError(f"SAR values cannot go from '{found}' to '{wanted}'; expected two of {', '.join(names)}.")
    return f"{names[found]}_to_{names[wanted]}"


def convert_units(values: NDArray[Any], conversion: str) -> NDArray[Any]:
    """Change the unit of SAR values; power = amplitude squared, dB = 10 log10(power).

    Args:
        values: any shape, floating point.
        conversion: one of :data:`CONVERSIONS`.
    """
    floor = values.dtype.type(POWER_FLOOR)
    if conversion == "power_to_db":
        return np.asarray(10 * np.log10(np.maximum(values, floor)))
    if conversion == "power_to_amplitude":
        return np.asarray(np.sqrt(np.maximum(values, 0)))
    if conversion == "amplitude_to_power":
        return np.asarray(values * values)
    if conversion == "amplitude_to_db":
        return np.asarray(10 * np.log10(np.maximum(values * values, floor)))
    if conversion == "db_to_power":
        return np.asarray(np.power(values.dtype.type(10), values / 10))
    if conversion == "db_to_amplitude":
        return np.asarray(np.power(values.dtype.type(10), values / 20))
    return values


def to_units(transform: InputTransform, pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Raw (C, ...) pixels in the model's units, float64: scale, offset and conversion, no stretch."""
    values = pixels.astype(np.float64)
    scaled = values * _column(transform.scale, values) + _column(transform.offset, values)
    return np.asarray(convert_units(scaled, transform.convert), np.float64)


def apply_transform(transform: InputTransform, pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Raw pixels as the network's input; the reference for what the engine does on the device.

    Args:
        transform: of this modality.
        pixels: (C, h, w) in the file's type; nodata is not looked at.

    Returns:
        (C, h, w) float32.

    Raises:
        InputError: another number of bands than the transform has.
    """
    if len(pixels) != transform.bands:
        raise InputError(f"{len(pixels)} bands found; the radiometry was made for {transform.bands}. Choose the bands.")
    values = to_units(transform, pixels)
    low, high = _column(transform.low, values), _column(transform.high, values)
    values = (values - low) / (high - low)
    if transform.clip is not None:
        values = np.clip(values, *transform.clip)
    normalised = (values - _column(transform.mean, values)) / _column(transform.std, values)
    return np.asarray(normalised, np.float32)


def scene_percentiles(values: NDArray[Any], low: float, high: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Low and high percentile of each band.

    Args:
        values: (C, N) valid pixels in the model's units, at least one.
        low, high: percentiles, 0 to 100.

    Returns:
        One low and one high per band; a constant band gets a range of one above its value.
    """
    ends = np.percentile(values, [low, high], axis=1)
    lows = tuple(float(value) for value in ends[0])
    return lows, tuple(float(h) if h > lo else lo + 1.0 for lo, h in zip(lows, ends[1]))


def _column(numbers: tuple[float, ...], like: NDArray[Any]) -> NDArray[Any]:
    """One number per band, shaped to meet (C, ...)."""
    return np.asarray(numbers, like.dtype).reshape((-1,) + (1,) * (like.ndim - 1))
