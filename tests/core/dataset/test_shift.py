"""The shift between optical and SAR: exact on made images, about a pixel on real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.dataset.shift import Shift, estimate_shift, summarise
from rgbsar_core.dataset.tile_file import read_tile


def blocks(seed: int = 0) -> np.ndarray:
    """Fields of 7 x 7 pixels, each of one brightness."""
    return np.random.default_rng(seed).uniform(0.2, 1, (30, 30)).repeat(7, axis=0).repeat(7, axis=1)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, -5), (-12, 9)])
def test_a_moved_image_tells_its_shift(row: int, column: int) -> None:
    scene = blocks()
    optical, sar = scene[20:148, 20:148], 1 / scene[20 - row : 148 - row, 20 - column : 148 - column]
    shift = estimate_shift(optical, sar)
    assert shift is not None and shift.quality > 10
    assert (shift.row, shift.column) == pytest.approx((row, column), abs=0.2)


def test_invalid_pixels_do_not_count() -> None:
    scene = blocks()
    valid = np.ones((128, 128), bool)
    valid[:, 90:] = False
    optical, sar = scene[20:148, 20:148], scene[16:144, 22:150].copy()
    sar[~valid] = np.nan
    shift = estimate_shift(optical, sar, valid)
    assert shift is not None and (shift.row, shift.column) == pytest.approx((4, -2), abs=0.3)


@pytest.mark.parametrize("image", [np.ones((64, 64)), np.random.default_rng(0).uniform(size=(20, 64))])
def test_images_without_edges_or_too_small_tell_nothing(image: np.ndarray) -> None:
    assert estimate_shift(image, image) is None


def test_the_median_of_clear_tiles_counts() -> None:
    shifts = [Shift(1, 2, 9.0), Shift(1.2, 2, 9.0), Shift(1.4, 2.5, 9.0), Shift(-9, 9, 1.0), None]
    found = summarise(shifts)
    assert found is not None and (found.row, found.column, found.tiles, found.looked_at) == (1.2, 2.0, 3, 5)
    assert found.row_spread == pytest.approx(1.4826 * 0.2) and not found.certain
    assert summarise([None, Shift(1, 1, 0.5)]) is None


def test_on_real_tiles_a_known_shift_is_found_to_a_pixel(shared: Path) -> None:
    """OMBRIA: every 20th training place, as it is and with the SAR moved by 5 pixels down and 3 to the left."""
    root = shared / "data" / "ombria"
    names = (root / "train.txt").read_text().split()[::20]
    found = []
    for row, column in ((0, 0), (5, -3)):
        shifts = []
        for name in names:
            optical, sar = (read_tile(root / place).pixels for place in (f"rgb/{name}.webp", f"sar/{name}.png"))
            moved = np.roll(sar[0], (row, column), (0, 1))[16:-16, 16:-16]
            shifts.append(estimate_shift(optical.mean(axis=0)[16:-16, 16:-16], moved))
        found.append(summarise(shifts))
    still, moved_by = found
    assert still is not None and moved_by is not None and moved_by.certain
    assert (moved_by.row - still.row, moved_by.column - still.column) == pytest.approx((5, -3), abs=1.0)
