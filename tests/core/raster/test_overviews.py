"""Overviews are read for maps of much larger pixels, if they hold averages; the map hardly changes."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.raster.align import open_pair
from rgbsar_core.raster.overviews import averaged_overview
from rgbsar_core.raster.source import open_raster
from tests.rasters import job, model_card, write_raster

SIDE = 512
GSD = 80.0  # 8 pixels of 10 m


@pytest.fixture
def layers(tmp_path):
    """Makes a pair of files with overviews; the same pixels each time: waves 40 pixels long, and noise."""

    def make(resampling=None, side=SIDE, levels=(2, 4, 8), options=("TILED=YES",), dtype=np.uint16, **more):
        rows, columns = np.mgrid[:side, :side]
        waves = 120 + 40 * np.sin(columns / 40) * np.cos(rows / 40)
        noise = np.random.default_rng(1).normal(0, 15, (3, side, side))
        optical = write_raster(tmp_path / "o.tif", (waves + noise).clip(1, 250).astype(dtype), options=options, **more)
        sar = write_raster(tmp_path / "s.tif", np.full((2, side, side), 0.1, np.float32))
        if resampling:
            file = gdal.Open(optical, gdal.GA_Update)
            file.BuildOverviews(resampling, list(levels))
            file = None
        return optical, sar

    return make


def coarse(optical, sar, gsd=GSD, **options):
    card = model_card(optical_units="digital_number", gsd=None)
    return open_pair(job(optical, sar, sar_units="linear", gsd=gsd, **options), card)


def factor_read(pair):
    sentences = [text for text in pair.assumptions if "overview" in text]
    return int(sentences[0].split("overview of ")[1].split()[0]) if sentences else 1


def values(pair):
    strips = list(pair.strips())
    pixels = np.concatenate([strip.optical for strip in strips], axis=1).astype(float)
    return pixels, np.concatenate([strip.valid for strip in strips])


@pytest.mark.parametrize("gsd, factor", [(10.0, 1), (20.0, 1), (40.0, 2), (80.0, 4), (160.0, 8)])
def test_the_kernel_spans_at_least_two_pixels_of_the_overview(layers, gsd, factor):
    assert factor_read(coarse(*layers("AVERAGE"), gsd)) == factor


@pytest.mark.parametrize("resampling, factor", [("AVERAGE", 4), ("BILINEAR", 4), ("CUBIC", 4), ("NEAREST", 1)])
def test_overviews_of_the_nearest_pixel_are_not_read(layers, resampling, factor):
    assert factor_read(coarse(*layers(resampling))) == factor


def test_the_values_hardly_differ_from_those_of_the_full_pixels(layers):
    """The waves differ by 80; a tent 8 pixels high leaves a twelfth, 1.25, of noise of 15."""
    full, _ = values(coarse(*layers()))
    small, _ = values(coarse(*layers("AVERAGE")))
    assert full.std() > 10
    assert np.abs(small - full).max() <= 2 and abs(float((small - full).mean())) < 0.3


def test_the_overview_lies_where_the_full_pixels_lie(layers, tmp_path):
    """A ramp, which kernels of whole pixels reproduce exactly, is the same through both."""
    ramp = np.broadcast_to(np.arange(SIDE, dtype=np.float32) * 8, (3, SIDE, SIDE))
    found = []
    for resampling in (None, "AVERAGE"):
        optical, sar = layers()
        write_raster(optical, np.ascontiguousarray(ramp))
        if resampling:
            file = gdal.Open(optical, gdal.GA_Update)
            file.BuildOverviews(resampling, [4])
            file = None
        pair = coarse(optical, sar, optical_scale=1.0)
        found.append(values(pair)[0][:, 2:-2, 2:-2])
    assert factor_read(pair) == 4
    assert np.abs(found[0] - found[1]).max() < 0.01 * 8 * 8  # a hundredth of a map pixel


def test_what_is_valid_is_told_by_the_full_pixels(layers):
    holes = np.random.default_rng(2).integers(0, SIDE, (2, 400))
    masks = []
    for resampling in (None, "AVERAGE"):
        optical, sar = layers(nodata=0)
        file = gdal.Open(optical, gdal.GA_Update)
        for number in (1, 2, 3):
            for row, column in holes.T:
                file.GetRasterBand(number).WriteRaster(int(column), int(row), 1, 1, b"\0\0")
        if resampling:
            file.BuildOverviews(resampling, [2, 4])
        file = None
        pair = coarse(optical, sar)
        masks.append(values(pair)[1])
    assert factor_read(pair) == 4 and (masks[0] == 2).any()  # 2: only the SAR raster is valid
    assert np.array_equal(masks[0], masks[1])


def test_an_overview_that_is_not_whole_pixels_is_not_read(layers):
    """510 pixels are 127.5 times 4: the overview's 128 are stretched, and lie wrong by up to half a pixel."""
    assert factor_read(coarse(*layers("AVERAGE", side=510, levels=(4,)))) == 1


def test_the_nearest_pixel_is_taken_from_the_full_ones(layers):
    assert factor_read(coarse(*layers("AVERAGE"), resampling="nearest")) == 1


def test_a_raster_with_a_mask_is_read_in_full(layers):
    cover = np.ones((SIDE, SIDE), np.uint8)
    optical, _ = layers("AVERAGE", dtype=np.uint8, mask=cover)
    source = open_raster(optical, "optical")
    assert source.has_mask and averaged_overview(source, (1, 2, 3), source.grid.rescaled(GSD)) is None


def test_averages_compressed_as_jpeg_are_read(layers, tmp_path):
    optical, sar = layers(dtype=np.uint8)
    options = ["COMPRESS=JPEG", "BLOCKSIZE=128"]
    gdal.Translate(str(tmp_path / "j.tif"), optical, format="COG", creationOptions=options).FlushCache()
    assert factor_read(coarse(str(tmp_path / "j.tif"), sar)) in (2, 4)
