"""Filtering strips as they pass, in a few threads: numpy lets go of Python's lock in all that takes time here."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from .speckle import SpeckleFilter, despeckle

Power = NDArray[np.float32]


class BandSums:
    """Linear power of each band, summed before and after the filter over the pixels that have a value in both.

    Args:
        bands: number of bands.
    """

    def __init__(self, bands: int) -> None:
        self.before, self.after = np.zeros(bands), np.zeros(bands)
        self.pixels = np.zeros(bands, np.int64)

    def add(self, before: Power, after: Power) -> None:
        """Count (bands, h, width) pixels."""
        for band, values in enumerate(zip(before, after)):
            totals = [float(power.sum(dtype=np.float64)) for power in values]
            present = values[1].size
            if not np.isfinite(totals).all():
                totals = [float(np.nansum(power, dtype=np.float64)) for power in values]
                present = int(np.count_nonzero(np.isfinite(values[1])))
            self.before[band] += totals[0]
            self.after[band] += totals[1]
            self.pixels[band] += present

    def means(self) -> tuple[list[float], list[float]]:
        """Mean of each band before and after; not-a-number for bands without pixels."""
        with np.errstate(invalid="ignore"):
            return (self.before / self.pixels).tolist(), (self.after / self.pixels).tolist()


def filtered_strips(
    strips: Iterable[Power], speckle: SpeckleFilter, bright: tuple[float, ...], threads: int, sums: BandSums
) -> Generator[Power, None, None]:
    """Filter strips; the pixels do not depend on their heights, nor on the threads.

    Args:
        strips: (bands, h, width) linear power from top to bottom, not-a-number = nodata.
        speckle: the filter.
        bright: of each band, for the Lee sigma filter, the scene's 98th percentile.
        threads: strips filtered at the same time; one more waits.
        sums: takes the power before and after.

    Returns:
        (bands, h, width) strips of other heights, from top to bottom.
    """
    halo = speckle.halo

    def work(power: Power) -> tuple[Power, Power]:
        inner = power[:, halo : power.shape[1] - halo, halo : power.shape[2] - halo]
        return inner, stacked([despeckle(band, speckle, limit) for band, limit in zip(power, bright)])

    waiting: deque[Future[tuple[Power, Power]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="rgbsar-filter") as pool:
        for strip in with_margin(strips, halo):
            waiting.append(pool.submit(work, strip))
            if len(waiting) > threads:
                yield _next(waiting, sums)
        while waiting:
            yield _next(waiting, sums)


def with_margin(strips: Iterable[Power], margin: int) -> Iterator[Power]:
    """Strips that overlap: with rows and columns around those each stands for, not-a-number beyond the raster.

    Args:
        strips: (bands, h, width), from top to bottom.
        margin: pixels.

    Returns:
        (bands, h + 2 margin, width + 2 margin), for new heights h that add up to the old ones; each strip is used once.
    """
    kept: Optional[Power] = None
    for strip in strips:
        kept = _joined(kept, strip, margin)
        if kept.shape[1] > 2 * margin:
            yield kept
            kept = kept[:, kept.shape[1] - 2 * margin :]
    if kept is not None and margin:
        yield np.pad(kept, ((0, 0), (0, margin), (0, 0)), constant_values=np.nan)


def stacked(bands: list[Power]) -> Power:
    """(bands, h, w) of (h, w) each; a single band is not copied."""
    return bands[0][None] if len(bands) == 1 else np.stack(bands)


def _joined(above: Optional[Power], strip: Power, margin: int) -> Power:
    """A strip with columns around it, under rows that have them already (at the top: under rows of nothing)."""
    bands, height, width = strip.shape
    first = margin if above is None else above.shape[1]
    rows = np.empty((bands, first + height, width + 2 * margin), strip.dtype)
    rows[:, :first] = np.nan if above is None else above
    rows[:, first:, :margin] = rows[:, first:, margin + width :] = np.nan
    rows[:, first:, margin : margin + width] = strip
    return rows


def _next(waiting: deque[Future[tuple[Power, Power]]], sums: BandSums) -> Power:
    before, after = waiting.popleft().result()
    sums.add(before, after)
    return after
