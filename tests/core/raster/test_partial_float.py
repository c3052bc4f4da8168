"""Floating point rasters on their way: the same guarantees as maps, values to the last bit."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.raster import partial
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.partial import PartialRaster, publish
from tests.rasters import read_raster, wkt

GRID = Grid(70, 1100, (500_010.0, 10.0, 0.0, 4_000_000.0, 0.0, -20.0), wkt(32611))


def values() -> np.ndarray:
    numbers = np.random.default_rng(3).normal(size=(2, GRID.height, GRID.width)).astype(np.float32)
    numbers[0, 5:9] = np.nan
    numbers[1, 0, 0] = np.float32(1e-42)
    return numbers


def write(path, step: int) -> None:
    raster = PartialRaster(path, GRID, 2, float("nan"), "float32")
    raster.describe(2, "VH")
    for row in range(0, GRID.height, step):
        raster.append(values()[:, row : row + step])
    raster.finish()
    publish([raster])
    raster.discard()


@pytest.mark.parametrize("step", [1, 511, 1100])
def test_float_rows_of_any_height_read_back_bit_by_bit(tmp_path, step):
    write(tmp_path / "o.tif", step)
    assert os.listdir(tmp_path) == ["o.tif"]
    assert read_raster(tmp_path / "o.tif").tobytes() == values().tobytes()
    dataset = gdal.Open(str(tmp_path / "o.tif"))
    band = dataset.GetRasterBand(2)
    assert math.isnan(band.GetNoDataValue()) and band.GetDescription() == "VH"
    assert dataset.GetGeoTransform() == GRID.geotransform
    assert band.GetBlockSize() == [512, 512]
    assert dataset.GetMetadata("IMAGE_STRUCTURE")["COMPRESSION"] in ("ZSTD", "DEFLATE")


def test_blocks_are_smaller_where_rows_of_floats_are_large(tmp_path, monkeypatch):
    monkeypatch.setattr(partial, "_LARGEST_BUFFER", 512 * GRID.width * 4)
    sizes = {}
    for dtype, nodata in (("uint8", 0), ("float32", float("nan"))):
        raster = PartialRaster(tmp_path / "o.tif", GRID, 2, nodata, dtype)
        raster.append(np.zeros((2, GRID.height, GRID.width), dtype))
        raster.finish()
        written = gdal.Open(str(raster.temporary))
        sizes[dtype] = written.GetRasterBand(1).GetBlockSize()[1]
        raster.discard()
    assert sizes == {"uint8": 512, "float32": 256}


def test_a_discarded_float_raster_leaves_nothing(tmp_path):
    raster = PartialRaster(tmp_path / "o.tif", GRID, 2, float("nan"), "float32")
    raster.append(values()[:, :600])
    raster.discard()
    assert os.listdir(tmp_path) == []
