"""Tiles of different splits that touch each other on the ground."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..raster.grid import Box, Grid

_TOLERANCE = 0.5  # pixels


@dataclass(frozen=True)
class PlacedTile:
    """A tile's split, name, CRS and box on the ground, half a pixel larger on each side."""

    split: str
    name: str
    crs_wkt: str
    box: Box


def placed_tile(split: str, name: str, grid: Grid) -> PlacedTile:
    """Where a tile lies."""
    g = grid.geotransform
    margin = _TOLERANCE * max(math.hypot(g[1], g[4]), math.hypot(g[2], g[5]))
    xmin, ymin, xmax, ymax = grid.bounds()
    return PlacedTile(split, name, grid.crs_wkt, (xmin - margin, ymin - margin, xmax + margin, ymax + margin))


def touching_tiles(tiles: list[PlacedTile]) -> Iterator[tuple[PlacedTile, PlacedTile]]:
    """Every tile with each tile of another split that it touches.

    Only tiles in neighbouring cells of a coarse lattice are compared, so time grows with the number of tiles.
    """
    if not tiles:
        return
    side = max(max(t.box[2] - t.box[0], t.box[3] - t.box[1]) for t in tiles)
    cells: dict[tuple[str, int, int], list[PlacedTile]] = {}
    for tile in tiles:
        cells.setdefault((tile.crs_wkt, *_cell(tile, side)), []).append(tile)
    for tile in tiles:
        column, row = _cell(tile, side)
        for dx, dy in ((dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            for other in cells.get((tile.crs_wkt, column + dx, row + dy), ()):
                if other.split != tile.split and _overlap(tile.box, other.box):
                    yield tile, other


def _cell(tile: PlacedTile, side: float) -> tuple[int, int]:
    return math.floor(tile.box[0] / side), math.floor(tile.box[1] / side)


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
