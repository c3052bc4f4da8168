"""A part of a raster's rows is mapped as in the whole raster, to the byte: what resuming and clusters rest on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.strips import Strip
from rgbsar_core.tiling import tile_bands

from .jobs import Scene, job, never
from .stub_model_file import load_model


@pytest.fixture
def engine():
    engine = LocalEngine(load_model)
    yield engine
    engine.close()


def rows_of(engine, scene, first, stop, **options):
    """Labels, confidence and probabilities of some rows, read from just the strips they need."""
    whole = job("convolution", scene.height, scene.width, probabilities=True, **options)
    info = engine.prepare(replace(whole, first_row=first, stop_row=stop))
    bands = tile_bands(scene.height, info.tile_size, info.overlap, info.rows_per_band, first, stop)
    rows = slice(bands[0].row, bands[-1].read_stop)
    strip = Strip(rows.start, scene.optical[:, rows], scene.sar[:, rows], scene.valid[rows])
    blocks = list(engine.predict([strip], never))
    assert blocks[0].row == first and blocks[-1].row + blocks[-1].height == stop
    return (
        np.concatenate([block.labels for block in blocks]),
        np.concatenate([block.confidence for block in blocks]),
        np.concatenate([block.probabilities for block in blocks], axis=1),
    )


@pytest.mark.parametrize("first, stop", [(0, 1), (0, 100), (55, 57), (56, 300), (111, 240), (299, 300)])
@pytest.mark.parametrize(
    "options", [{}, {"overlap": 40}, {"batch_size": 7}, {"overlap": 40, "batch_size": 16}, {"tile_size": 320}]
)
def test_some_rows_are_those_of_the_whole_map(engine, first, stop, options):
    """Overlap 40 of 64: three tile rows lie on a pixel. Batches of 7 and 16: several tile rows make a band."""
    scene = Scene(300, 130)
    scene.valid[40:120, 20:90] = 0
    whole = rows_of(engine, scene, 0, 300, **options)
    part = rows_of(engine, scene, first, stop, **options)
    assert np.array_equal(part[0], whole[0][first:stop])
    assert np.array_equal(part[1], whole[1][first:stop])
    assert np.array_equal(part[2], whole[2][:, first:stop])


def test_only_the_bands_that_touch_the_rows_are_read():
    """Tiles of 64 every 56 rows begin at 0, 56, 112, 168, 224, 236: rows 120 to 167 touch the third and, to row 119,
    not the second."""
    bands = tile_bands(300, 64, 8, first_row=120, stop_row=168)
    assert [(band.row, band.read_start, band.read_stop) for band in bands] == [(112, 112, 176)]
    assert [band.row for band in tile_bands(300, 64, 8, first_row=119, stop_row=169)] == [56, 112, 168]
    assert tile_bands(300, 64, 8, first_row=300) == ()
