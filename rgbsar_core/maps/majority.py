"""Majority filter of a class map: each pixel takes the class with the most votes in a square window around it.

Votes may be weighted by confidence, so that doubtful pixels yield to sure ones and not the other way round. All
sums are whole numbers: the result is the same however the rows are cut into strips.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..legend import NODATA_VALUE

LARGEST_WINDOW = 101
Labels = NDArray[np.uint8]


@dataclass(frozen=True)
class MapRows:
    """Rows of a class map on their way through the filter.

    Attributes:
        row: first row in the map.
        original: (h, W) uint8 class values as they came, 0 = nodata.
        labels: (h, W) uint8 class values now.
        confidence: (h, W) uint8 percent, 0 where it is not known; None without a confidence raster.
    """

    row: int
    original: Labels
    labels: Labels
    confidence: Optional[NDArray[np.uint8]] = None


def check_window(size: int) -> None:
    """Refuse a window that has no centre.

    Raises:
        InputError: even, below 1 or beyond `LARGEST_WINDOW`.
    """
    if size < 1 or size > LARGEST_WINDOW or size % 2 == 0:
        raise InputError(
            f"The majority window is {size} pixels wide; expected an odd number from 1 (no filter) to "
            f"{LARGEST_WINDOW}. Choose 3 or 5."
        )


def majority_filter(labels: Labels, size: int, confidence: Optional[NDArray[np.uint8]] = None) -> Labels:
    """The class with the most votes in the window around each pixel.

    Every valid pixel of the window votes for its class, with its confidence in percent (1 at least), or with 1 where
    no confidence is given. The pixel's own class wins ties, then the lowest value. Nodata neither votes nor changes;
    windows end at the raster's edge.

    Args:
        labels: (H, W) class values, 0 = nodata.
        size: side of the window, pixels, odd; 1 changes nothing.
        confidence: (H, W) percent, or None.

    Returns:
        (H, W) class values.
    """
    if size == 1:
        return labels
    weights = np.ones(labels.shape, np.int32) if confidence is None else np.maximum(confidence, 1).astype(np.int32)
    best = np.full(labels.shape, -1, np.int32)
    winner = np.zeros_like(labels)
    for value in np.flatnonzero(np.bincount(labels.ravel(), minlength=256)):
        if value == NODATA_VALUE:
            continue
        own = labels == value
        score = 2 * _box_sum(np.where(own, weights, 0), size // 2) + own
        better = score > best
        best[better] = score[better]
        winner[better] = value
    return np.where(labels == NODATA_VALUE, labels, winner)


def filtered_rows(strips: Iterable[MapRows], size: int) -> Iterator[MapRows]:
    """Pass a map through `majority_filter` strip by strip; only a window's height of rows is kept between strips.

    Args:
        strips: the map from top to bottom, without gaps.
        size: side of the window, pixels, odd.
    """
    half = size // 2
    kept: Optional[MapRows] = None  # rows whose windows are not complete yet, and `half` rows above them
    done = 0
    for strip in strips:
        kept = strip if kept is None else _joined(kept, strip)
        complete = kept.row + len(kept.original) - half
        if complete > done:
            yield _filtered(kept, done, complete, size)
            done = complete
            kept = _part(kept, max(done - half, kept.row), kept.row + len(kept.original))
    if kept is not None and done < kept.row + len(kept.original):
        yield _filtered(kept, done, kept.row + len(kept.original), size)


def _filtered(rows: MapRows, first: int, last: int, size: int) -> MapRows:
    labels = majority_filter(rows.original, size, rows.confidence)
    return _part(MapRows(rows.row, rows.original, labels, rows.confidence), first, last)


def _part(rows: MapRows, first: int, last: int) -> MapRows:
    cut = slice(first - rows.row, last - rows.row)
    confidence = None if rows.confidence is None else rows.confidence[cut]
    return MapRows(first, rows.original[cut], rows.labels[cut], confidence)


def _joined(above: MapRows, below: MapRows) -> MapRows:
    original = np.concatenate([above.original, below.original])
    confidence = None
    if above.confidence is not None and below.confidence is not None:
        confidence = np.concatenate([above.confidence, below.confidence])
    return MapRows(above.row, original, original, confidence)


def _box_sum(values: NDArray[np.int32], half: int) -> NDArray[np.int32]:
    """Sum over the square of `2 * half + 1` pixels around each pixel, cut off at the edges."""
    for axis in (0, 1):
        length = values.shape[axis]
        pad = [(0, 0), (0, 0)]
        pad[axis] = (1, 0)
        sums = np.cumsum(np.pad(values, pad), axis=axis, dtype=np.int32)
        after = np.minimum(np.arange(length) + half + 1, length)
        before = np.maximum(np.arange(length) - half, 0)
        values = np.take(sums, after, axis=axis) - np.take(sums, before, axis=axis)
    return values
