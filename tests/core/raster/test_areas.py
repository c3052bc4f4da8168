"""Ground per class: every pixel counts once."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.raster.areas import AreaTally
from rgbsar_core.raster.grid import Grid
from rgbsar_core.strips import RowBlock
from tests.rasters import NORTH_UP, UTM_11N, model_card, wkt


@pytest.mark.parametrize("width", [7, 2040, 2041, 70_000])
def test_a_row_of_one_class_is_counted_the_fast_way_whatever_its_width(width, monkeypatch):
    """2040 pixels are 255 times eight: beyond, one byte could not hold the count of its pixels."""
    monkeypatch.setattr(np, "bincount", lambda *a, **k: pytest.fail("counted the slow way"))
    legend = model_card().legend
    tally = AreaTally(Grid(width, 2, NORTH_UP, wkt(UTM_11N)), legend)
    labels = np.full((2, width), legend.values[-1], np.uint8)
    labels[1, -1] = 0
    tally.add(RowBlock(0, labels, labels))
    assert [area.pixels for area in tally.areas() if area.pixels] == [2 * width - 1]
    assert tally.nodata_pixels == 1
