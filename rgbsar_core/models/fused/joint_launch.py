"""The Triton kernels of normalisations and of ASANet's joints, called."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor

from .launch import pixels_first, power_of_two


@functools.cache
def _kernels() -> Any:
    from . import joint_kernels

    return joint_kernels


def channel_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Layer normalisation over the channels of (N, C, H, W)."""
    return _scale_norm(x, None, weight, bias, eps)[0]


def patched_norm(x: Tensor, eps: float) -> Tensor:
    """x (N, C, H, W) normalised over its channels, without factor and summand: (N, H // 2, W // 2, 4C) in patches."""
    x = pixels_first(x)
    n, height, width, channels = x.shape
    padded = power_of_two(channels)
    rows = max(4, 4096 // padded)
    y = x.new_empty((n, height // 2, width // 2, 4 * channels))
    _kernels().patch_norm[(n * -(-height * width // rows),)](
        x, y, height, width, channels, eps, BLOCK_M=rows, BLOCK_C=padded, num_warps=4
    )
    return y


def scaled_norm(x: Tensor, scale: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """(x (N, C, H, W) times scale (N, C)) normalised over its channels, and the means (N, C) of that."""
    y, sums = _scale_norm(x, scale, weight, bias, eps)
    return y, (sums.sum(1) / (x.shape[2] * x.shape[3])).to(x.dtype)


def _scale_norm(x: Tensor, scale: Any, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    x = pixels_first(x)
    n, height, width, channels = x.shape
    padded = power_of_two(channels)
    rows = max(4, 4096 // padded)
    blocks = -(-height * width // rows)
    y = torch.empty_like(x)
    sums = torch.empty((n, blocks, channels) if scale is not None else (0,), dtype=torch.float32, device=x.device)
    _kernels().scale_norm[(n * blocks,)](
        x, x if scale is None else scale.contiguous(), weight, bias, y, sums, height * width, channels, eps,
        HAS_SCALE=scale is not None, HAS_SUMS=scale is not None, BLOCK_M=rows, BLOCK_C=padded, num_warps=4,
    )  # fmt: skip
    return y.permute(0, 3, 1, 2), sums


def leads(optical: Tensor, sar: Tensor) -> Tensor:
    """(2, N, C): how far each channel of optical, then of SAR, exceeds the other at most."""
    optical, sar = pixels_first(optical), pixels_first(sar)
    n, height, width, channels = optical.shape
    padded = power_of_two(channels)
    rows = max(4, 8192 // padded)
    blocks = -(-height * width // rows)
    extremes = torch.empty((2, n, blocks, channels), dtype=torch.float32, device=optical.device)
    _kernels().lead_extremes[(n * blocks,)](
        optical, sar, extremes[0], extremes[1], height * width, channels, BLOCK_M=rows, BLOCK_C=padded, num_warps=4
    )
    return torch.stack([extremes[0].amax(1), -extremes[1].amin(1)]).to(optical.dtype)


def gated_pair(optical: Tensor, sar: Tensor, gates: Tensor) -> Tensor:
    """(N, H, W, 2C): both maps (N, C, H, W) times their gates (2, N, C), side by side."""
    optical, sar = pixels_first(optical), pixels_first(sar)
    n, height, width, channels = optical.shape
    padded = power_of_two(channels)
    rows = max(4, 4096 // padded)
    pair = optical.new_empty((n, height, width, 2 * channels))
    _kernels().gate_pair[(n * -(-height * width // rows),)](
        optical, sar, gates.contiguous(), pair, n, height * width, channels,
        BLOCK_M=rows, BLOCK_C=padded, num_warps=4,
    )  # fmt: skip
    return pair


def selected(pair: Tensor, logits: Tensor) -> Tensor:
    """(N, C, H, W): the halves of pair (N, H, W, 2C), each times the softmax of its logits, added."""
    n, height, width, channels = pair.shape
    channels //= 2
    padded = power_of_two(channels)
    rows = max(4, 4096 // padded)
    pixels = n * height * width
    y = pair.new_empty((n, height, width, channels))
    _kernels().select_sum[(-(-pixels // rows),)](
        pair, logits, y, pixels, channels, BLOCK_M=rows, BLOCK_C=padded, num_warps=4
    )
    return y.permute(0, 3, 1, 2)
