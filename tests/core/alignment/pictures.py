"""Ground that an optical and a SAR sensor see differently, and the same ground moved by any part of a pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.rasters import NORTH_UP, write_raster

Picture = NDArray[np.float64]


def ground(height: int, width: int, seed: int = 1) -> Picture:
    """Smooth random relief, deviation 1; it goes on across its borders, as a transform wants it."""
    return _filtered(np.random.default_rng(seed).normal(size=(height, width)), 3.0)


def moved(picture: Picture, rows: float, columns: float) -> Picture:
    """The picture moved down and to the right; exact, by the shift theorem of the Fourier transform."""
    height, width = picture.shape
    phase = np.fft.fftfreq(height)[:, None] * rows + np.fft.fftfreq(width)[None] * columns
    return np.fft.ifft2(np.fft.fft2(picture) * np.exp(-2j * np.pi * phase)).real


def optical_of(relief: Picture) -> Picture:
    """8-bit brightness, (3, h, w)."""
    return np.stack([np.clip(120 + gain * relief, 1, 255) for gain in (30.0, 25.0, -15.0)]).astype(np.uint8)


def power_of(relief: Picture, looks: float = 0, seed: int = 5) -> NDArray[np.float32]:
    """(2, h, w) linear power, dark where the optical picture is bright; with speckle where looks are given."""
    power = np.stack([10 ** ((-12 - 3 * relief) / 10), 10 ** ((-18 - 2 * relief) / 10)])
    if looks:
        power *= np.random.default_rng(seed).gamma(looks, 1 / looks, power.shape)
    return power.astype(np.float32)


def write_pair(
    folder: Path, rows: float = 0.0, columns: float = 0.0, side: int = 352, looks: float = 4.4, seed: int = 1
) -> tuple[str, str]:
    """Optical and SAR raster on one grid, the SAR's content moved by (rows, columns) pixels of 10 m."""
    relief = ground(side, side, seed)
    return (
        write_raster(folder / "optical é.tif", optical_of(relief), NORTH_UP),
        write_raster(folder / "sar é.tif", power_of(moved(relief, rows, columns), looks), NORTH_UP),
    )


def _filtered(values: Picture, deviation: float) -> Picture:
    height, width = values.shape
    squares = np.fft.fftfreq(height)[:, None] ** 2 + np.fft.fftfreq(width)[None] ** 2
    smooth = np.fft.ifft2(np.fft.fft2(values) * np.exp(-2 * (np.pi * deviation) ** 2 * squares)).real
    return smooth / smooth.std()
