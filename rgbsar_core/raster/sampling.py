"""Looking at a part of the scene: which values occur, what its percentiles are, whether anything is valid.

Small scenes are read whole; of larger ones some two hundred square windows, spread evenly, so that the cost does
not grow with the scene and neither overviews nor resampling bend the statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable

import numpy as np
from numpy.typing import NDArray

from ..errors import NodataError, OperationCancelled
from ..radiometry import InputTransform, scene_percentiles, to_units
from .grid import Grid
from .reader import OpenRaster, ReadPlan

if TYPE_CHECKING:
    from .modality import Modality

PERCENTILE_PIXELS = 2**20
_WHOLE_FACTOR = 4
_WINDOW_SIDE = 64
_LEAST_ACROSS = 3
_STRIP_PIXELS = 2**20


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
    plans: tuple[ReadPlan, ...], grid: Grid, pixels: int, is_cancelled: Callable[[], bool]
) -> tuple[list[NDArray[Any]], bool]:
    """Raw values of the pixels that are valid in every plan.

    Args:
        plans: one or both modalities on ``grid``.
        grid: the lattice the plans start on.
        pixels: how many to look at, about.
        is_cancelled: asked between windows.

    Returns:
        For each plan (bands, N), and True if N is zero in the whole grid (the grid is searched to its end before
        that is said).
    """
    parts: list[list[NDArray[Any]]] = [[] for _ in plans]
    windows = sample_windows(grid.width, grid.height, pixels)
    whole = sum(width * height for _, _, width, height in windows) >= grid.width * grid.height
    rasters = [OpenRaster(plan if whole else plan.in_small_blocks(_WINDOW_SIDE)) for plan in plans]
    found = _collect(rasters, windows, parts, is_cancelled, False)
    if not found and not whole:
        rasters = [OpenRaster(plan) for plan in plans]
        found = _collect(rasters, list(_strips(grid.width, grid.height)), parts, is_cancelled, True)
    values = [
        np.concatenate(part, axis=1) if part else np.empty((len(plan.bands), 0), plan.dtype)
        for part, plan in zip(parts, plans)
    ]
    return values, not found


def require_common_ground(
    modalities: tuple[Modality, ...], scene: Grid, dropout: bool, is_cancelled: Callable[[], bool]
) -> None:
    """Refuse a pair without a pixel the model can map.

    Raises:
        NodataError: where one raster has pixels the other has none.
    """
    needed = [m.plan for m in modalities]
    if dropout or len(needed) < 2:
        return
    _, empty = sample_pixels(tuple(needed), scene, 2**16, is_cancelled)
    if empty:
        raise NodataError(
            "Optical and SAR raster have no valid pixel in common, although their outlines overlap; expected ground "
            "that both show. Check the nodata values, or choose other scenes."
        )


def scene_transform(
    modality: Modality, scene: Grid, is_cancelled: Callable[[], bool]
) -> tuple[InputTransform, list[str]]:
    """The modality's radiometry, with the scene's percentiles where card or units want them.

    Returns:
        The transform; warnings.

    Raises:
        NodataError: no valid pixel on the common ground.
    """
    spec = modality.spec
    if spec.percentiles is None and not modality.top_quantile:
        return modality.transform, []
    values, empty = sample_pixels((modality.plan,), scene, PERCENTILE_PIXELS, is_cancelled)
    if empty:
        raise NodataError(
            f"{modality.plan.label[0].upper() + modality.plan.label[1:]} has no valid pixel on the common ground; "
            "expected some. Check its nodata value and its place."
        )
    physical = to_units(modality.transform, values[0])
    if spec.percentiles is None:
        top = np.maximum(np.percentile(physical, 99, axis=1), 1e-12) / 255
        zero = (0.0,) * len(top)
        return replace(modality.transform, low=zero, high=tuple(map(float, top)), clip=(0.0, 255.0)), []
    low, high = scene_percentiles(physical, *spec.percentiles)
    ends = np.percentile(physical, spec.percentiles, axis=1)
    flat = [band.name for band, lowest, highest in zip(spec.bands, *ends) if highest <= lowest]
    warnings = []
    if flat:
        warnings.append(f"The {modality.plan.label[4:]} is constant in {', '.join(flat)}; the map cannot use it.")
    return replace(modality.transform, low=low, high=high), warnings


def _collect(
    rasters: list[OpenRaster],
    windows: list[tuple[int, int, int, int]],
    parts: list[list[NDArray[Any]]],
    is_cancelled: Callable[[], bool],
    first_only: bool,
) -> bool:
    """Append the valid pixels of each window; True if there were any."""
    found = False
    for window in windows:
        if is_cancelled():
            raise OperationCancelled
        pixels, masks = zip(*(raster.read(*window) for raster in rasters))
        valid = np.logical_and.reduce(masks)
        if not valid.any():
            continue
        found = True
        for part, values in zip(parts, pixels):
            part.append(values[:, valid])
        if first_only:
            break
    return found


def _strips(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    rows = max(1, _STRIP_PIXELS // width)
    for row in range(0, height, rows):
        yield 0, row, width, min(rows, height - row)
