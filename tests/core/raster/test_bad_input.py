"""Rasters that cannot be used get a sentence: found, expected, what to do."""

from __future__ import annotations

import os

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.errors import GridMismatchError, InputError, NodataError, OperationCancelled, RasterIOError
from rgbsar_core.raster.align import open_pair
from tests.rasters import job, model_card, wkt, write_polygons, write_raster


@pytest.fixture
def optical(tmp_path):
    return write_raster(tmp_path / "optical.tif", np.full((3, 60, 60), 9, np.uint8))


@pytest.fixture
def sar(tmp_path):
    return write_raster(tmp_path / "sar.tif", np.full((2, 60, 60), 0.1, np.float32))


def text_file(path):
    path.write_text("no raster")
    return str(path)


def slc(path):
    return write_raster(path, np.ones((2, 60, 60), np.complex64))


def without_crs(path):
    return write_raster(path, np.full((2, 60, 60), 0.1, np.float32), epsg=None)


def without_geotransform(path):
    return write_raster(path, np.full((2, 60, 60), 0.1, np.float32), geotransform=None)


def with_gcps(path):
    write_raster(path, np.full((2, 60, 60), 0.1, np.float32), geotransform=None, epsg=None)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    corners = [(0, 0), (60, 0), (0, 60), (60, 60)]
    dataset.SetGCPs([gdal.GCP(500_000 + 10 * c, 4_000_000 - 10 * r, 0, c, r) for c, r in corners], wkt(32611))
    return str(path)


def all_nodata(path):
    return write_raster(path, np.full((2, 60, 60), -9999, np.float32), nodata=-9999)


def all_nan(path):
    return write_raster(path, np.full((2, 60, 60), np.nan, np.float32))


def missing(path):
    return str(path)


BAD_SAR = [
    (missing, InputError, "was not found; expected a GeoTIFF"),
    (text_file, InputError, "is not a raster GDAL can read.*expected a GeoTIFF.*Check the path"),
    (slc, InputError, r"complex pixels \(CFloat32\).*\(SLC\).*multilook"),
    (without_crs, GridMismatchError, r"no coordinate reference system \(CRS\); expected a georeferenced raster"),
    (without_geotransform, GridMismatchError, "no geotransform"),
    (with_gcps, GridMismatchError, "4 ground control points only; expected geocoded pixels.*Terrain-correct"),
    (all_nodata, NodataError, "no valid pixel in band 1, 2; expected an image"),
    (all_nan, NodataError, "no valid pixel"),
]


@pytest.mark.parametrize("make, error, message", BAD_SAR, ids=[row[0].__name__ for row in BAD_SAR])
@pytest.mark.parametrize("exceptions", [True, False], ids=["GDAL raises", "GDAL returns None"])
def test_a_bad_raster_is_refused_in_both_gdal_modes(tmp_path, optical, make, error, message, exceptions, capfd):
    path = make(tmp_path / "bad 'file' ü.tif")
    before = gdal.GetUseExceptions()
    (gdal.UseExceptions if exceptions else gdal.DontUseExceptions)()
    try:
        with pytest.raises(error, match=message):
            open_pair(job(optical, path), model_card())
        assert gdal.GetUseExceptions() == exceptions, "the process's own setting was touched"
    finally:
        (gdal.UseExceptions if before else gdal.DontUseExceptions)()
    assert "ERROR" not in capfd.readouterr().err


def test_a_raster_cut_off_at_its_end_is_refused_before_the_work(tmp_path, optical):
    path = write_raster(tmp_path / "s.tif", np.random.default_rng(0).uniform(0.1, 1, (2, 60, 60)).astype(np.float32))
    os.truncate(path, os.path.getsize(path) - 9000)
    with pytest.raises((RasterIOError, InputError), match="truncated|not a raster"):
        open_pair(job(optical, path), model_card())


