"""What the numbers mean: units found, converted, and said."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.errors import InputError
from rgbsar_core.radiometry import apply_transform
from rgbsar_core.raster.align import open_pair
from tests.rasters import job, model_card, write_raster

COARSE = (500_000.0, 20.0, 0.0, 4_000_000.0, 0.0, -20.0)


def inputs(tmp_path, optical=None, sar=None, card=None, sar_geotransform=None, metadata=None, scales=(), **options):
    """The network's input: (C, h, w) of both modalities, and the pair."""
    optical = np.full((3, 20, 20), 9, np.uint8) if optical is None else optical
    sar = np.full((2, 20, 20), 0.1, np.float32) if sar is None else sar
    scale, offset = scales or (None, None)
    first = write_raster(tmp_path / "o.tif", optical, metadata=metadata, scale=scale, offset=offset)
    second = write_raster(tmp_path / "s.tif", sar, sar_geotransform or (500_000, 10, 0, 4_000_000, 0, -10))
    pair = open_pair(job(first, second, **options), card or model_card())
    (strip,) = pair.strips()
    return apply_transform(pair.optical, strip.optical), apply_transform(pair.sar, strip.sar), pair


def said(pair, text):
    return any(text in sentence for sentence in pair.assumptions)


def test_zero_and_ten_decibels_average_to_seven_point_four(tmp_path):
    # 10 log10((1 + 10) / 2) = 7.404 dB; the mean of the decibels would be 5.
    fine = np.zeros((2, 40, 40), np.float32)
    fine[:, :, 1::2] = 10
    fine -= 20  # as real backscatter: -20 and -10, so -12.596
    card = model_card(sar_units="db")
    _, sar, pair = inputs(tmp_path, sar=fine, card=card, sar_geotransform=(500_005, 5, 0, 3_999_995, 0, -5), gsd=10)
    assert sar[:, 4:-4, 4:-4] == pytest.approx(10 * np.log10(5.5) - 20, abs=0.01)
    assert said(pair, "taken as decibels") and said(pair, "as linear power")


def test_amplitude_is_averaged_as_power_too(tmp_path):
    # Amplitudes 1 and 3: mean power 5, amplitude sqrt(5).
    fine = np.ones((2, 40, 40), np.float32)
    fine[:, :, 1::2] = 3
    _, sar, _ = inputs(tmp_path, sar=fine, card=model_card(sar_units="amplitude"), sar_units="amplitude",
                       sar_geotransform=(500_005, 5, 0, 3_999_995, 0, -5))  # fmt: skip
    assert sar[:, 4:-4, 4:-4] == pytest.approx(5**0.5, abs=1e-3)


@pytest.mark.parametrize(
    "found, wanted, value, expected",
    [
        ("linear", "db", 0.1, -10.0),
        ("linear", "amplitude", 0.25, 0.5),
        ("amplitude", "linear", 0.5, 0.25),
        ("amplitude", "db", 0.1, -20.0),
        ("db", "linear", -20.0, 0.01),
        ("db", "amplitude", -20.0, 0.1),
        ("db", "db", -7.0, -7.0),
    ],
)
@pytest.mark.parametrize("warped", [False, True])
def test_sar_arrives_in_the_model_s_unit(tmp_path, found, wanted, value, expected, warped):
    shape = 10 if warped else 20
    _, sar, _ = inputs(
        tmp_path,
        sar=np.full((2, shape, shape), value, np.float32),
        card=model_card(sar_units=wanted),
        sar_units=found,
        sar_geotransform=COARSE if warped else None,
    )
    assert sar == pytest.approx(expected, rel=1e-5)


def test_scaled_whole_number_decibels_are_understood_when_warped(tmp_path):
    dn = np.full((2, 10, 10), -1250, np.int16)
    path = write_raster(tmp_path / "scaled.tif", dn, COARSE, scale=0.01, offset=0.0)
    optical = write_raster(tmp_path / "o.tif", np.full((3, 20, 20), 9, np.uint8))
    pair = open_pair(job(optical, path), model_card(sar_units="db"))
    (strip,) = pair.strips()
    assert apply_transform(pair.sar, strip.sar) == pytest.approx(-12.5, rel=1e-5)


