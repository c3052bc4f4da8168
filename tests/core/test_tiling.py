"""Tile grids and blend weights: hand-worked cases, and properties that must hold for any sizes."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.errors import InputError
from rgbsar_core.tiling import (
    TilePanel,
    Window,
    blend_weights,
    reflect_indices,
    tile_bands,
    tile_panels,
    tile_starts,
    tile_windows,
)

SIZES = [(1, 8, 2), (7, 8, 2), (8, 8, 0), (9, 8, 7), (20, 8, 2), (21, 8, 3), (100, 8, 4), (65, 64, 16), (300, 64, 16)]


@pytest.mark.parametrize(
    ("size", "tile", "overlap", "starts"),
    [
        # smaller than a tile, exactly one tile
        (5, 8, 2, (0,)),
        (8, 8, 2, (0,)),
        # one pixel more: the second tile is flush with the end
        (9, 8, 2, (0, 1)),
        # stride 6 fits exactly: 0-7, 6-13, 12-19
        (20, 8, 2, (0, 6, 12)),
        # and one pixel over
        (21, 8, 2, (0, 6, 12, 13)),
        # no overlap
        (16, 8, 0, (0, 8)),
    ],
)
def test_tiles_start_at_multiples_of_the_stride_and_the_last_is_flush(size, tile, overlap, starts):
    assert tile_starts(size, tile, overlap) == starts


@pytest.mark.parametrize(("size", "tile", "overlap"), [(10, 8, 8), (10, 8, 9), (10, 8, -1), (0, 8, 2), (10, 0, 0)])
def test_sizes_without_a_positive_stride_are_refused(size, tile, overlap):
    with pytest.raises(InputError, match="expected"):
        tile_starts(size, tile, overlap)


def test_windows_are_row_major_and_end_at_the_border_of_a_small_raster():
    assert tile_windows(5, 14, 8, 2) == (Window(0, 0, 5, 8), Window(0, 6, 5, 8))


@pytest.mark.parametrize(("height", "tile", "overlap"), SIZES)
@pytest.mark.parametrize("rows_per_band", [1, 3])
def test_bands_read_every_row_once_and_finish_every_row_once(height, tile, overlap, rows_per_band):
    bands = tile_bands(height, tile, overlap, rows_per_band)
    read = [row for band in bands for row in range(band.read_start, band.read_stop)]
    finished = [row for band in bands for row in range(band.row, band.finished_stop)]
    assert read == list(range(height))
    assert finished == list(range(height))
    assert tuple(start for band in bands for start in band.starts) == tile_starts(height, tile, overlap)


def test_no_band_is_refused():
    with pytest.raises(InputError, match="at least 1"):
        tile_bands(10, 8, 2, 0)


@pytest.mark.parametrize(
    ("size", "padded", "indices"),
    [
        (3, 8, [0, 1, 2, 1, 0, 1, 2, 1]),
        (1, 4, [0, 0, 0, 0]),
        (2, 5, [0, 1, 0, 1, 0]),
        (4, 4, [0, 1, 2, 3]),
    ],
)
def test_reflection_is_a_triangle_wave(size, padded, indices):
    assert reflect_indices(size, padded).tolist() == indices


def test_reflecting_nothing_is_refused():
    with pytest.raises(InputError, match="at least 1"):
        reflect_indices(0, 8)


def test_weights_rise_linearly_over_the_overlap():
    # tiles 0-7 and 6-13 share the pixels 6 and 7; ramp (0.5, 1.5) / 2 = 0.25, 0.75 against 0.75, 0.25
    first, second = blend_weights(14, 8, 2)
    assert first.tolist() == [1, 1, 1, 1, 1, 1, 0.75, 0.25]
    assert second.tolist() == [0.25, 0.75, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(("size", "tile", "overlap"), SIZES)
def test_weights_of_the_tiles_that_cover_a_pixel_sum_to_one(size, tile, overlap):
    total = np.zeros(max(size, tile))
    for start, weights in zip(tile_starts(size, tile, overlap), blend_weights(size, tile, overlap)):
        assert (weights > 0).all()
        total[start : start + tile] += weights
    assert np.abs(total - 1).max() < 1e-6


def test_products_of_row_and_column_weights_sum_to_one_on_the_raster():
    total = np.zeros((21, 14))
    for row, row_weights in zip(tile_starts(21, 8, 3), blend_weights(21, 8, 3)):
        for column, column_weights in zip(tile_starts(14, 8, 3), blend_weights(14, 8, 3)):
            total[row : row + 8, column : column + 8] += row_weights[:, None] * column_weights
    assert np.abs(total - 1).max() < 1e-6


def test_panels_hold_like_numbers_of_the_rasters_tiles():
    """Tiles of 8 every 6 columns of 33 begin at 0, 6, 12, 18, 24, 25. Two span 14 columns, so 15 take two each."""
    assert tile_panels(33, 8, 2, 15) == (TilePanel(0, 14, 12), TilePanel(12, 26, 24), TilePanel(24, 33, 33))
    assert tile_panels(33, 8, 2, 13) == tuple(
        TilePanel(left, left + 8, stop) for left, stop in [(0, 6), (6, 12), (12, 18), (18, 24), (24, 25), (25, 33)]
    )
    # four tiles span 26 columns, but three and three are more even than four and two
    assert [panel.left for panel in tile_panels(33, 8, 2, 26)] == [0, 18]


def test_a_raster_that_is_not_too_wide_is_one_panel():
    assert tile_panels(33, 8, 2) == tile_panels(33, 8, 2, 33) == (TilePanel(0, 33, 33),)
    assert tile_panels(5, 8, 2, 1) == (TilePanel(0, 8, 5),)


@pytest.mark.parametrize(("width", "tile", "overlap"), SIZES)
@pytest.mark.parametrize("widest", [8, 20, 64, 200])
def test_panels_finish_every_column_once_and_are_no_wider_than_allowed(width, tile, overlap, widest):
    panels = tile_panels(width, tile, overlap, widest)
    assert [panel.left for panel in panels[1:]] == [panel.finished_stop for panel in panels[:-1]]
    assert (panels[0].left, panels[-1].finished_stop, panels[-1].right) == (0, width, max(width, tile))
    assert all(panel.left in tile_starts(width, tile, overlap) for panel in panels)
    assert all(panel.width <= max(widest, tile) for panel in panels)
