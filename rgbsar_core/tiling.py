"""Where tiles lie on a raster, and how much each of them counts at each pixel.

Everything here is integer arithmetic plus numpy weights: no rasters, no torch. Order is (row, column) and
(height, width) throughout. Along each axis tiles start at 0, stride, 2 * stride, ... and the last one is
flush with the end, so every pixel is covered and no tile leaves the raster. A raster smaller than a tile
has one tile, padded by reflection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from .errors import InputError


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels: first row, first column, height, width."""

    row: int
    column: int
    height: int
    width: int

    @property
    def row_stop(self) -> int:
        """First row below the window."""
        return self.row + self.height

    @property
    def column_stop(self) -> int:
        """First column right of the window."""
        return self.column + self.width


@dataclass(frozen=True)
class TileBand:
    """Neighbouring tile rows that are processed together.

    Args:
        starts: first raster row of each tile row.
        read_start, read_stop: rows that no earlier band has read; reading them completes this band.
        finished_stop: rows before this one receive nothing from later bands.
    """

    starts: tuple[int, ...]
    read_start: int
    read_stop: int
    finished_stop: int

    @property
    def row(self) -> int:
        """First raster row of the band."""
        return self.starts[0]


@dataclass(frozen=True)
class TilePanel:
    """Neighbouring tile columns that are processed together, within a band.

    Args:
        left: first raster column of the first tile.
        right: column behind the last tile; behind the raster where that is narrower than a tile.
        finished_stop: columns before this one receive nothing from later panels.
    """

    left: int
    right: int
    finished_stop: int

    @property
    def width(self) -> int:
        """Columns its tiles span."""
        return self.right - self.left


def require_tiling(size: int, tile: int, overlap: int) -> None:
    """Refuse sizes that cannot be tiled.

    Raises:
        InputError: an empty raster, a tile below one pixel, or an overlap outside 0 .. tile - 1.
    """
    if size < 1:
        raise InputError(f"The raster is {size} pixels long; expected at least 1. Check the extent.")
    if tile < 1:
        raise InputError(f"The tile size is {tile} pixels; expected at least 1. Choose a larger tile.")
    if not 0 <= overlap < tile:
        raise InputError(
            f"The overlap is {overlap} pixels with tiles of {tile}, a stride of {tile - overlap}; expected an "
            f"overlap from 0 to {tile - 1}. Choose another overlap."
        )


def tile_starts(size: int, tile: int, overlap: int) -> tuple[int, ...]:
    """First pixel of each tile along one axis: 0, stride, ..., the last tile flush with the end.

    Args:
        size: pixels along the axis.
        tile: side of a tile.
        overlap: pixels shared by neighbours; stride = tile - overlap.

    Returns:
        Ascending starts; ``(0,)`` when one tile covers the axis.

    Raises:
        InputError: see :func:`require_tiling`.
    """
    require_tiling(size, tile, overlap)
    last = max(0, size - tile)
    return (*range(0, last, tile - overlap), last)


def tile_windows(height: int, width: int, tile: int, overlap: int) -> tuple[Window, ...]:
    """All tiles in row-major order; where the raster is smaller than a tile, windows end at its border."""
    rows = tile_starts(height, tile, overlap)
    columns = tile_starts(width, tile, overlap)
    return tuple(Window(row, column, min(tile, height), min(tile, width)) for row in rows for column in columns)


