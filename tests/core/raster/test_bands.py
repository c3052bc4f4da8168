"""Which band of the file becomes which input of the model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.errors import BandCountError
from rgbsar_core.model_card import Band
from rgbsar_core.raster.bands import choose_bands
from rgbsar_core.raster.source import open_raster
from rgbsar_core.raster.wavelengths import wavelength_nm
from tests.rasters import model_card, write_raster

RGB = model_card().optical
RADAR = model_card().sar


def source(tmp_path, count, descriptions=(), role="optical", colors=()):
    pixels = np.full((count, 5, 5), 100, np.uint8)
    return open_raster(write_raster(tmp_path / "a.tif", pixels, descriptions=descriptions, colors=colors), role)


@pytest.mark.parametrize(
    "descriptions, expected",
    [
        (("blue", "green", "red", "nir"), (3, 2, 1)),
        (("B02", "B03", "B04", "B08"), (3, 2, 1)),
        (("B4, central wavelength 665 nm", "B3, central wavelength 560 nm", "B2, 490 nm"), (1, 2, 3)),
        (("Red", "x", "Blue", "Green"), (1, 4, 3)),
        (("Coastal", "Blue", "Green", "Yellow", "Red", "Red Edge", "NIR1", "NIR2"), (5, 3, 2)),
        (("Blue", "Green", "Red", "Red-edge 1", "Red_edge_2"), (3, 2, 1)),
    ],
)
def test_optical_bands_are_found_by_their_names(tmp_path, descriptions, expected):
    numbers, assumed, warned = choose_bands(source(tmp_path, len(descriptions), descriptions), RGB, None)
    assert numbers == expected
    assert "by their names" in assumed[0] and not warned


@pytest.mark.parametrize(
    "descriptions", [("VH", "VV"), ("Sigma0_VH_db", "Sigma0_VV_db"), ("Intensity vh", "Intensity vv")]
)
def test_polarisations_are_found_by_their_names(tmp_path, descriptions):
    assert choose_bands(source(tmp_path, 2, descriptions, "SAR"), RADAR, None)[0] == (2, 1)


def test_colour_interpretation_names_bands_too(tmp_path):
    colors = (gdal.GCI_BlueBand, gdal.GCI_GreenBand, gdal.GCI_RedBand)
    assert choose_bands(source(tmp_path, 3, colors=colors), RGB, None)[0] == (3, 2, 1)


def test_nameless_bands_are_taken_by_position_and_that_is_said(tmp_path):
    numbers, assumed, warned = choose_bands(source(tmp_path, 12), RGB, None)
    assert numbers == (1, 2, 3)
    assert "taken as red, green, blue, by position" in assumed[0]
    assert "of 12" in warned[0]


def test_other_polarisations_than_the_model_s_are_warned_of(tmp_path):
    _, _, warned = choose_bands(source(tmp_path, 2, ("HH", "HV"), "SAR"), RADAR, None)
    assert "called HH, HV; the model was trained on VV, VH" in warned[0]


@pytest.mark.parametrize(
    "count, chosen, message",
    [
        (2, None, r"has 2 bands; the model was trained on 3 \(red, green, blue\)"),
        (1, None, "has 1 band; "),
        (4, (1, 2), "2 optical bands were chosen; the model was trained on 3"),
        (4, (1, 2, 7), "Band 7 was chosen, but the optical raster 'a.tif' has the bands 1, 2, 3, 4"),
    ],
)
def test_bands_that_do_not_fit_are_refused(tmp_path, count, chosen, message):
    with pytest.raises(BandCountError, match=message):
        choose_bands(source(tmp_path, count), RGB, chosen)


def test_near_infrared_that_gdal_calls_alpha_is_data(tmp_path):
    alpha = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand, gdal.GCI_AlphaBand)
    assert source(tmp_path, 4, colors=alpha).alpha is None


def test_the_user_s_bands_come_first(tmp_path):
    assert choose_bands(source(tmp_path, 4, ("red", "green", "blue", "nir")), RGB, (4, 1, 2))[0] == (4, 1, 2)


@pytest.mark.parametrize(
    "descriptions, expected",
    [
        (("490 nm", "560 nm", "665 nm", "842 nm"), (3, 2, 1)),
        (("Band 1 (0.485 Micrometers)", "Band 2 (0.56 Micrometers)", "Band 3 (0.66 Micrometers)"), (3, 2, 1)),
        # hyperspectral: 655, 662.5 and 671 nm are all red; 662.5 is nearest to Sentinel-2's 665
        (("655 nm", "662.5 nm", "671 nm", "557 nm", "566 nm", "480 nm"), (2, 4, 6)),
    ],
)
def test_optical_bands_are_found_by_wavelengths_in_their_names(tmp_path, descriptions, expected):
    numbers, assumed, warned = choose_bands(source(tmp_path, len(descriptions), descriptions), RGB, None)
    assert numbers == expected
    assert "taken as red, green, blue, by their wavelengths" in assumed[0] and not warned


@pytest.mark.parametrize(
    "description, metadata, expected",
    [
        ("", {"wavelength": "0.665", "wavelength_units": "Micrometers"}, 665.0),
        ("", {"wavelength": "665", "wavelength_units": "Nanometers"}, 665.0),
        ("", {"CENTRAL_WAVELENGTH_UM": "0.665"}, 665.0),
        ("", {"wavelength": "0.665"}, 665.0),
        ("B4, central wavelength 665 nm", {}, 665.0),
        ("from 650 nm to 680 nm", {}, None),
        ("band 665", {}, None),
        ("", {"wavelength": "long"}, None),
    ],
)
def test_a_wavelength_is_read_in_nanometres(description, metadata, expected):
    assert wavelength_nm(description, metadata) == (expected if expected is None else pytest.approx(expected))


def test_without_one_of_the_colours_wavelengths_choose_nothing(tmp_path):
    found = source(tmp_path, 3, ("665 nm", "705 nm", "842 nm"))
    assert "by position" in choose_bands(found, RGB, None)[1][0]


def test_one_wavelength_is_not_taken_for_two_of_the_model_s_bands(tmp_path):
    """865 nm is near infrared in its broad and its narrow sense."""
    spec = dataclasses.replace(RGB, bands=(Band("N", "nir"), Band("N2", "nir08")), mean=(0.0, 0.0), std=(1.0, 1.0))
    numbers, assumed, _ = choose_bands(source(tmp_path, 2, ("490 nm", "865 nm")), spec, None)
    assert numbers == (1, 2) and "by position" in assumed[0]
