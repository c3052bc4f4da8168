"""The shift between optical and SAR of a data set's tiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.dataset.shift import ShiftMeter
from rgbsar_core.dataset.tile_file import read_tile


def blocks(seed: int) -> np.ndarray:
    """Fields of 7 x 7 pixels, each of one brightness."""
    return np.random.default_rng(seed).uniform(0.2, 1, (30, 30)).repeat(7, axis=0).repeat(7, axis=1)


def measure(row: int, column: int, side: int = 128, tiles: int = 6, valid: np.ndarray | None = None) -> ShiftMeter:
    """Tiles whose SAR image, dark where the optical one is bright, lies `row` down and `column` to the right."""
    meter = ShiftMeter()
    for seed in range(tiles):
        scene = blocks(seed)
        optical, sar = (scene[20 - r : 20 - r + side, 20 - c : 20 - c + side] for r, c in ((0, 0), (row, column)))
        cover = np.ones((side, side), bool) if valid is None else valid
        meter.look(optical[None], np.where(cover, 1 / sar, np.nan)[None], cover)
    return meter


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, -5), (-12, 9)])
def test_moved_images_tell_their_shift(row: int, column: int) -> None:
    shift = measure(row, column).result()
    assert shift is not None and shift.certain and (shift.tiles, shift.looked_at) == (6, 6)
    assert (shift.row, shift.column) == pytest.approx((row, column), abs=0.2)
    assert shift.pixels == pytest.approx(np.hypot(row, column), abs=0.3)


def test_invalid_pixels_do_not_count() -> None:
    valid = np.ones((128, 128), bool)
    valid[:, 100:] = False
    shift = measure(4, -2, valid=valid).result()
    assert shift is not None and (shift.row, shift.column) == pytest.approx((4, -2), abs=0.3)


def test_small_tiles_tell_small_shifts() -> None:
    shift = measure(3, -2, side=64, tiles=20).result()
    assert shift is not None and (shift.row, shift.column) == pytest.approx((3, -2), abs=0.5)


@pytest.mark.parametrize("shape", [(1, 64, 64), (1, 20, 64)])
def test_images_without_edges_or_too_small_tell_nothing(shape: tuple[int, ...]) -> None:
    meter = ShiftMeter()
    meter.look(np.ones(shape), np.ones(shape), np.ones(shape[1:], bool))
    assert meter.result() is None


def test_one_tile_alone_is_never_certain() -> None:
    shift = measure(1, 1, tiles=1).result()
    assert shift is not None and not shift.certain


def test_on_real_tiles_a_known_shift_is_found(shared: Path) -> None:
    """OMBRIA: every 20th training place, as it is and with the SAR moved by 5 pixels down and 3 to the left."""
    root = shared / "data" / "ombria"
    names = (root / "train.txt").read_text().split()[::20]
    found = []
    for row, column in ((0, 0), (5, -3)):
        meter = ShiftMeter()
        for name in names:
            optical, sar = (read_tile(root / place).pixels for place in (f"rgb/{name}.webp", f"sar/{name}.png"))
            moved = np.roll(sar, (row, column), (1, 2))[:, 16:-16, 16:-16]
            meter.look(optical[:, 16:-16, 16:-16], moved, np.ones(moved.shape[1:], bool))
        found.append(meter.result())
    still, moved_by = found
    assert still is not None and moved_by is not None and moved_by.certain
    assert (moved_by.row - still.row, moved_by.column - still.column) == pytest.approx((5, -3), abs=0.5)
