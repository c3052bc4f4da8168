"""Overviews in place of full pixels where those of the map are much larger, and only overviews that hold averages.

A file rarely says how its overviews were made, and GDAL's default, the nearest pixel, aliases: what a network then
sees is not what it was trained on. So a few windows are compared with the full pixels. Optical rasters only: an
overview of decibels averages decibels, not power.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from .gdal_calls import attempt_again, gdal
from .grid import Grid
from .reader import valid_pixels
from .source import GDAL_TYPES, RasterSource
from .warp import kernel_widths

# The kernel still spans so many pixels of the overview, each way: it decides what the map sees, not the overview's.
_LEAST_KERNEL = 2
_LARGEST_FACTOR = 16
_WINDOWS = 3
_WINDOW_SIDE = 8
# Against a pixel's distance from the mean of its block: 1 for the nearest pixel, 0 for the average, up to 0.3 for
# bilinear, cubic and JPEG-compressed averages.
_MOST_DIFFERENCE = 0.5
_ROUNDING = 0.3


def averaged_overview(source: RasterSource, bands: tuple[int, ...], target: Grid) -> Optional[RasterSource]:
    """The coarsest overview that can stand for ``source`` when it is warped to ``target``; None if none can.

    Its pixels must be whole numbers of full pixels, everywhere, and hold their averages. Rasters with an alpha band
    or a mask are read in full: their overviews mix covered and bare ground.
    """
    if source.alpha is not None or source.has_mask:
        return None
    most = min(_LARGEST_FACTOR, min(kernel_widths(source.grid, target)) // _LEAST_KERNEL)
    dataset = attempt_again(source.path, gdal.Open, source.path)[0] if most >= 2 else None
    if dataset is None:
        return None
    first = dataset.GetRasterBand(bands[0])
    found = []
    for level in range(first.GetOverviewCount()):
        overview = first.GetOverview(level)
        if overview is None:
            continue
        factor = round(first.XSize / overview.XSize)
        whole = (overview.XSize * factor, overview.YSize * factor) == (first.XSize, first.YSize)
        if whole and 2 <= factor <= most:
            found.append((factor, level))
    for factor, level in sorted(found, reverse=True):
        if all(_is_averaged(dataset.GetRasterBand(number), level, factor, source) for number in bands):
            return _as_source(source, first.GetOverview(level), level, factor)
    return None


def _as_source(source: RasterSource, overview: Any, level: int, factor: int) -> RasterSource:
    g = source.grid.geotransform
    larger = (g[0], g[1] * factor, g[2] * factor, g[3], g[4] * factor, g[5] * factor)
    width, height = overview.GetBlockSize()
    grid = replace(source.grid, width=overview.XSize, height=overview.YSize, geotransform=larger)
    if width >= overview.XSize:
        width = sys.maxsize
    return replace(source, grid=grid, overview=level, block_width=width, block_height=height)


def _is_averaged(band: Any, level: int, factor: int, source: RasterSource) -> bool:
    """Whether the overview's pixels are nearer to the means of their blocks than single pixels are."""
    overview = band.GetOverview(level)
    if overview is None:
        return False
    across, down = min(_WINDOW_SIDE, overview.XSize), min(_WINDOW_SIDE, overview.YSize)
    columns = np.linspace(0, overview.XSize - across, _WINDOWS).round().astype(int)
    rows = np.linspace(0, overview.YSize - down, _WINDOWS).round().astype(int)
    distance = spread = count = 0.0
    for row in rows:
        for column in columns:
            window = (int(column), int(row), across, down)
            small = _pixels(overview, window, source)
            full = _pixels(band, tuple(factor * number for number in window), source)
            if small is None or full is None:
                return False
            blocks = full.reshape(down, factor, across, factor)
            valid = valid_pixels(full[None], (source.band(band.GetBand()).nodata,), True).reshape(blocks.shape)
            whole = valid.all(axis=(1, 3))
            means = blocks.mean(axis=(1, 3))
            distance += float(((small - means)[whole] ** 2).sum())
            spread += float((((blocks - means[:, None, :, None]) ** 2).mean(axis=(1, 3)))[whole].sum())
            count += float(whole.sum())
    rounding = 0.0 if source.is_float else _ROUNDING
    return count > 0 and (distance / count) ** 0.5 <= _MOST_DIFFERENCE * (spread / count) ** 0.5 + rounding


def _pixels(band: Any, window: tuple[int, ...], source: RasterSource) -> Optional[NDArray[np.float64]]:
    data, failure = attempt_again(source.path, band.ReadRaster, *window, buf_type=GDAL_TYPES["float64"])
    if data is None or failure:
        return None
    return np.frombuffer(data, np.float64).reshape(window[3], window[2])
