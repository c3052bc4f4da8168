"""Speckle filters for SAR intensity (linear power), and the sigma ranges of the Lee sigma filter.

Speckle multiplies: a pixel is I = x v, with v of mean 1 and variance 1/L for L looks. In what follows m and s^2 are the
mean and variance of a window's pixels, Ci^2 = s^2 / m^2 and Cu^2 = 1/L. Pixels that are not a number take part in no
window and stay as they are; windows are cut off at the raster's edge.

A filter computes every pixel with the same operations in the same order, wherever the array begins, so strips and
blocks of any size give the same bytes. Window sums lie in `windows`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .windows import HALF_WINDOW_PIXELS, Block, half_window_sums, rings

FILTERS = ("none", "lee", "refined_lee", "lee_sigma", "gamma_map", "frost")
WINDOWS = (3, 31)
REFINED_LEE_WINDOW = 7
BRIGHT_PERCENTILE = 98.0
_BRIGHT_NEIGHBOURS = 5
_LARGEST = 1e9  # looks and damping; far beyond any image
_BLOCK_ROWS, _BLOCK_COLUMNS = 64, 512  # small enough for a processor's cache


@dataclass(frozen=True)
class SpeckleFilter:
    """A filter and its settings.

    Args:
        name: one of `FILTERS`.
        window: side of the square window, pixels, odd.
        looks: equivalent number of looks of the intensity, above zero; may be a fraction.
        damping: of the Frost filter, above zero: larger keeps more detail.
        sigma: of the Lee sigma filter: share of a uniform area's pixels that count as like the centre, 0 to 1.

    Raises:
        InputError: values outside these ranges; a refined Lee window other than 7.
    """

    name: str = "refined_lee"
    window: int = REFINED_LEE_WINDOW
    looks: float = 4.4
    damping: float = 2.0
    sigma: float = 0.9

    def __post_init__(self) -> None:
        if self.name not in FILTERS:
            raise InputError(f"The filter is '{self.name}'; expected one of {', '.join(FILTERS)}. Choose one of these.")
        if self.window % 2 == 0 or not WINDOWS[0] <= self.window <= WINDOWS[1]:
            raise InputError(
                f"The filter window is {self.window}; expected an odd number of pixels from {WINDOWS[0]} to "
                f"{WINDOWS[1]}, so that it has a centre. Choose another."
            )
        if self.name == "refined_lee" and self.window != REFINED_LEE_WINDOW:
            raise InputError(
                f"The filter window is {self.window}; the refined Lee filter is defined for {REFINED_LEE_WINDOW}. "
                f"Set {REFINED_LEE_WINDOW}, or choose another filter."
            )
        for name, value in (("number of looks", self.looks), ("Frost damping", self.damping)):
            if not 0 < value <= _LARGEST:
                raise InputError(
                    f"The {name} is {value:g}; expected a number above zero, {_LARGEST:g} at most. Choose another."
                )
        if not 0.1 <= self.sigma <= 0.99:
            raise InputError(f"The sigma is {self.sigma:g}; expected a share from 0.1 to 0.99. Choose 0.9.")

    def __str__(self) -> str:
        words = {"lee_sigma": f", sigma {self.sigma:g}", "frost": f", damping {self.damping:g}"}.get(self.name, "")
        return self.name if self.name == "none" else f"{self.name}, window {self.window}, looks {self.looks:g}{words}"

    @property
    def halo(self) -> int:
        """Pixels needed around those to be filtered."""
        if self.name == "none":
            return 0
        return max(self.window // 2, 2) if self.name == "lee_sigma" else self.window // 2


def despeckle(power: NDArray[Any], settings: SpeckleFilter, bright: float = math.inf) -> NDArray[Any]:
    """Filter one band of linear power.

    Args:
        power: (h + 2 halo, w + 2 halo) float32 or float64, not-a-number where there is no measurement or no raster.
        settings: filter, window, looks.
        bright: for the Lee sigma filter, the scene's 98th percentile; clusters above it are kept as they are.

    Returns:
        (h, w) of the same type; not-a-number where the centre is.
    """
    halo = settings.halo
    height, width = power.shape[0] - 2 * halo, power.shape[1] - 2 * halo
    if settings.name == "none":
        return power.copy()
    run = _FILTERS[settings.name]
    filtered = np.empty((height, width), power.dtype)
    for row in range(0, height, _BLOCK_ROWS):
        for column in range(0, width, _BLOCK_COLUMNS):
            rows, columns = min(_BLOCK_ROWS, height - row), min(_BLOCK_COLUMNS, width - column)
            block = Block(power[row : row + rows + 2 * halo, column : column + columns + 2 * halo], halo)
            filtered[row : row + rows, column : column + columns] = block.restored(run(block, settings, bright))
    return filtered


def _lee(block: Block, settings: SpeckleFilter, bright: float) -> NDArray[Any]:
    """x = m + (1 - Cu^2 / Ci^2) (I - m), and m where Ci < Cu.

    Source: Lee 1980, doi:10.1109/TPAMI.1980.4766994, in the form of Lopes, Touzi and Nezry 1990,
    doi:10.1109/36.62623.
    """
    mean, variance = block.moments(settings.window)
    gain = _texture(mean, variance, 1 / settings.looks) / np.maximum(variance, block.tiny)
    return np.asarray(mean + gain * (block.centre - mean))


def _gamma_map(block: Block, settings: SpeckleFilter, bright: float) -> NDArray[Any]:
    """Most probable x where both texture and speckle are gamma-distributed.

    a x^2 + (L + 1 - a) m x - L I m = 0 with a = (1 + Cu^2) / (Ci^2 - Cu^2); m where Ci < Cu; I where Ci^2 >= 2 Cu^2.
    Solved in t = 1/a, which is zero, not infinite, in a uniform area.

    Source: Lopes, Nezry, Touzi and Laur 1990, doi:10.1109/IGARSS.1990.689026.
    """
    looks = settings.looks
    mean, variance = block.moments(settings.window)
    heterogeneity = variance / np.maximum(mean * mean, block.tiny)
    t = np.maximum((heterogeneity - 1 / looks) / (1 + 1 / looks), 0)
    linear = 1 - (looks + 1) * t
    root = np.sqrt(linear * linear + 4 * looks * t * (block.centre / np.maximum(mean, block.tiny)))
    return np.where(heterogeneity < 2 / looks, mean * (0.5 * (linear + root)), block.centre)


def _frost(block: Block, settings: SpeckleFilter, bright: float) -> NDArray[Any]:
    """Mean of the window's pixels with weights exp(-K Ci^2 d), d the distance to the centre in pixels.

    Source: Frost, Stiles, Shanmugan and Holtzman 1982, doi:10.1109/TPAMI.1982.4767223.
    """
    mean, variance = block.moments(settings.window)
    decay = (-settings.damping) * (variance / np.maximum(mean * mean, block.tiny))
    total = block.centre.copy()
    weight: Any = 1.0
    counts = rings(block, block.weights, settings.window) if block.weights is not None else None
    for distance, pixels, values in rings(block, block.values, settings.window):
        share = np.exp(decay * block.dtype.type(distance))
        total += share * values
        weight = weight + share * (next(counts)[2] if counts else block.dtype.type(pixels))
    return np.asarray(total / weight)


def _refined_lee(block: Block, settings: SpeckleFilter, bright: float) -> NDArray[Any]:
    """Local statistics from the half of the 7 x 7 window on the centre's side of the strongest edge.

    The window's nine 3 x 3 means give gradients in four directions; the strongest is the edge's. Of the two sides the
    one whose mean is nearer to the middle one is taken. Windows with gaps are taken whole.

    Source: Lee 1981, doi:10.1016/S0146-664X(81)80018-4; Lee and Pottier 2009, Polarimetric Radar Imaging, sec. 5.3.
    """
    side = _edge_side(block)
    total, squares = half_window_sums(block, block.values, side), half_window_sums(block, block.squares, side)
    count: Any = block.dtype.type(HALF_WINDOW_PIXELS)
    if block.weights is not None:
        whole = block.box(block.weights, settings.window)
        gaps = whole < settings.window**2
        np.copyto(total, block.box(block.values, settings.window), where=gaps)
        np.copyto(squares, block.box(block.squares, settings.window), where=gaps)
        count = np.where(gaps, np.maximum(whole, 1), count)
    mean, variance = block.moments_of(total, squares, count)
    return _mmse(block, mean, variance, 1 / settings.looks)


def _edge_side(block: Block) -> NDArray[np.int8]:
    """Which half window each pixel takes: 0-7 as `half_window_sums` counts them."""
    sums = block.corner_sums(block.values, 3, 3)
    (nw, n, ne), (w, middle, e), (sw, s, se) = (
        [block.aligned(sums[row * block.width + column :], 3) for column in (0, 2, 4)] for row in (0, 2, 4)
    )
    gradients = (ne + e + se - nw - w - sw, n + ne + e - w - sw - s, nw + n + ne - sw - s - se, nw + n + w - e - s - se)
    side = np.zeros(len(middle), np.int8)
    strongest = np.full(len(middle), -1, block.dtype)
    for direction, (gradient, (first, second)) in enumerate(zip(gradients, ((w, e), (ne, sw), (n, s), (nw, se)))):
        gradient = np.abs(gradient)
        nearer = (np.abs(first - middle) >= np.abs(second - middle)).view(np.int8) + np.int8(2 * direction)
        side += (nearer - side) * (gradient > strongest)  # several times as fast as a masked copy
        np.maximum(strongest, gradient, out=strongest)
    return side


def _lee_sigma(block: Block, settings: SpeckleFilter, bright: float) -> NDArray[Any]:
    """Minimum mean square error estimate from those pixels of the window that resemble the centre.

    A first estimate x from 3 x 3 pixels sets the range [I1 x, I2 x]. Pixels that belong to a cluster of bright ones (5
    or more of 3 x 3 above the scene's 98th percentile) are kept: they are targets, not speckle.

    Source: Lee, Wen, Ainsworth, Chen and Chen 2009, doi:10.1109/TGRS.2008.2002881.
    """
    low, high, deviation = sigma_range(settings.looks, settings.sigma)
    mean, variance = block.moments(3)
    estimate = np.maximum(_mmse(block, mean, variance, 1 / settings.looks), 0)
    total, squares, count = block.sums_between(estimate * low, estimate * high, settings.window)
    mean, variance = block.moments_of(total, squares, np.maximum(count, 1))
    filtered = _mmse(block, mean, variance, deviation**2)
    np.copyto(filtered, block.centre, where=(count == 0) | block.clusters_above(bright, _BRIGHT_NEIGHBOURS))
    return filtered


@lru_cache(maxsize=32)
def sigma_range(looks: float, sigma: float) -> tuple[float, float, float]:
    """The range of uniform speckle of mean 1 that holds a share `sigma` of it and keeps the mean.

    For gamma-distributed intensity of L looks, low and high solve: the density's integral over them is sigma, and the
    mean between them is 1. The second holds where I - 1 - ln I is the same at both ends, which leaves one unknown.
    Table I of the paper lists some of these numbers for 1 to 4 looks.

    Args:
        looks: above zero.
        sigma: between 0 and 1.

    Returns:
        Lower end, upper end, and the standard deviation between them.

    Source: Lee, Wen, Ainsworth, Chen and Chen 2009, Table I, doi:10.1109/TGRS.2008.2002881.
    """
    nodes, weights = np.polynomial.legendre.leggauss(400)  # type: ignore[no-untyped-call]
    too_small, too_large = 0.0, 40.0
    low, high, spread = 0.0, 0.0, 0.0  # logarithms
    for _ in range(60):
        level = (too_small + too_large) / 2
        low, high = _ends(level / looks)
        logs = ((high - low) * nodes + high + low) / 2
        density = np.exp(looks * (logs - np.exp(logs) + math.log(looks)) - math.lgamma(looks))
        density *= weights * (high - low) / 2
        share = float(density.sum())
        spread = float((density * (np.exp(logs) - 1) ** 2).sum()) / share
        too_small, too_large = (level, too_large) if share < sigma else (too_small, level)
    return math.exp(low), math.exp(high), math.sqrt(spread)


def _ends(level: float) -> tuple[float, float]:
    """The two logarithms of I that solve I - 1 - ln I = level, by bisection."""
    ends = []
    for inner, outer in ((0.0, -level - 1.0), (0.0, math.log(2 * level + 4))):
        for _ in range(80):
            middle = (inner + outer) / 2
            inner, outer = (middle, outer) if math.exp(middle) - 1 - middle < level else (inner, middle)
        ends.append(inner)
    return ends[0], ends[1]


def _texture(mean: NDArray[Any], variance: NDArray[Any], speckle: float) -> NDArray[Any]:
    """The part of the variance that speckle of this variance does not explain."""
    return np.maximum(variance - mean * mean * variance.dtype.type(speckle), 0)


def _mmse(block: Block, mean: NDArray[Any], variance: NDArray[Any], speckle: float) -> NDArray[Any]:
    """x = m + b (I - m) with b = (s^2 - c m^2) / (s^2 (1 + c)), not below zero; c is the speckle's variance."""
    gain = _texture(mean, variance, speckle) / (np.maximum(variance, block.tiny) * block.dtype.type(1 + speckle))
    return np.asarray(mean + gain * (block.centre - mean))


_FILTERS: dict[str, Callable[[Block, SpeckleFilter, float], NDArray[Any]]] = {
    "lee": _lee,
    "refined_lee": _refined_lee,
    "lee_sigma": _lee_sigma,
    "gamma_map": _gamma_map,
    "frost": _frost,
}