def test_linear_and_8_bit_are_told_apart_without_asking(tmp_path):
    _, _, pair = inputs(tmp_path)
    assert said(pair, "taken as linear power")
    _, _, pair = inputs(tmp_path, sar=np.full((2, 20, 20), 77, np.uint8), card=model_card(sar_units="digital_number"))
    assert said(pair, "taken as digital numbers")


def test_what_prepare_sar_wrote_is_not_guessed(tmp_path):
    """Decibels of numbers without a calibration constant are as large as digital numbers."""
    loud = np.linspace(34, 45, 800, dtype=np.float32).reshape(2, 20, 20)
    path = write_raster(tmp_path / "db.tif", loud, metadata={"RGBSAR_UNITS": "digital_number to db"})
    optical = write_raster(tmp_path / "o.tif", np.full((3, 20, 20), 9, np.uint8))
    pair = open_pair(job(optical, path), model_card(sar_units="amplitude"))
    (strip,) = pair.strips()
    assert said(pair, "taken as decibels: so 'Prepare SAR' wrote them")
    # 34 dB are an amplitude of 10 ** (34 / 20)
    assert apply_transform(pair.sar, strip.sar)[0, 0, 0] == pytest.approx(50.1187, rel=1e-4)


@pytest.mark.parametrize(
    "sar, unit, message",
    [
        (np.full((2, 20, 20), -12, np.float32), "linear", "negative values .*cannot be negative.*SAR unit to dB"),
        (np.full((2, 20, 20), -12, np.float32), "amplitude", "cannot be negative"),
        (np.full((2, 20, 20), 900, np.float32), "db", "median of 900; decibels"),
        (np.full((2, 20, 20), -1500, np.int16), "db", "median of -1500; decibels.*Set the band's scale .0.01 for"),
        (np.full((2, 20, 20), -1200, np.int16), "auto", "negative whole numbers"),
        (np.full((2, 20, 20), 300, np.uint16), "auto", "'digital_number'; the model was trained on 'linear'"),
    ],
)
def test_impossible_sar_units_are_refused(tmp_path, sar, unit, message):
    with pytest.raises(InputError, match=message):
        inputs(tmp_path, sar=sar, sar_units=unit)


def test_uncalibrated_numbers_serve_a_model_that_normalises_each_scene(tmp_path):
    numbers = np.random.default_rng(0).integers(100, 400, (2, 20, 20)).astype(np.uint16)
    _, sar, pair = inputs(tmp_path, sar=numbers, card=model_card(sar_units="db", percentiles=(0, 100)))
    decibels = 20 * np.log10(numbers[0].astype(float))
    expected = (decibels - decibels.min()) / (decibels.max() - decibels.min())
    assert sar[0] == pytest.approx(expected, abs=1e-5)
    assert any("uncalibrated" in text for text in pair.warnings)


@pytest.mark.parametrize("warped", [False, True])
@pytest.mark.parametrize("found", ["linear", "db", "amplitude", "digital_number"])
def test_calibrated_sar_serves_an_8_bit_model_by_its_amplitude(tmp_path, found, warped):
    # Amplitudes 1000 and 4000: the 99 % quantile is 4000 and becomes 255, a quarter of it 63.75.
    amplitude = np.full((2, 20, 20), 4000.0)
    amplitude[:, :10] = 1000.0
    values = {"linear": amplitude**2 / 1e8, "db": 20 * np.log10(amplitude / 1e4), "digital_number": amplitude}
    sar = values.get(found, amplitude / 1e4).astype(np.uint16 if found == "digital_number" else np.float32)
    _, result, pair = inputs(
        tmp_path,
        sar=sar[:, ::2, ::2] if warped else sar,
        card=model_card(sar_units="digital_number"),
        sar_units=found,
        sar_geotransform=COARSE if warped else None,
    )
    assert result[:, -1] == pytest.approx(255.0, rel=1e-5)
    assert result[:, 0] == pytest.approx(63.75, rel=1e-5)
    assert any("99 % quantile put at 255" in text for text in pair.warnings)


