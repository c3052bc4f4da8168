"""The shift between an optical and a SAR picture of the same ground, from where both have edges.

Grey values of the two have little in common, and what is bright in one may be dark in the other; edges and the way
they run are common to both. Of the gradient g (x + iy) of each band two features are kept: its strength ``|g|`` and
``g^2 / |g|``, whose angle is twice the edge's, so that an edge from dark to bright and one from bright to dark are the
same. They are the first two terms of the Fourier series of a histogram of oriented gradients at each pixel, at a third
of the cost of nine orientations. Both features are correlated by FFT, half whitened: between plain correlation, whose
peak is broad, and phase correlation, which drowns in speckle.

Sources: channel features of oriented gradients, Ye et al. 2019, doi:10.1109/TGRS.2019.2924684; orientation
correlation, Fitch et al., British Machine Vision Conference 2002; phase correlation, Kuglin and Hines 1975.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

SMOOTHING = 2.0
"""Standard deviation of the gradient's Gaussian, pixels: below, speckle has more edges than the ground."""
MARGIN = 8
"""Pixels along the border of a picture whose gradient is not used: the transform takes its edges for neighbours."""
RELIABLE = 4.5
"""Quality from which a peak is more than chance: pictures of different places stay below it."""
_LOCAL = 8.0  # pixels: a strong edge counts as much as weaker ones this far from it
_WHITENING = 0.5
_LEAST_VALID = 0.5
PEAK = 4  # pixels around the peak that belong to it
_PARTS = 10
Bands = NDArray[Any]
Surface = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """Where the SAR picture shows what the optical one shows, minus where the optical one shows it.

    Args:
        row, column: pixels downwards and to the right.
        quality: of the correlation's peak, in standard deviations of the other shifts above their mean.
    """

    row: float
    column: float
    quality: float

    @property
    def length(self) -> float:
        """Pixels."""
        return math.hypot(self.row, self.column)

    @property
    def reliable(self) -> bool:
        """Whether the peak is more than chance."""
        return self.quality >= RELIABLE


def correlation_surface(
    optical: Bands,
    sar: Bands,
    optical_valid: NDArray[np.bool_],
    sar_valid: NDArray[np.bool_],
    search: int,
) -> Optional[Surface]:
    """How well each shift makes the two pictures match, in standard deviations above the mean of all shifts.

    Args:
        optical: (bands, h, w); of it the part is matched that lies ``search + MARGIN`` pixels inside.
        sar: (bands, h, w), on the same pixels, logarithmic.
        optical_valid, sar_valid: (h, w).
        search: largest shift, pixels.

    Returns:
        (2 search + 1, 2 search + 1), `[row, column]`, no shift in the middle; None where nothing can be matched.
    """
    inset = search + MARGIN
    inside = np.zeros(optical_valid.shape, bool)
    inside[inset:-inset, inset:-inset] = True
    if (optical_valid & sar_valid)[inside].mean() < _LEAST_VALID:
        return None
    first, second = _features(optical, optical_valid, inside), _features(sar, sar_valid, None)
    if first is None or second is None:
        return None
    strength = np.fft.irfft2(_whitened(np.fft.rfft2(first[0]), np.fft.rfft2(second[0])), inside.shape)
    doubled = np.fft.ifft2(_whitened(np.fft.fft2(first[1]), np.fft.fft2(second[1]))).real
    shifts = np.ix_(np.arange(-search, search + 1), np.arange(-search, search + 1))
    surface = strength[shifts] + doubled[shifts]
    deviation = float(surface.std())
    return (surface - surface.mean()) / deviation if deviation > 0 else None


def find_peak(surface: Surface) -> Shift:
    """The best shift of a surface, to a part of a pixel: the top of a parabola through the peak and its neighbours."""
    search = surface.shape[0] // 2
    row, column = (int(index) for index in np.unravel_index(np.argmax(surface), surface.shape))
    rest = np.ones(surface.shape, bool)
    rest[max(0, row - PEAK) : row + PEAK + 1, max(0, column - PEAK) : column + PEAK + 1] = False
    others = surface[rest]
    quality = float((surface[row, column] - others.mean()) / max(others.std(), np.finfo(float).tiny))
    return Shift(
        row - search + _top(surface[max(0, row - 1) : row + 2, column]),
        column - search + _top(surface[row, max(0, column - 1) : column + 2]),
        quality,
    )


