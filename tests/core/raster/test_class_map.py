"""Class rasters of this plugin, of other programs, and rasters that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.class_colors import COLORS
from rgbsar_core.errors import ClassMapError, InputError, OperationCancelled
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.raster.class_map import named_legend, open_class_map
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.writer import MapWriter
from rgbsar_core.strips import RowBlock
from tests.rasters import NORTH_UP, UTM_11N, wkt, write_raster

LEGEND = Legend((LandCoverClass(3, "Wald „Süd“", (0, 90, 20)), LandCoverClass(7, "water", (10, 20, 200))))
VALUES = np.array([[0, 3, 3, 7], [7, 7, 3, 0], [3, 3, 3, 3]], np.uint8)


@pytest.fixture
def own_map(tmp_path: Path) -> str:
    path = tmp_path / "map.tif"
    grid = Grid(4, 3, NORTH_UP, wkt(UTM_11N))
    with MapWriter(path, grid, LEGEND) as writer:
        writer.write(RowBlock(0, VALUES, np.full_like(VALUES, 90)))
        writer.commit()
    return str(path)


def test_a_map_of_ours_gives_its_classes_colours_grid_and_values_back(own_map: str) -> None:
    found = open_class_map(own_map)
    assert found.legend == LEGEND
    assert (found.grid.width, found.grid.height, found.grid.geotransform) == (4, 3, NORTH_UP)
    np.testing.assert_array_equal(np.concatenate([values for _, values in found.strips(2)]), VALUES)
    np.testing.assert_array_equal(found.window(1, 1, 2, 2), VALUES[1:3, 1:3])


def test_strips_say_where_they_start_and_stop_when_asked(own_map: str) -> None:
    raster = open_class_map(own_map)
    assert [(row, values.shape) for row, values in raster.strips(2)] == [(0, (2, 4)), (2, (1, 4))]
    with pytest.raises(OperationCancelled):
        list(raster.strips(1, lambda: True))


def test_category_names_and_colour_table_are_enough(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "other.tif", VALUES)
    dataset = gdal.Open(path)  # read-only: names and colours go into the side file
    band = dataset.GetRasterBand(1)
    band.SetCategoryNames(["", "", "", "forest", "", "", "", "water"])
    table = gdal.ColorTable()
    table.SetColorEntry(3, (1, 2, 3, 255))
    table.SetColorEntry(7, (4, 5, 6, 255))
    band.SetColorTable(table)
    del band, dataset
    found = open_class_map(path).legend
    assert found == Legend((LandCoverClass(3, "forest", (1, 2, 3)), LandCoverClass(7, "water", (4, 5, 6))))


def test_a_raster_that_names_nothing_gets_its_values_as_classes(tmp_path: Path) -> None:
    values = np.where(VALUES == 0, np.float32(-9999), VALUES)
    found = open_class_map(write_raster(tmp_path / "plain.tif", values, nodata=-9999.0))
    assert found.legend == Legend(
        (LandCoverClass(3, "class 3", COLORS[0]), LandCoverClass(7, "class 7", COLORS[1]))
    )
    np.testing.assert_array_equal(next(found.strips())[1], VALUES)


def test_nan_is_nodata(tmp_path: Path) -> None:
    values = np.where(VALUES == 0, np.nan, VALUES)
    np.testing.assert_array_equal(next(open_class_map(write_raster(tmp_path / "n.tif", values)).strips())[1], VALUES)


def test_what_the_mask_of_the_file_hides_has_no_class_on_any_lattice(tmp_path: Path) -> None:
    values = np.full((4, 4), 3, np.uint8)
    values[0, 0] = 255  # no class, but hidden
    shown = np.ones((4, 4), bool)
    shown[:2] = False
    found = open_class_map(write_raster(tmp_path / "masked.tif", values, mask=shown))
    assert found.window(0, 0, 4, 4).tolist() == np.where(shown, 3, 0).tolist()
    other = Grid(3, 4, NORTH_UP, wkt(UTM_11N))
    assert found.on_grid(other).window(0, 0, 3, 4).tolist() == np.where(shown, 3, 0)[:, :3].tolist()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full((2, 2), 0.5, np.float32), "value 0.5.*whole class values"),
        (np.full((2, 2), 300, np.uint16), "value 300"),
        (np.full((2, 2), -1, np.int16), "value -1"),
        (np.full((2, 2), 255, np.uint8), "value 255"),
        (np.zeros((2, 2), np.uint8), "no class"),
    ],
)
def test_values_that_are_no_classes_are_refused(tmp_path: Path, values: np.ndarray, message: str) -> None:
    with pytest.raises(ClassMapError, match=message):
        open_class_map(write_raster(tmp_path / "odd.tif", values))


def test_a_band_that_is_not_there_is_refused(own_map: str) -> None:
    with pytest.raises(InputError, match="1 band; band 2"):
        open_class_map(own_map, band=2)


def test_on_another_lattice_each_pixel_has_the_class_under_its_centre(tmp_path: Path, own_map: str) -> None:
    """Half the pixel size, one pixel further left and up: 0 there, and every class twice as wide and high."""
    raster = open_class_map(own_map)
    assert raster.on_grid(raster.grid) is raster
    finer = Grid(10, 8, (NORTH_UP[0] - 10, 5.0, 0.0, NORTH_UP[3] + 10, 0.0, -5.0), wkt(UTM_11N))
    moved = raster.on_grid(finer)
    expected = np.zeros((8, 10), np.uint8)
    expected[2:, 2:] = VALUES.repeat(2, 0).repeat(2, 1)
    np.testing.assert_array_equal(np.concatenate([values for _, values in moved.strips(3)]), expected)
    assert moved.legend == LEGEND and moved.grid == finer


def test_on_another_lattice_nodata_and_odd_values_are_what_they_were(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "a.tif", np.where(VALUES == 0, 255, VALUES).astype(np.uint8), nodata=255)
    shifted = Grid(4, 3, (NORTH_UP[0] + 10, *NORTH_UP[1:]), wkt(UTM_11N))
    expected = np.column_stack([VALUES[:, 1:], np.zeros(3, np.uint8)])
    np.testing.assert_array_equal(open_class_map(path).on_grid(shifted).window(0, 0, 4, 3), expected)
    spoilt = open_class_map(path)
    write_raster(path, np.full((3, 4), 0.5, np.float32))
    with pytest.raises(ClassMapError, match="a.tif' has the value 0.5"):
        spoilt.on_grid(shifted).window(0, 0, 4, 3)


def test_named_classes_are_told_without_reading_the_map(own_map: str, tmp_path: Path) -> None:
    assert named_legend(own_map) == LEGEND and open_class_map(own_map).named
    bare = write_raster(tmp_path / "bare.tif", VALUES)
    assert named_legend(bare) is None and not open_class_map(bare).named
