"""What is no measurement stays none, and spoils no neighbour."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.errors import NodataError
from rgbsar_core.raster.align import open_pair
from rgbsar_core.raster.reader import valid_pixels
from rgbsar_core.raster.units import zeros_fill_decibels
from tests.rasters import NORTH_UP, job, model_card, write_raster

COARSE = (500_000.0, 20.0, 0.0, 4_000_000.0, 0.0, -20.0)
HOLE = np.s_[4:6, 4:6]  # a block of fine pixels under coarse pixel (2, 2)


def strip_of(optical, sar, card=None, **options):
    pair = open_pair(job(optical, sar, **options), card or model_card())
    (strip,) = pair.strips()
    return strip, pair


@pytest.fixture
def optical(tmp_path):
    return write_raster(tmp_path / "optical.tif", np.full((3, 20, 20), 9, np.uint8))


@pytest.fixture
def sar(tmp_path):
    return write_raster(tmp_path / "sar.tif", np.full((2, 20, 20), 0.1, np.float32))


def test_a_declared_zero_counts_only_where_all_bands_hold_it():
    pixels = np.array([[[0, 0, 5]], [[0, 3, 5]]], np.uint8)
    assert valid_pixels(pixels, (0.0, 0.0), any_band=False).tolist() == [[False, True, True]]


def test_any_other_nodata_value_counts_in_one_band_already():
    pixels = np.array([[[-9999, -9999, 5]], [[-9999, 3, 5]]], np.int16)
    assert valid_pixels(pixels, (-9999.0, -9999.0), any_band=True).tolist() == [[False, False, True]]


def test_infinite_and_missing_numbers_are_never_valid():
    pixels = np.array([[[np.nan, np.inf, -np.inf, 1]]], np.float32)
    assert valid_pixels(pixels, (None,), any_band=True).tolist() == [[False, False, False, True]]


def test_the_float32_lowest_number_is_recognised_as_nodata():
    pixels = np.array([[[-3.4028234663852886e38, 1]]], np.float32)
    assert valid_pixels(pixels, (-3.4028234663852886e38,), any_band=True).tolist() == [[False, True]]


@pytest.mark.parametrize("nodata", [-9999.0, 0.5, np.inf, -np.inf])
def test_a_nodata_value_the_type_cannot_hold_marks_nothing(nodata):
    assert valid_pixels(np.zeros((1, 1, 2), np.uint8), (nodata,), any_band=True).all()


@pytest.mark.parametrize("nodata", [-9999.0, float("nan"), 0.0])
@pytest.mark.parametrize("geotransform, shape", [(NORTH_UP, 20), (COARSE, 10)], ids=["same lattice", "warped"])
def test_sar_nodata_is_invalid_and_bleeds_into_no_neighbour(tmp_path, optical, nodata, geotransform, shape):
    values = np.full((2, shape, shape), 0.25, np.float32)
    values[:, 2, 2] = nodata
    sar = write_raster(tmp_path / "s.tif", values, geotransform, nodata=nodata)
    strip, _ = strip_of(optical, sar, sar_units="linear")
    expected = np.full((20, 20), 3, np.uint8)
    expected[(2, 2) if shape == 20 else HOLE] = 1
    assert np.array_equal(strip.valid, expected)
    assert strip.sar[:, expected == 3] == pytest.approx(0.25, abs=1e-6)


def test_not_a_number_without_declared_nodata_is_invalid_when_warped(tmp_path, optical):
    values = np.full((2, 10, 10), -12.0, np.float32)
    values[0, 2, 2] = np.nan  # one band is enough
    sar = write_raster(tmp_path / "s.tif", values, COARSE)
    strip, _ = strip_of(optical, sar)
    expected = np.full((20, 20), 3, np.uint8)
    expected[HOLE] = 1
    assert np.array_equal(strip.valid, expected)


@pytest.mark.parametrize("dtype, nodata", [("uint8", 0), ("uint8", 255), ("uint16", 0), ("int16", -9999)])
def test_optical_nodata_of_whole_numbers_survives_the_warp(tmp_path, sar, dtype, nodata):
    values = np.full((3, 10, 10), 100, dtype)
    values[:, 2, 2] = nodata
    values[0, 7, 7] = 0  # a dark value in one band is a measurement
    if dtype == "uint8":
        values[1, 7, 7] = 255  # and so is a bright one of 8 bits
    optical = write_raster(tmp_path / "o.tif", values, COARSE, nodata=nodata)
    strip, _ = strip_of(optical, sar, grid="sar")
    expected = np.full((20, 20), 3, np.uint8)
    expected[HOLE] = 2
    assert np.array_equal(strip.valid, expected)
    around = np.s_[:, 2:8, 2:8]
    kept = np.broadcast_to(expected[2:8, 2:8] == 3, (3, 6, 6))
    assert (strip.optical[around][kept] == 100).all()


@pytest.mark.parametrize("geotransform, shape", [(NORTH_UP, 20), (COARSE, 10)], ids=["same lattice", "warped"])
def test_an_alpha_band_is_a_mask_and_no_data(tmp_path, sar, geotransform, shape):
    values = np.full((4, shape, shape), 50, np.uint8)
    values[3] = 255
    values[3, 2, 2] = 0
    colors = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand, gdal.GCI_AlphaBand)
    optical = write_raster(tmp_path / "o.tif", values, geotransform, colors=colors, options=["ALPHA=YES"])
    strip, pair = strip_of(optical, sar, grid="sar")
    expected = np.full((20, 20), 3, np.uint8)
    expected[(2, 2) if shape == 20 else HOLE] = 2
    assert strip.optical.shape[0] == 3
    assert np.array_equal(strip.valid, expected)
    assert (strip.optical[:, expected == 3] == 50).all()


def test_a_white_roof_in_an_orthophoto_with_a_white_collar_is_no_hole(tmp_path, sar):
    values = np.full((3, 20, 20), 240, np.uint8)
    values[:, :, :2] = 255
    values[0, 9, 9] = 255
    strip, _ = strip_of(write_raster(tmp_path / "o.tif", values, nodata=255), sar)
    assert (strip.valid[:, :2] == 2).all() and (strip.valid[:, 2:] == 3).all()


@pytest.mark.parametrize("geotransform, shape", [(NORTH_UP, 20), (COARSE, 10)], ids=["same lattice", "warped"])
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_a_mask_band_of_the_file_counts(tmp_path, sar, geotransform, shape, dtype):
    cover = np.ones((shape, shape), bool)
    cover[2, 2] = False
    optical = write_raster(tmp_path / "o.tif", np.full((3, shape, shape), 0.5 if dtype == "float32" else 500, dtype),
                           geotransform, mask=cover)  # fmt: skip
    strip, _ = strip_of(optical, sar, model_card(optical_units="reflectance"), grid="sar")
    expected = np.full((20, 20), 3, np.uint8)
    expected[(2, 2) if shape == 20 else HOLE] = 2
    assert np.array_equal(strip.valid, expected)


def test_sar_power_of_exactly_zero_is_nodata_and_said_so(tmp_path, optical):
    values = np.full((2, 20, 20), 0.1, np.float32)
    values[:, :, :3] = 0
    strip, pair = strip_of(optical, write_raster(tmp_path / "s.tif", values))
    assert (strip.valid[:, :3] == 1).all() and (strip.valid[:, 3:] == 3).all()
    assert any("exactly 0 were taken as nodata" in text for text in pair.assumptions)


def decibels(columns: int) -> np.ndarray:
    """VV and VH of 20 x 20 pixels, -15 to 5 dB, with 0 in so many columns of both."""
    values = np.random.default_rng(2).uniform(-15, 5, (2, 20, 20)).astype(np.float32)
    values[:, :, :columns] = 0
    return values


@pytest.mark.parametrize("columns", [3, 12])
@pytest.mark.parametrize("geotransform", [NORTH_UP, (500_000.5, 10, 0, 4_000_000, 0, -10)], ids=["read", "resampled"])
def test_decibels_of_exactly_zero_in_all_bands_are_nodata_and_said_so(tmp_path, optical, columns, geotransform):
    """12 columns are more than half of the raster: its median is 0 then."""
    strip, pair = strip_of(optical, write_raster(tmp_path / "s.tif", decibels(columns), geotransform))
    assert (strip.valid[:, :columns] == 1).all() and (strip.valid[:, columns:] == 3).all()
    assert any("exactly 0 were taken as nodata" in text for text in pair.assumptions)


@pytest.mark.parametrize("change", [lambda db: np.minimum(db, 0), np.rint], ids=["clipped at 0", "whole numbers"])
def test_zero_decibels_that_may_be_measured_stay(tmp_path, optical, change):
    strip, _ = strip_of(optical, write_raster(tmp_path / "s.tif", change(decibels(0))))
    assert (strip.valid == 3).all()


#: Mean and deviation of the decibels of a scene's parts.
ONE_BAND = {"fields": [(-11, 2.5)], "a town": [(-10, 3), (-3, 5)], "bright targets": [(-12, 3), (9, 3)]}


def one_band(parts: list[tuple[float, float]]) -> np.ndarray:
    """(1, 1, 100000) decibels, as many of each part, with the speckle of 4.4 looks."""
    generator = np.random.default_rng(3)
    count = 100_000 // len(parts)
    values = [generator.normal(*part, count) + 10 * np.log10(generator.gamma(4.4, 1 / 4.4, count)) for part in parts]
    return np.resize(np.concatenate(values), (1, 1, 100_000)).astype(np.float32)


@pytest.mark.parametrize("parts", [ONE_BAND["fields"], [(-17, 2.5)]], ids=["VV", "VH"])
def test_a_hole_around_zero_decibels_in_one_band_is_nodata_and_said_so(tmp_path, parts):
    """VV reaches beyond 1 dB, VH does not; a fiftieth of the raster is a border of zeros."""
    values = one_band(parts).reshape(1, 250, 400)
    values[:, :5] = 0
    layer = write_raster(tmp_path / "s.tif", values)
    optical = write_raster(tmp_path / "o.tif", np.full((3, 250, 400), 9, np.uint8))
    strip, pair = strip_of(optical, layer, model_card(sar=("VV",)))
    assert (strip.valid[:5] == 1).all() and (strip.valid[5:] == 3).all()
    assert any("exactly 0 were taken as nodata" in text for text in pair.assumptions)


@pytest.mark.parametrize("parts", ONE_BAND.values(), ids=ONE_BAND)
@pytest.mark.parametrize("change", [
    lambda db: np.minimum(db, 0), lambda db: np.clip(db, -25, 0), lambda db: np.rint(10 * db) / 10,
    lambda db: np.rint(2 * db) / 2, lambda db: np.rint(10 * np.minimum(db, 0)) / 10, np.rint,
], ids=["clipped", "clipped twice", "in tenths", "in halves", "clipped tenths", "whole numbers"])  # fmt: skip
def test_zero_decibels_measured_in_one_band_stay(parts, change):
    assert not zeros_fill_decibels(change(one_band(parts))[0])


def test_a_few_targets_on_the_sea_clipped_at_zero_decibels_stay():
    values = one_band([(-22, 2)])
    values[..., :500] = 0
    assert not zeros_fill_decibels(values[0])


def test_zero_in_an_8_bit_sar_picture_is_a_value(tmp_path, optical):
    values = np.full((2, 20, 20), 80, np.uint8)
    values[:, 0, 0] = 0
    strip, _ = strip_of(optical, write_raster(tmp_path / "s.tif", values), model_card(sar_units="digital_number"))
    assert (strip.valid == 3).all()


def test_rasters_without_a_common_valid_pixel_are_refused(tmp_path):
    left, right = np.full((3, 20, 20), 5, np.uint8), np.full((2, 20, 20), 0.1, np.float32)
    left[:, :, 10:], right[:, :, :10] = 0, np.nan
    paths = write_raster(tmp_path / "o.tif", left, nodata=0), write_raster(tmp_path / "s.tif", right)
    with pytest.raises(NodataError, match="no valid pixel in common"):
        open_pair(job(*paths), model_card())
    strip, _ = strip_of(*paths, model_card(modality_dropout=True))
    assert set(np.unique(strip.valid)) == {1, 2}


def test_a_layer_without_a_valid_pixel_on_the_common_ground_is_refused_where_its_percentiles_are_wanted(tmp_path):
    """Also by a model that does without one layer: there is nothing to stretch it by."""
    pixels = np.zeros((3, 20, 40), np.uint8)
    pixels[:, :, 30:] = 7  # beyond the SAR layer
    optical = write_raster(tmp_path / "o.tif", pixels, nodata=0)
    sar = write_raster(tmp_path / "s.tif", np.full((2, 20, 20), 0.1, np.float32))
    card = model_card(percentiles=(1.0, 99.0), modality_dropout=True)
    with pytest.raises(NodataError, match="The optical raster.* has no valid pixel on the common ground"):
        open_pair(job(optical, sar), card)
