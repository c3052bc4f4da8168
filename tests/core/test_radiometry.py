"""From a file's numbers to the network's, by hand."""

import numpy as np
import pytest

from rgbsar_core.errors import InputError
from rgbsar_core.radiometry import (
    CONVERSIONS,
    InputTransform,
    apply_transform,
    conversion_between,
    convert_units,
    scene_percentiles,
)


def transform(**changes):
    fields = {"scale": (1.0,), "offset": (0.0,), "convert": "none", "low": (0.0,), "high": (1.0,), "clip": None,
              "mean": (0.0,), "std": (1.0,), **changes}  # fmt: skip
    return InputTransform(**fields)


@pytest.mark.parametrize(
    "conversion, value, expected",
    [
        ("none", 5.0, 5.0),
        ("power_to_db", 100.0, 20.0),
        ("power_to_db", 0.0, -100.0),  # the floor
        ("power_to_db", -1.0, -100.0),
        ("power_to_amplitude", 9.0, 3.0),
        ("power_to_amplitude", -1.0, 0.0),
        ("amplitude_to_power", 3.0, 9.0),
        ("amplitude_to_db", 10.0, 20.0),
        ("db_to_power", -10.0, 0.1),
        ("db_to_amplitude", 20.0, 10.0),
    ],
)
def test_sar_units_convert(conversion, value, expected):
    assert convert_units(np.array([value]), conversion)[0] == pytest.approx(expected)


def test_every_pair_of_units_has_a_conversion():
    units = ("linear", "amplitude", "db")
    assert {conversion_between(a, b) for a in units for b in units} == set(CONVERSIONS)


def test_digital_numbers_convert_to_nothing():
    with pytest.raises(InputError, match="cannot go from 'digital_number' to 'db'"):
        conversion_between("digital_number", "db")


def test_the_steps_come_in_the_stated_order():
    # 3 * 2 + 4 = 10 -> 10 dB; (10 - 0) / (5 - 0) = 2 -> clipped to 1.5; (1.5 - 1) / 0.25 = 2.
    steps = transform(scale=(2.0,), offset=(4.0,), convert="power_to_db", high=(5.0,), clip=(0.0, 1.5),
                      mean=(1.0,), std=(0.25,))  # fmt: skip
    result = apply_transform(steps, np.full((1, 2, 2), 3, np.uint8))
    assert result.dtype == np.float32
    assert result == pytest.approx(2.0)


def test_each_band_has_its_own_numbers():
    bands = transform(scale=(1.0, 10.0), offset=(0.0, 1.0), low=(0.0, 0.0), high=(1.0, 1.0), mean=(0.0, 0.0),
                      std=(1.0, 2.0))  # fmt: skip
    assert apply_transform(bands, np.ones((2, 1, 1), np.int16)).ravel().tolist() == [1.0, 5.5]


def test_another_number_of_bands_is_refused():
    with pytest.raises(InputError, match="3 bands found; the radiometry was made for 1"):
        apply_transform(transform(), np.zeros((3, 1, 1)))


def test_percentiles_of_each_band():
    low, high = scene_percentiles(np.stack([np.arange(101.0), np.arange(101.0) * 2]), 2, 98)
    assert low == (2.0, 4.0) and high == (98.0, 196.0)


def test_a_constant_band_maps_to_zero():
    assert scene_percentiles(np.full((1, 9), 7.0), 2, 98) == ((7.0,), (8.0,))


def test_a_transform_survives_the_worker_s_protocol():
    original = transform(clip=(0.0, 1.0))
    assert InputTransform.from_json(original.to_json()) == original


@pytest.mark.parametrize("conversion", CONVERSIONS)
def test_the_engine_computes_the_same(conversion):
    torch = pytest.importorskip("torch")
    from rgbsar_core.engine.normalise import normalise, to_device
    from rgbsar_core.engine.transfer import Uploader

    pixels = np.random.default_rng(3).integers(1, 30, (2, 8, 9)).astype(np.uint16)
    steps = InputTransform(
        scale=(0.1, 0.2), offset=(0.5, -0.1), convert=conversion, low=(0.1, -1.0), high=(2.0, 3.0),
        clip=(-3.0, 4.0), mean=(0.3, 0.4), std=(0.5, 2.0),
    )  # fmt: skip
    upload = Uploader(torch.device("cpu"))
    found = normalise(to_device(pixels, upload), steps, torch.ones(8, 9, dtype=torch.bool)).numpy()
    assert found == pytest.approx(apply_transform(steps, pixels), abs=2e-5)
