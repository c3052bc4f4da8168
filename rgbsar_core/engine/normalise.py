"""The radiometry of :class:`~rgbsar_core.radiometry.InputTransform` on the device, in torch.

Everything affine is folded in double precision into one factor and one summand per band, so a raster
without clip and unit conversion costs a single pass. Agrees with ``radiometry.apply_transform`` to 1e-6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..radiometry import POWER_FLOOR, InputTransform
from .transfer import Uploader

_DIRECT = {np.dtype(name) for name in ("uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")}
_WIDE = {np.dtype(name) for name in ("int32", "int64", "uint32", "uint64", "float64")}
_ROUND = 64  # numbers, a multiple of what any processor takes at once


def to_device(pixels: NDArray[Any], upload: Uploader) -> Tensor:
    """Raw (C, h, W) pixels on the device, copied in the file's type.

    Returns:
        float32, or float64 for types float32 cannot hold exactly; memory of its own.
    """
    device = upload.device
    wide = pixels.dtype in _WIDE and device.type != "mps"
    floating = torch.float64 if wide else torch.float32
    if pixels.dtype == np.uint16:  # torch before 2.3 has no uint16: its bits travel as int16
        return upload(pixels.view(np.int16)).to(torch.int32).bitwise_and_(0xFFFF).to(floating)
    if pixels.dtype not in _DIRECT or (device.type == "mps" and pixels.dtype == np.float64):
        pixels = pixels.astype(np.float64 if wide else np.float32)
    raw = upload(pixels)
    return raw.to(floating, copy=raw.dtype == floating and device.type == "cpu")


def normalise(pixels: Tensor, transform: InputTransform, valid: Tensor) -> Tensor:
    """Raw pixels to the network's input.

    Args:
        pixels: (C, h, W) float, raw numbers of the file; changed in place.
        transform: the radiometry.
        valid: (h, W) bool; False becomes 0 in the result, and so does any value that is not finite.

    Returns:
        (C, h, W) float32.
    """
    range_factor = [1.0 / (high - low) for low, high in zip(transform.low, transform.high)]
    factor, summand = list(transform.scale), list(transform.offset)
    if transform.convert != "none":
        pixels = _convert(_affine(pixels, factor, summand), transform.convert)
        factor, summand = [1.0] * transform.bands, [0.0] * transform.bands
    summand = [(s - low) * r for s, low, r in zip(summand, transform.low, range_factor)]
    factor = [f * r for f, r in zip(factor, range_factor)]
    if transform.clip is not None:
        pixels = _affine(pixels, factor, summand).clamp_(*transform.clip)
        factor, summand = [1.0] * transform.bands, [0.0] * transform.bands
    summand = [(s - mean) / std for s, mean, std in zip(summand, transform.mean, transform.std)]
    factor = [f / std for f, std in zip(factor, transform.std)]
    pixels = _affine(pixels, factor, summand).float()
    return pixels.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0).mul_(valid)


def _affine(pixels: Tensor, factor: Sequence[float], summand: Sequence[float]) -> Tensor:
    if all(f == 1.0 for f in factor) and all(s == 0.0 for s in summand):
        return pixels
    for band, f, s in zip(pixels, factor, summand):
        band.mul_(f).add_(s)
    return pixels


def _convert(values: Tensor, conversion: str) -> Tensor:
    """Change SAR units; amplitude = sqrt(power), dB = 10 log10(power)."""
    if conversion == "power_to_db":
        return values.clamp_(min=POWER_FLOOR).log10_().mul_(10.0)
    if conversion == "amplitude_to_db":
        return values.square_().clamp_(min=POWER_FLOOR).log10_().mul_(10.0)
    if conversion == "power_to_amplitude":
        return values.clamp_(min=0.0).sqrt_()
    if conversion == "amplitude_to_power":
        return values.square_()
    if conversion == "db_to_power":
        return _power_of_ten(values.mul_(0.1))
    return _power_of_ten(values.mul_(0.05))


def _power_of_ten(exponents: Tensor) -> Tensor:
    """10 to these powers.

    torch takes the last few numbers of an array by another routine than the rest on CPUs, one unit in the last place
    apart at times; a pixel's value must not depend on how many are read with it.
    """
    if exponents.device.type != "cpu":
        return torch.pow(10.0, exponents)
    flat = functional.pad(exponents.flatten(), (0, -exponents.numel() % _ROUND))
    return torch.pow(10.0, flat)[: exponents.numel()].view_as(exponents)
