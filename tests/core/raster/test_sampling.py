"""A look at a part of the scene: the values of a small image in a large, empty grid."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.raster.reader import ReadPlan
from rgbsar_core.raster.sampling import sample_pixels
from rgbsar_core.raster.source import open_raster
from tests.rasters import write_raster

NINE_WINDOWS = 9 * 64**2


@pytest.mark.parametrize(
    ("side", "first_row", "first_column"),
    [
        pytest.param(1200, 631, 631, id="one pixel of it lies in a window"),
        pytest.param(1200, 860, 100, id="between windows, which move closer"),
        pytest.param(2400, 400, 100, id="between the closest windows, and on the border of two strips"),
    ],
)
def test_a_small_image_in_an_empty_grid_is_seen_whole(tmp_path, side, first_row, first_column):
    """Its first rows are dark: they, or a corner, must not stand for all of it."""
    values = np.zeros((side, side), np.uint8)
    image = np.full((70, 30), 200, np.uint8)
    image[:10] = 1
    values[first_row : first_row + 70, first_column : first_column + 30] = image
    path = write_raster(tmp_path / "sparse.tif", values, nodata=0, options=["COMPRESS=DEFLATE"])
    plan = ReadPlan(path, "the raster", (1,), "uint8", (0.0,), True)
    (found,), empty = sample_pixels((plan,), open_raster(path, "optical").grid, NINE_WINDOWS, lambda: False)
    assert not empty
    assert np.array_equal(np.sort(found, axis=None), np.sort(image, axis=None))