def test_percentiles_map_the_scene_s_range_to_zero_and_one(tmp_path):
    # 1 to 400 in order: the 0th and 100th percentile are 1 and 400; nodata 0 is left out.
    ramp = np.arange(1, 401, dtype=np.uint16).reshape(1, 20, 20).repeat(3, axis=0)
    optical, _, pair = inputs(tmp_path, optical=ramp, card=model_card(percentiles=(0, 100)))
    assert (pair.optical.low, pair.optical.high) == ((1.0,) * 3, (400.0,) * 3)
    assert (optical.min(), optical.max()) == (0, 1)


def test_percentiles_do_not_depend_on_the_extent(tmp_path):
    from rgbsar_core.parameters import Extent

    ramp = np.arange(1, 401, dtype=np.uint16).reshape(1, 20, 20).repeat(3, axis=0)
    extent = Extent(500_000, 3_999_900, 500_100, 4_000_000, "EPSG:32611")
    _, _, pair = inputs(tmp_path, optical=ramp, card=model_card(percentiles=(0, 100)), extent=extent)
    assert pair.grid.width == 10
    assert pair.optical.high == (400.0,) * 3


def test_a_constant_band_is_warned_of(tmp_path):
    _, _, pair = inputs(tmp_path, card=model_card(percentiles=(2, 98)))
    assert any("constant in red, green, blue" in text for text in pair.warnings)


REFLECTANCE = model_card(optical_units="reflectance")


@pytest.mark.parametrize(
    "number, metadata, scales, options, expected, sentence",
    [
        (3000, None, (), {}, 0.3, "neither scale nor offset"),
        (3000, None, (float("nan"), float("inf")), {}, 0.3, "neither scale nor offset"),
        (3000, {"PROCESSING_BASELINE": "04.00"}, (), {}, 0.2, "processing baseline 04.00"),
        (3000, {"PROCESSING_BASELINE": "02.14"}, (), {}, 0.3, "processing baseline 02.14"),
        (3000, {"PROCESSING_BASELINE": "N0400"}, (), {}, 0.2, "processing baseline 04.00"),
        (3000, {"PROCESSING_BASELINE": "N0301"}, (), {}, 0.3, "processing baseline 03.01"),
        (3000, {"BOA_ADD_OFFSET": "-1000", "BOA_QUANTIFICATION_VALUE": "10000"}, (), {}, 0.2, "BOA_ADD_OFFSET"),
        (3000, None, (0.0001, -0.1), {}, 0.2, "as the optical file says"),
        (3000, None, (0.0001, -0.1), {"optical_scale": 0.001, "optical_offset": 0.0}, 3.0, "as given"),
    ],
)
def test_reflectance_of_whole_numbers(tmp_path, number, metadata, scales, options, expected, sentence):
    optical, _, pair = inputs(tmp_path, np.full((3, 20, 20), number, np.uint16), card=REFLECTANCE,
                              metadata=metadata, scales=scales, **options)  # fmt: skip
    assert optical == pytest.approx(expected, rel=1e-6)
    assert said(pair, sentence)


def test_a_left_in_sentinel_2_offset_is_suspected_aloud(tmp_path):
    _, _, pair = inputs(tmp_path, np.full((3, 20, 20), 1100, np.uint16), card=REFLECTANCE)
    assert any("+1000 of Sentinel-2 processing baseline 04.00" in text for text in pair.warnings)


def test_floating_point_reflectance_is_left_alone(tmp_path):
    optical, _, _ = inputs(tmp_path, np.full((3, 20, 20), 0.25, np.float32), card=REFLECTANCE)
    assert optical == pytest.approx(0.25)


def test_8_bit_pixels_are_refused_by_a_reflectance_model(tmp_path):
    with pytest.raises(InputError, match="8-bit pixels; the model was trained on reflectance"):
        inputs(tmp_path, card=REFLECTANCE)


def test_16_bit_pixels_are_stretched_for_an_8_bit_model_and_that_is_said(tmp_path):
    ramp = np.linspace(200, 3200, 400).astype(np.uint16).reshape(1, 20, 20).repeat(3, axis=0)
    optical, _, pair = inputs(tmp_path, ramp)
    assert optical.min() == 0 and optical.max() == 255
    assert any("1st to 99th percentile was stretched to 0-255" in text for text in pair.warnings)