@pytest.mark.parametrize("exceptions", [True, False])
@pytest.mark.parametrize("warped", [False, True])
def test_damage_in_the_middle_is_reported_with_file_and_row(tmp_path, optical, exceptions, warped):
    values = np.random.default_rng(0).uniform(0.1, 1, (2, 60, 60)).astype(np.float32)
    geotransform = (500_003, 10, 0, 4_000_000, 0, -10) if warped else (500_000, 10, 0, 4_000_000, 0, -10)
    path = write_raster(tmp_path / "s.tif", values, geotransform, options=["COMPRESS=DEFLATE", "BLOCKYSIZE=10"])
    pair = open_pair(job(optical, path), model_card())
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        file.write(b"\xff" * 2000)
    before = gdal.GetUseExceptions()
    (gdal.UseExceptions if exceptions else gdal.DontUseExceptions)()
    try:
        with pytest.raises(RasterIOError, match=r"SAR raster 's.tif' cannot be read at row \d+.*truncated"):
            list(pair.strips())
    finally:
        (gdal.UseExceptions if before else gdal.DontUseExceptions)()


def test_a_container_is_refused_and_its_parts_are_named(tmp_path, optical):
    path = str(tmp_path / "many.gpkg")
    for name in ("first", "second"):
        pixels = write_raster(tmp_path / f"{name}.tif", np.full((3, 60, 60), 9, np.uint8), epsg=3857)
        options = [f"RASTER_TABLE={name}", "APPEND_SUBDATASET=YES"]
        gdal.Translate(path, pixels, format="GPKG", creationOptions=options)
    with pytest.raises(InputError, match="container without pixels of its own.*GPKG:.*first"):
        open_pair(job(optical, path), model_card())


@pytest.mark.parametrize(
    "rings, epsg, error, message",
    [
        ([], 32611, InputError, "is empty; expected at least one polygon"),
        ([[(0, 0), (1, 0), (0, 1)]], 32611, GridMismatchError, "The mask does not overlap the layers"),
    ],
)
def test_a_useless_mask_is_refused(tmp_path, optical, sar, rings, epsg, error, message):
    mask = write_polygons(tmp_path / "mask.gpkg", rings, epsg)
    with pytest.raises(error, match=message):
        open_pair(job(optical, sar, mask=mask), model_card())


def test_a_raster_given_as_mask_is_refused(tmp_path, optical, sar):
    with pytest.raises(InputError, match="expected a vector file with polygons"):
        open_pair(job(optical, sar, mask=sar), model_card())


def test_a_mask_layer_is_chosen_by_its_name_as_qgis_writes_it(tmp_path, optical, sar):
    square = [(500_100, 3_999_900), (500_200, 3_999_900), (500_200, 3_999_800), (500_100, 3_999_800)]
    mask = write_polygons(tmp_path / "mask.gpkg", [square])
    pair = open_pair(job(optical, sar, mask=f"{mask}|layername=polygons"), model_card())
    assert (pair.grid.width, pair.grid.height) == (10, 10)
    with pytest.raises(InputError, match="has no layer 'houses'"):
        open_pair(job(optical, sar, mask=f"{mask}|layername=houses"), model_card())


def test_a_70_000_pixel_wide_raster_comes_in_low_strips(tmp_path):
    optical = write_raster(tmp_path / "o.tif", np.full((3, 130, 70_000), 9, np.uint8))
    sar = write_raster(tmp_path / "s.tif", np.full((2, 130, 70_000), 0.1, np.float32))
    heights = [strip.height for strip in open_pair(job(optical, sar), model_card()).strips()]
    assert heights == [64, 64, 2]


def test_two_hundred_bands_are_no_obstacle(tmp_path, sar):
    optical = write_raster(tmp_path / "o.tif", np.full((200, 60, 60), 9, np.uint8))
    pair = open_pair(job(optical, sar, optical_bands=(200, 100, 1)), model_card())
    assert next(pair.strips()).optical.shape == (3, 60, 60)


def test_cancelling_stops_before_the_next_strip(optical, sar):
    with pytest.raises(OperationCancelled):
        open_pair(job(optical, sar), model_card(), lambda: True)
    pair = open_pair(job(optical, sar), model_card(), lambda: False)
    with pytest.raises(OperationCancelled):
        next(pair.strips(lambda: True))


def test_a_model_without_sar_reads_only_the_optical_raster(optical):
    pair = open_pair(job(optical, "nowhere.tif"), model_card(sar=()))
    assert pair.sar is None and next(pair.strips()).sar is None
    assert any("uses no SAR input" in text for text in pair.assumptions)
