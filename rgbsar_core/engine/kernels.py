"""Cutting and blending tiles as Triton kernels; imported only where there is a GPU and Triton."""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit(do_not_specialize=["height"])
def cut(pixels, corners, tiles, height, width, C, TILE, BLOCK: tl.constexpr, BLOCK_C: tl.constexpr):
    """tiles (N, TILE, TILE, C) = windows of pixels (C, height, width) at corners (N, 2): row, column."""
    row = tl.program_id(0)
    tile = tl.program_id(1)
    top = tl.load(corners + 2 * tile).to(tl.int64)
    left = tl.load(corners + 2 * tile + 1)
    channel = tl.arange(0, BLOCK_C)
    for first in range(0, TILE, BLOCK):
        column = first + tl.arange(0, BLOCK)
        wanted = (column < TILE)[:, None] & (channel < C)[None, :]
        source = (channel[None, :].to(tl.int64) * height + top + row) * width + (left + column)[:, None]
        value = tl.load(pixels + source, mask=wanted, other=0.0)
        target = (tile.to(tl.int64) * TILE + row) * TILE * C + column[:, None] * C + channel[None, :]
        tl.store(tiles + target, value, mask=wanted)


@triton.jit(do_not_specialize=["tiles", "band_height", "first_row", "first_column"])
def blend(
    scores, corners, row_weights, column_weights, total, tiles, K, TILE,
    band_height, band_width, first_row, first_column, s_tile, s_class, s_row, s_column,
    BLOCK: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    """Add the weighted softmax of tiles' scores to the band's sums; a program owns its pixels, tiles come in order.

    scores (N, K, TILE, TILE) of any strides, corners (N, 2): row and column in the band, weights (N, TILE),
    total (K, band_height, band_width).
    """
    row = first_row + tl.program_id(0)
    column = first_column + tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    k = tl.arange(0, BLOCK_K)
    at = total + (k[:, None].to(tl.int64) * band_height + row) * band_width + column[None, :]
    wanted = (k < K)[:, None] & (column < band_width)[None, :]
    value = tl.load(at, mask=wanted, other=0.0)
    start = first_column + tl.program_id(1) * BLOCK
    for tile in range(tiles):
        top = tl.load(corners + 2 * tile)
        left = tl.load(corners + 2 * tile + 1)
        if (row >= top) & (row < top + TILE) & (start < left + TILE) & (start + BLOCK > left):
            x = column - left
            inside = (x >= 0) & (x < TILE)
            source = (tl.zeros((), tl.int64) + tile) * s_tile + (row - top) * s_row
            source += k[:, None] * s_class + x[None, :] * s_column
            score = tl.load(scores + source, mask=(k < K)[:, None] & inside[None, :], other=-float("inf"))
            score = tl.where(inside[None, :], score.to(tl.float32), 0.0)
            power = tl.exp(score - tl.max(score, axis=0)[None, :])
            weight = tl.load(row_weights + tile * TILE + row - top)
            weight = weight * tl.load(column_weights + tile * TILE + x, mask=inside, other=0.0)
            value += tl.where(inside[None, :], power * (weight / tl.sum(power, axis=0))[None, :], 0.0)
    tl.store(at, value, mask=wanted)
