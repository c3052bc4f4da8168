"""Looking at a part of the scene: which values occur, whether anything is valid.

Small scenes are read whole; of larger ones some two hundred square windows, spread evenly, so that the cost does
not grow with the scene and neither overviews nor resampling bend the statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import OperationCancelled
from .grid import Grid
from .reader import OpenRaster, ReadPlan

_WHOLE_FACTOR = 4
_WINDOW_SIDE = 64
_LEAST_ACROSS = 3
_STRIP_PIXELS = 2**20
_LEAST_SHARE = 16
_CLOSER = (1, 4, 16)


def sample_windows(width: int, height: int, pixels: int) -> list[tuple[int, int, int, int]]:
    """Windows (column, row, width, height) that hold about ``pixels`` pixels, or the whole grid if it is small.

    Up to four times ``pixels`` the whole grid is taken, in strips.
    """
    if width * height <= _WHOLE_FACTOR * pixels:
        return list(_strips(width, height))
    count = max(1, round(pixels / _WINDOW_SIDE**2))
    side_x, side_y = min(_WINDOW_SIDE, width), min(_WINDOW_SIDE, height)
    across = min(width // side_x, max(_LEAST_ACROSS, round((count * width / height) ** 0.5)))
    down = min(height // side_y, max(_LEAST_ACROSS, round(count / across)))
    across = min(across, max(_LEAST_ACROSS, round(count / down)))
    columns = np.linspace(0, width - side_x, across).round().astype(int)
    rows = np.linspace(0, height - side_y, down).round().astype(int)
    return [(int(column), int(row), side_x, side_y) for row in rows for column in columns]


def sample_pixels(
    plans: tuple[ReadPlan, ...], grid: Grid, pixels: int, is_cancelled: IsCancelled, least: Optional[int] = None
) -> tuple[list[NDArray[Any]], bool]:
    """Raw values of the pixels that are valid in every plan.

    Where few are valid the windows move closer, so that one corner of a small image in an empty grid does not speak for
    all of it.

    Args:
        plans: one or both modalities on ``grid``.
        grid: the lattice the plans start on.
        pixels: how many to look at, about.
        is_cancelled: asked between windows.
        least: valid pixels that are enough, if the grid has as many; None for a sixteenth of ``pixels``.

    Returns:
        For each plan (bands, N), and True if N is zero in the whole grid (the grid is searched to its end before
        that is said).
    """
    enough = max(1, pixels // _LEAST_SHARE) if least is None else least
    parts: list[list[NDArray[Any]]] = []
    found, whole = 0, False
    for factor in _CLOSER:
        if found >= enough or whole:
            break
        parts = [[] for _ in plans]
        windows = sample_windows(grid.width, grid.height, factor * pixels)
        whole = sum(width * height for _, _, width, height in windows) >= grid.width * grid.height
        rasters = [OpenRaster(plan if whole else plan.in_small_blocks(_WINDOW_SIDE)) for plan in plans]
        found = _collect(rasters, windows, parts, is_cancelled)
    if not found and not whole:
        rasters = [OpenRaster(plan) for plan in plans]
        found = _collect(rasters, list(_strips(grid.width, grid.height)), parts, is_cancelled, enough)
    values = [
        np.concatenate(part, axis=1) if part else np.empty((len(plan.bands), 0), plan.dtype)
        for part, plan in zip(parts, plans)
    ]
    return values, not found


def _collect(
    rasters: list[OpenRaster],
    windows: list[tuple[int, int, int, int]],
    parts: list[list[NDArray[Any]]],
    is_cancelled: IsCancelled,
    enough: Optional[int] = None,
) -> int:
    """Append the valid pixels of each window and count them; up to ``enough``, or to the end of the first image."""
    found = 0
    for window in windows:
        if is_cancelled():
            raise OperationCancelled
        pixels, masks = zip(*(raster.read(*window) for raster in rasters))
        valid = np.logical_and.reduce(masks)
        count = int(np.count_nonzero(valid))
        if count:
            for part, values in zip(parts, pixels):
                part.append(values[:, valid])
        found += count
        if enough is not None and found and (found >= enough or not count):
            break
    return found


def _strips(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    rows = max(1, _STRIP_PIXELS // width)
    for row in range(0, height, rows):
        yield 0, row, width, min(rows, height - row)