def tile_bands(
    height: int, tile: int, overlap: int, rows_per_band: int = 1, first_row: int = 0, stop_row: Optional[int] = None
) -> tuple[TileBand, ...]:
    """Group the tile rows of a raster into bands of ``rows_per_band``.

    The read ranges of consecutive bands cover every raster row exactly once, and so do the ranges between
    consecutive ``finished_stop``: the plan depends on nothing but the first four numbers.

    Args:
        height, tile, overlap: in pixels.
        rows_per_band: tile rows that are processed together.
        first_row, stop_row: leave out bands without a tile on these raster rows. What is left lies where it lies in
            the whole plan, so that a part of a map equals that part of the whole map.

    Raises:
        InputError: see :func:`require_tiling`; or fewer than one tile row per band.
    """
    if rows_per_band < 1:
        raise InputError(f"A band of {rows_per_band} tile rows was asked for; expected at least 1.")
    starts = tile_starts(height, tile, overlap)
    groups = [starts[first : first + rows_per_band] for first in range(0, len(starts), rows_per_band)]
    bands = []
    read = 0
    for index, group in enumerate(groups):
        stop = min(height, group[-1] + tile)
        finished = groups[index + 1][0] if index + 1 < len(groups) else height
        bands.append(TileBand(starts=group, read_start=read, read_stop=stop, finished_stop=finished))
        read = stop
    last_row = height if stop_row is None else stop_row
    touching = [band for band in bands if band.read_stop > first_row and band.row < last_row]
    return tuple(replace(band, read_start=band.row) if band is touching[0] else band for band in touching)


def tile_panels(width: int, tile: int, overlap: int, widest: Optional[int] = None) -> tuple[TilePanel, ...]:
    """Group the tile columns of a raster into panels of like numbers of tiles.

    The tiles are those of the whole raster, each in one panel; the ranges between consecutive ``finished_stop``
    cover every raster column exactly once.

    Args:
        width, tile, overlap: in pixels.
        widest: columns a panel may span, though one tile always does; None makes one panel of all.

    Raises:
        InputError: see :func:`require_tiling`.
    """
    starts = tile_starts(width, tile, overlap)
    most = len(starts) if widest is None else max(1, 1 + (widest - tile) // (tile - overlap))
    if widest is not None and starts[-1] + tile <= widest:
        most = len(starts)  # the last tile may lie nearer
    count = -(-len(starts) // most)
    cuts = [number * len(starts) // count for number in range(count + 1)]
    return tuple(
        TilePanel(starts[first], starts[stop - 1] + tile, starts[stop] if stop < len(starts) else width)
        for first, stop in zip(cuts, cuts[1:])
    )


def reflect_indices(size: int, padded: int) -> NDArray[np.intp]:
    """Indices that continue an axis of ``size`` pixels to ``padded`` by reflection.

    The border pixel is not repeated (numpy's and torch's "reflect"), but unlike theirs the wave goes on for
    any length: size 3 to 8 gives 0 1 2 1 0 1 2 1, and size 1 gives zeros.

    Raises:
        InputError: an axis without pixels.
    """
    if size < 1:
        raise InputError(f"An axis of {size} pixels cannot be reflected; expected at least 1.")
    period = max(1, 2 * (size - 1))
    position = np.arange(max(size, padded), dtype=np.intp) % period
    folded: NDArray[np.intp] = np.minimum(position, period - position) if size > 1 else position * 0
    return folded


def blend_weights(size: int, tile: int, overlap: int) -> NDArray[np.float32]:
    """Weight of each tile at each of its pixels along one axis.

    A ramp rises over the overlap on both sides of a tile; the ramps of all tiles that cover a pixel are
    divided by their sum, so their weights add to one there, at borders and under the last, shifted tile
    too. The weight of a tile at a pixel is the product of its row and column weights: again a sum of one.

    Returns:
        (number of tiles, tile) float32 in the order of :func:`tile_starts`; ones where one tile is enough.
    """
    starts = tile_starts(size, tile, overlap)
    inside = np.arange(tile, dtype=np.float64)
    edge_distance = np.minimum(inside + 0.5, tile - inside - 0.5)
    ramp: NDArray[Any] = np.minimum(edge_distance / max(overlap, 1), 1.0)
    total = np.zeros(max(size, tile), dtype=np.float64)
    for start in starts:
        total[start : start + tile] += ramp
    weights = np.stack([ramp / total[start : start + tile] for start in starts])
    return weights.astype(np.float32)
