"""The device's radiometry against the numpy reference."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rgbsar_core.engine.normalise import normalise, to_device
from rgbsar_core.engine.transfer import Uploader
from rgbsar_core.radiometry import CONVERSIONS, InputTransform, apply_transform

CPU = Uploader(torch.device("cpu"))


def transform(convert="none", clip=None, scale=(0.5, 0.01)):
    return InputTransform(
        scale=scale,
        offset=(0.25, -0.1),
        convert=convert,
        low=(0.5, -2.0),
        high=(3.0, 8.0),
        clip=clip,
        mean=(0.4, 0.3),
        std=(0.2, 0.5),
    )


@pytest.mark.parametrize("convert", CONVERSIONS)
@pytest.mark.parametrize("clip", [None, (-0.5, 2.0)])
def test_torch_and_numpy_agree_on_every_conversion(convert, clip):
    pixels = np.random.default_rng(3).uniform(0.2, 3.0, (2, 9, 11)).astype(np.float32)
    radiometry = transform(convert, clip)
    found = normalise(to_device(pixels, CPU), radiometry, torch.ones(9, 11, dtype=torch.bool)).numpy()
    expected = apply_transform(radiometry, pixels)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"])
def test_torch_and_numpy_agree_on_every_data_type(kind):
    highest = 40_000 if kind not in ("int8", "uint8", "int16") else 120
    pixels = np.random.default_rng(4).uniform(0, highest, (2, 5, 6)).astype(kind)
    radiometry = transform(scale=(1e-4, 1e-4))
    found = normalise(to_device(pixels, CPU), radiometry, torch.ones(5, 6, dtype=torch.bool)).numpy()
    assert np.abs(found - apply_transform(radiometry, pixels)).max() < 2e-6


def test_invalid_and_not_finite_values_become_zero():
    pixels = np.array([[[1.0, np.nan, np.inf, 1.0]]], dtype=np.float32)
    radiometry = InputTransform((1.0,), (0.0,), "none", (0.0,), (1.0,), None, (3.0,), (1.0,))
    valid = torch.tensor([[True, True, True, False]])
    assert normalise(to_device(pixels, CPU), radiometry, valid).tolist() == [[[-2.0, 0.0, 0.0, 0.0]]]


def test_the_raw_pixels_are_not_changed():
    pixels = np.full((2, 3, 3), 2.0, dtype=np.float32)
    normalise(to_device(pixels, CPU), transform(), torch.ones(3, 3, dtype=torch.bool))
    assert (pixels == 2.0).all()


@pytest.mark.parametrize("convert", CONVERSIONS)
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_a_pixel_does_not_depend_on_how_many_are_read_with_it(convert, kind):
    """torch takes the last numbers of an array by another routine than the rest, which raises powers differently."""
    pixels = np.random.default_rng(3).uniform(-20, 20, (2, 3, 1000)).astype(kind)
    valid = torch.ones(3, 1000, dtype=torch.bool)
    whole = normalise(to_device(pixels, CPU), transform(convert), valid)
    for first in range(0, 1000, 5):
        part = slice(first, first + 5)
        found = normalise(to_device(np.ascontiguousarray(pixels[..., part]), CPU), transform(convert), valid[:, part])
        assert torch.equal(found, whole[..., part])
