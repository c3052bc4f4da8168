"""The speckle filters written down from the papers, one pixel at a time: slow, plain, independent of the package."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Window = NDArray[np.float64]


def window_around(power: Window, row: int, column: int, half: int) -> Window:
    """Square of side 2 half + 1, not-a-number beyond the raster."""
    padded = np.pad(power, half, constant_values=np.nan)
    return padded[row : row + 2 * half + 1, column : column + 2 * half + 1]


def moments(pixels: Window) -> tuple[float, float]:
    """Mean and variance of the pixels that are there."""
    values = pixels[np.isfinite(pixels)]
    return float(values.mean()), float(values.var(ddof=1)) if len(values) > 1 else 0.0


def lee(window: Window, centre: float, looks: float) -> float:
    """Lopes, Touzi and Nezry 1990: weight 1 - Cu^2 / Ci^2."""
    mean, variance = moments(window)
    if variance <= mean**2 / looks:
        return mean
    return mean + (1 - (1 / looks) / (variance / mean**2)) * (centre - mean)


def gamma_map(window: Window, centre: float, looks: float) -> float:
    """Lopes, Nezry, Touzi and Laur 1990."""
    mean, variance = moments(window)
    ci, cu = math.sqrt(variance) / mean, 1 / math.sqrt(looks)
    if ci <= cu:
        return mean
    if ci >= math.sqrt(2) * cu:
        return centre
    alpha = (1 + cu**2) / (ci**2 - cu**2)
    b = alpha - looks - 1
    return (b * mean + math.sqrt(mean**2 * b**2 + 4 * alpha * looks * centre * mean)) / (2 * alpha)


def frost(window: Window, damping: float) -> float:
    """Frost et al. 1982: weights exp(-K Ci^2 d)."""
    mean, variance = moments(window)
    half = len(window) // 2
    total = weight = 0.0
    for row in range(len(window)):
        for column in range(len(window)):
            if np.isfinite(window[row, column]):
                share = math.exp(-damping * variance / mean**2 * math.hypot(row - half, column - half))
                total += share * window[row, column]
                weight += share
    return total / weight


def mmse(pixels: Window, centre: float, noise: float) -> float:
    """Minimum mean square error estimate of Lee 1980 for multiplicative noise of that variance."""
    mean, variance = moments(pixels)
    of_signal = max((variance - mean**2 * noise) / (1 + noise), 0)
    return mean + (of_signal / variance if variance > 0 else 0) * (centre - mean)


def refined_lee(window: Window, centre: float, looks: float) -> float:
    """Lee 1981: of a 7 x 7 window the half on the centre's side of the strongest edge; all of it if there are gaps."""
    if not np.isfinite(window).all():
        return mmse(window, centre, 1 / looks)
    m = [[window[2 * i : 2 * i + 3, 2 * j : 2 * j + 3].mean() for j in range(3)] for i in range(3)]
    y, x = np.mgrid[:7, :7]
    edges = (  # gradient; the two sides' means; the two halves
        (m[0][2] + m[1][2] + m[2][2] - m[0][0] - m[1][0] - m[2][0], m[1][0], m[1][2], x <= 3, x >= 3),
        (m[0][1] + m[0][2] + m[1][2] - m[1][0] - m[2][0] - m[2][1], m[0][2], m[2][0], x >= y, x <= y),
        (m[0][0] + m[0][1] + m[0][2] - m[2][0] - m[2][1] - m[2][2], m[0][1], m[2][1], y <= 3, y >= 3),
        (m[0][0] + m[0][1] + m[1][0] - m[1][2] - m[2][1] - m[2][2], m[0][0], m[2][2], x + y <= 6, x + y >= 6),
    )
    _, first, second, near, far = max(edges, key=lambda edge: abs(edge[0]))
    half = near if abs(first - m[1][1]) < abs(second - m[1][1]) else far
    return mmse(window[half], centre, 1 / looks)


def lee_sigma(window: Window, centre: float, looks: float, low: float, high: float, deviation: float) -> float:
    """Lee et al. 2009 without its treatment of point targets."""
    half = len(window) // 2
    estimate = mmse(window[half - 1 : half + 2, half - 1 : half + 2], centre, 1 / looks)
    alike = window[(window >= low * estimate) & (window <= high * estimate)]
    return mmse(alike, centre, deviation**2) if alike.size else centre
