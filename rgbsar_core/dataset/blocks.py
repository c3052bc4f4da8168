"""Where tiles lie, and which split each block of them goes to.

Tiles that touch show the same field or the same speckle twice. So k x k tiles form a block that stays in one split,
and a strip is left out between blocks: no tile of one split ever touches a tile of another. Blocks of two scenes that
lie closer than that on the ground are treated as one.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST_BLOCK = 4
FEWEST_BLOCKS = 12
_TRIES, _BLOCKS_TRIED = 32, 6400  # orders for a few blocks; of many any order meets the shares, and each takes longer
_MISSING_CLASS = 1e6
_ROUNDING = 1e-8


@dataclass(frozen=True)
class TileLattice:
    """Tiles of one scene, counted from its first pixel; the last ones may reach beyond its edge.

    Args:
        width, height: of the scene, pixels.
        tile: side of a tile, pixels.
        block: side of a block, tiles.
        gap: pixels between blocks.
    """

    width: int
    height: int
    tile: int
    block: int
    gap: int

    @property
    def pitch(self) -> int:
        """Pixels from one block to the next."""
        return self.block * self.tile + self.gap

    def starts(self, size: int) -> list[tuple[int, int]]:
        """First pixel of each tile along a side of `size` pixels, and the number of its block."""
        blocks = -(-size // self.pitch)
        places = ((b * self.pitch + t * self.tile, b) for b in range(blocks) for t in range(self.block))
        return [(start, block) for start, block in places if start < size]

    @property
    def rows(self) -> list[tuple[int, int]]:
        """First row of each row of tiles, and the row of its blocks."""
        return self.starts(self.height)

    @property
    def columns(self) -> list[tuple[int, int]]:
        """First column of each column of tiles, and the column of its blocks."""
        return self.starts(self.width)

    def block_window(self, block_row: int, block_column: int) -> tuple[int, int, int, int]:
        """Column, row, width and height of a block's pixels inside the scene."""
        column, row, side = block_column * self.pitch, block_row * self.pitch, self.block * self.tile
        return column, row, min(side, self.width - column), min(side, self.height - row)

    def labelled_blocks(self, labelled: NDArray[np.bool_], cell: int) -> int:
        """How many blocks have labels, judged by the centres of cells.

        Args:
            labelled: (rows, columns) True for cells with labels.
            cell: side of a cell, pixels.
        """
        rows, columns = np.nonzero(labelled)
        blocks = []
        for places in (rows, columns):
            centres = places * cell + cell // 2
            blocks.append(np.where(centres % self.pitch < self.block * self.tile, centres // self.pitch, -1))
        inside = (blocks[0] >= 0) & (blocks[1] >= 0)
        return len(np.unique(np.stack([blocks[0][inside], blocks[1][inside]]), axis=1).T)


def choose_block(
    scenes: Sequence[tuple[NDArray[np.bool_], int, int]], cell: int, tile: int, gap: int
) -> tuple[int, int]:
    """The largest block that leaves enough blocks with labels to choose from, else one tile; and their number.

    Args:
        scenes: for each scene the cells with labels, its width and its height in pixels.
        cell: side of a cell, pixels.
        tile, gap: as in `TileLattice`.
    """
    count = 0
    for block in range(LARGEST_BLOCK, 0, -1):
        count = count_blocks(scenes, cell, tile, gap, block)
        if count >= FEWEST_BLOCKS:
            return block, count
    return 1, count


def count_blocks(
    scenes: Sequence[tuple[NDArray[np.bool_], int, int]], cell: int, tile: int, gap: int, block: int
) -> int:
    """Blocks with labels in all scenes; arguments as in `choose_block`."""
    return sum(
        TileLattice(width, height, tile, block, gap).labelled_blocks(labelled, cell)
        for labelled, width, height in scenes
    )


def assign_blocks(counts: NDArray[np.int64], shares: Sequence[float], seed: int) -> NDArray[np.int64]:
    """Which split each block goes to, so that every split sees every class and has its share of each and of all.

    Classes in the fewest blocks come first. A block goes to the split that has least of the class, measured against
    its share. Then blocks move to other splits, one by one, as long as that brings the splits nearer to their shares.
    Of some random orders the best result is kept.

    Args:
        counts: (B, K) labelled pixels of each class in each block.
        shares: of the splits, they sum to 1; a split of share 0 gets nothing.
        seed: of the random numbers.

    Returns:
        (B,) index of the split.

    Source: iterative stratification, Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011.
    """
    generator = np.random.default_rng(seed)
    used = np.flatnonzero(np.asarray(shares) > 0)
    wanted = np.asarray(shares, float)[used]
    best: tuple[float, NDArray[np.int64]] = (np.inf, np.zeros(len(counts), np.int64))
    for _ in range(max(1, min(_TRIES, _BLOCKS_TRIED // max(1, len(counts))))):
        cost, splits = _improve(counts, wanted, _assign(counts, wanted, generator.permutation(len(counts))))
        if cost < best[0]:
            best = (cost, splits)
    return used[best[1]]


def _assign(counts: NDArray[np.int64], shares: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    splits: NDArray[np.int64] = np.full(len(counts), -1, np.int64)
    filled = np.zeros((len(shares), counts.shape[1]))
    for k in np.argsort(np.count_nonzero(counts, axis=0), kind="stable"):
        for block in order:
            if splits[block] >= 0 or counts[block, k] == 0:
                continue
            fill, total = filled[:, k] / shares, filled.sum(axis=1) / shares
            splits[block] = min(range(len(shares)), key=lambda s: (fill[s], total[s], -shares[s]))
            filled[splits[block]] += counts[block]
    return splits


def _improve(
    counts: NDArray[np.int64], shares: NDArray[np.float64], splits: NDArray[np.int64]
) -> tuple[float, NDArray[np.int64]]:
    """The cost, and the splits, when no block can move to another split at a profit."""
    rows = np.eye(len(shares), dtype=np.int64)
    filled, total = rows[splits].T @ counts, counts.sum(axis=0)
    cost, since, splits = float(_cost(filled, total, shares)), 0, splits.copy()
    for block in itertools.cycle(range(len(counts))):
        if since == len(counts):
            break
        without = filled - rows[splits[block]][:, None] * counts[block]
        choices = without + rows[:, :, None] * counts[block]  # (split it goes to, split, class)
        costs = _cost(choices, total, shares)
        split, since = int(costs.argmin()), since + 1
        if costs[split] < cost - _ROUNDING:
            cost, filled, splits[block], since = float(costs[split]), choices[split], split, 0
    return cost, splits


def _cost(filled: NDArray[np.int64], total: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Classes a split does not see weigh most; then how far it is from its share of all pixels and of each class.

    Args:
        filled: (..., S, K) pixels of each class in each split.
        total: (K,) of each class.
        shares: (S,) of the splits.
    """
    present = total > 0
    found = filled[..., present] / total[present]
    apart = np.abs(found - shares[:, None]).sum(axis=(-2, -1))
    apart_in_all = np.abs(filled.sum(axis=-1) / total.sum() - shares).sum(axis=-1)
    return np.asarray(_MISSING_CLASS * (found == 0).sum(axis=(-2, -1)) + apart + present.sum() * apart_in_all)
