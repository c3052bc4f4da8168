"""How far the SAR image of a tile lies beside its optical image: phase correlation of where they have edges.

Simple on purpose: single tiles often mislead, their median over many does not.

Source: Kuglin and Hines, The phase correlation image alignment method, 1975.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray

_SMALLEST_SIDE = 32
_FARTHEST = 16
_LEAST_QUALITY = 4.5
_FEWEST_TILES = 5
_LARGEST_ERROR = 1.0


@dataclass(frozen=True)
class Shift:
    """Pixels by which the SAR image lies below (`row`) and right of (`column`) the optical one.

    `quality` is the correlation's peak in standard deviations above its mean.
    """

    row: float
    column: float
    quality: float


@dataclass(frozen=True)
class ShiftSummary:
    """Median and spread (scaled median absolute deviation) over the tiles that tell a shift, pixels.

    Args:
        row, column: median.
        row_spread, column_spread: spread.
        tiles: how many tell one.
        looked_at: of how many.
    """

    row: float
    column: float
    row_spread: float
    column_spread: float
    tiles: int
    looked_at: int

    @property
    def pixels(self) -> float:
        """Length of the median shift."""
        return float(np.hypot(self.row, self.column))

    @property
    def certain(self) -> bool:
        """True if the standard error of the median, 1.25 spreads over the root of the tiles, is below a pixel."""
        error = 1.2533 * max(self.row_spread, self.column_spread) / self.tiles**0.5
        return self.tiles >= _FEWEST_TILES and error <= _LARGEST_ERROR


def estimate_shift(
    optical: NDArray[np.float64], sar: NDArray[np.float64], valid: Optional[NDArray[np.bool_]] = None
) -> Optional[Shift]:
    """The shift between two images of one size.

    Args:
        optical: (h, w) brightness.
        sar: (h, w) backscatter; positive numbers are compared as logarithms, which tames speckle.
        valid: (h, w) True where both are measurements.

    Returns:
        The shift up to 16 pixels, or None for images without edges or smaller than 32 pixels.
    """
    if min(optical.shape) < _SMALLEST_SIDE:
        return None
    known = np.ones(optical.shape, bool) if valid is None else valid
    edges = []
    for image in (optical, np.log(np.maximum(sar, 1e-6)) if (sar[known] >= 0).all() else sar):
        filled = np.where(known, image, image[known].mean() if known.any() else 0.0)
        edges.append(_edges(_smooth(filled)) * known)
    if not all(edge.std() > 0 for edge in edges):
        return None
    window = np.outer(np.hanning(optical.shape[0]), np.hanning(optical.shape[1]))
    spectra = [np.fft.rfft2((edge - edge.mean()) * window) for edge in edges]
    cross = np.conj(spectra[0]) * spectra[1]
    surface = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-12), s=optical.shape)
    surface = _smooth(np.fft.fftshift(surface))
    centre = optical.shape[0] // 2, optical.shape[1] // 2
    near = surface[
        centre[0] - _FARTHEST + 1 : centre[0] + _FARTHEST, centre[1] - _FARTHEST + 1 : centre[1] + _FARTHEST
    ]
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    quality = float((near.max() - surface.mean()) / surface.std())
    return Shift(
        row=_peak(near[:, column], int(row)) - _FARTHEST + 1,
        column=_peak(near[row], int(column)) - _FARTHEST + 1,
        quality=quality,
    )


def summarise(shifts: Sequence[Optional[Shift]]) -> Optional[ShiftSummary]:
    """Median and spread of the shifts whose peak stands out; None if there is none."""
    clear = [shift for shift in shifts if shift is not None and shift.quality >= _LEAST_QUALITY]
    if not clear:
        return None
    table = np.array([[shift.row, shift.column] for shift in clear])
    median = np.median(table, axis=0)
    spread = 1.4826 * np.median(np.abs(table - median), axis=0)
    row, column, row_spread, column_spread = map(float, (*median, *spread))
    return ShiftSummary(row, column, row_spread, column_spread, tiles=len(clear), looked_at=len(shifts))


def _edges(image: NDArray[np.float64]) -> NDArray[np.float64]:
    down, right = np.gradient(image)
    return np.hypot(down, right)


def _smooth(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twice a 3 x 3 mean of neighbours weighted 1-2-1."""
    for _ in range(2):
        for axis in (0, 1):
            image = (np.roll(image, 1, axis) + 2 * image + np.roll(image, -1, axis)) / 4
    return image


def _peak(values: NDArray[np.float64], place: int) -> float:
    """Top of the parabola through a maximum and its neighbours."""
    if not 0 < place < len(values) - 1:
        return float(place)
    before, top, after = (float(value) for value in values[place - 1 : place + 2])
    bend = before - 2 * top + after
    return place + (0.5 * (before - after) / bend if bend < 0 else 0.0)
