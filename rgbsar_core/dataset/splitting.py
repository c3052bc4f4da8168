"""Sharing out the tiles that were made: blocks that touch on the ground stay together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import NodataError
from ..legend import Legend
from ..raster.grid import footprint
from .blocks import TileLattice, assign_blocks
from .make_job import SPLITS, MakeParameters, SplitCount
from .neighbours import PlacedTile, touching_tiles
from .places import Place, require_blocks


class Block(NamedTuple):
    """Number of its scene, row and column of blocks in it."""

    scene: int
    row: int
    column: int


@dataclass(frozen=True)
class MadeTile:
    """A tile that was written: its name, its block, and labelled pixels of each class in the legend's order."""

    name: str
    block: Block
    counts: NDArray[np.int64]


def split_tiles(
    written: Sequence[Sequence[MadeTile]],
    lattices: Sequence[TileLattice],
    places: Sequence[Place],
    legend: Legend,
    parameters: MakeParameters,
) -> tuple[tuple[SplitCount, ...], dict[str, list[str]]]:
    """Counts and tile names of train, val and test.

    Raises:
        NodataError: no tile.
        InputError: fewer blocks than splits.
    """
    tiles = [tile for scene in written for tile in scene]
    if not tiles:
        raise NodataError(
            f"No tile has {100 * parameters.least_labelled:g} % of its pixels labelled where both layers have data; "
            "expected some. Allow tiles with fewer labels, or make the tiles smaller."
        )
    groups = _groups(sorted({tile.block for tile in tiles}), lattices, places, parameters.gap_pixels)
    count = len(set(groups.values()))
    require_blocks(count, parameters, 0)
    pixels = np.zeros((count, len(legend)), np.int64)
    for tile in tiles:
        pixels[groups[tile.block]] += tile.counts
    chosen = assign_blocks(pixels, parameters.split_shares, parameters.seed)
    splits, lists = [], {}
    for k, name in enumerate(SPLITS):
        lists[name] = [tile.name for tile in tiles if chosen[groups[tile.block]] == k]
        counts = tuple(int(number) for number in pixels[chosen == k].sum(axis=0))
        splits.append(SplitCount(name, len(lists[name]), int((chosen == k).sum()), counts))
    return tuple(splits), lists


def _groups(
    blocks: Sequence[Block], lattices: Sequence[TileLattice], places: Sequence[Place], gap: int
) -> dict[Block, int]:
    """Number of the group of each block: blocks of two scenes closer than the gap, on the ground, are one group."""
    parent = {block: block for block in blocks}

    def root(block: Block) -> Block:
        while parent[block] != block:
            block = parent[block]
        return block

    if len(places) > 1:
        by_name = {str(tuple(block)): block for block in blocks}
        for tile, other in touching_tiles(_placed(blocks, lattices, places, gap)):
            first, second = sorted((root(by_name[tile.name]), root(by_name[other.name])))
            parent[second] = first
    numbers = {block: k for k, block in enumerate(dict.fromkeys(root(block) for block in blocks))}
    return {block: numbers[root(block)] for block in blocks}


def _placed(
    blocks: Sequence[Block], lattices: Sequence[TileLattice], places: Sequence[Place], gap: int
) -> list[PlacedTile]:
    """Where the blocks lie, in pixels of the first scene, half a gap larger on each side."""
    base = places[0].scene.pair.grid
    placed = []
    for block in blocks:
        window = lattices[block.scene].block_window(block.row, block.column)
        box = footprint(places[block.scene].scene.pair.grid.window(*window), base)
        if box is not None:  # else it lies too far away to touch anything
            left, top, right, bottom = box
            wider = (left - gap / 2, top - gap / 2, right + gap / 2, bottom + gap / 2)
            placed.append(PlacedTile(str(block.scene), str(tuple(block)), "", wider))
    return placed