def combine(surfaces: Sequence[Surface]) -> tuple[Shift, float]:
    """The shift that all windows together speak for, and its standard error in pixels.

    The surfaces are added up: many windows whose own peaks are uncertain still agree on one shift. The error is the
    jackknife's, leaving out a tenth of the windows at a time; windows are given in spatial order, so that a shift that
    changes across the scene shows in it. Infinite for a single window.
    """
    total = np.sum(surfaces, axis=0)
    parts = [part for part in np.array_split(np.arange(len(surfaces)), _PARTS) if len(part)]
    if len(parts) < 2:
        return find_peak(total), math.inf
    without = [find_peak(total - np.sum([surfaces[k] for k in part], axis=0)) for part in parts]
    places = np.array([(shift.row, shift.column) for shift in without])
    squares = ((places - places.mean(axis=0)) ** 2).sum()
    return find_peak(total), math.sqrt(float(squares) * (len(parts) - 1) / len(parts))


def _features(
    bands: Bands, valid: NDArray[np.bool_], inside: Optional[NDArray[np.bool_]]
) -> Optional[tuple[NDArray[Any], NDArray[Any]]]:
    """Strength and doubled direction of the edges, zero where they are not known; None where there are none."""
    height, width = valid.shape
    down, right = np.fft.fftfreq(height, 1.0)[:, None], np.fft.rfftfreq(width, 1.0)[None]
    distance = down**2 + right**2
    blur = _gaussian(distance, SMOOTHING)
    known = np.ones(valid.shape, bool) if valid.all() else _smoothed(valid.astype(float), blur) > 0.99
    known[:MARGIN] = known[-MARGIN:] = known[:, :MARGIN] = known[:, -MARGIN:] = False
    if inside is not None:
        known &= inside
    if not known.any():
        return None
    strength: Any = np.zeros(valid.shape)
    doubled: Any = np.zeros(valid.shape, complex)
    for band in bands:
        values = band.astype(float)
        level = values[valid].mean()
        spectrum = np.fft.rfft2(np.where(valid, values - level, 0.0)) * blur * 2j * np.pi
        gradient = np.fft.irfft2(spectrum * right, valid.shape) + 1j * np.fft.irfft2(spectrum * down, valid.shape)
        gradient[~known] = 0
        size = np.abs(gradient)
        scale = float(size[known].mean())
        if scale > 1e-6 * float(np.abs(values[valid]).max()):  # else rounding of a flat band
            strength += size / scale
            doubled += gradient * gradient / (np.maximum(size, 1e-9 * scale) * scale)
    if not strength.any():
        return None
    around = np.sqrt(np.maximum(_smoothed(strength**2 + np.abs(doubled) ** 2, _gaussian(distance, _LOCAL)), 0))
    around += 0.2 * np.median(around[known])
    strength, doubled = strength / around, doubled / around
    return np.where(known, strength - strength[known].mean(), 0.0), np.where(known, doubled, 0.0)


def _whitened(template: NDArray[Any], picture: NDArray[Any]) -> NDArray[Any]:
    """Cross spectrum, between as strong as it is and all frequencies alike."""
    product = np.conj(template) * picture
    return np.asarray(product / np.maximum(np.abs(product), 1e-12) ** _WHITENING)


def _gaussian(squared_frequency: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    """The transform of a Gaussian."""
    return np.asarray(np.exp(-2 * (np.pi * deviation) ** 2 * squared_frequency))


def _smoothed(values: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.fft.irfft2(np.fft.rfft2(values) * kernel, values.shape))


def _top(values: Surface) -> float:
    """Where, from the middle of three values, the parabola through them is highest; 0 at a border."""
    if len(values) < 3:
        return 0.0
    bend = values[0] - 2 * values[1] + values[2]
    return float(0.5 * (values[0] - values[2]) / bend) if bend < 0 else 0.0
