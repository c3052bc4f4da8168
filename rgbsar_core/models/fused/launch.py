"""When the Triton kernels run, and in blocks of what size."""

from __future__ import annotations

import functools
import importlib.util
import os
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from .convnext_v2 import FusedChannelNorm

_TYPES = (torch.bfloat16, torch.float16)
_OLDEST = (8, 0)
"""Compute capability from which the matrix units take bfloat16."""


@functools.cache
def _device_is_ready(device: torch.device) -> bool:
    if os.environ.get("RGBSAR_NO_TRITON") or importlib.util.find_spec("triton") is None:
        return False
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= _OLDEST
    return device.type == "cpu" and os.environ.get("TRITON_INTERPRET") == "1"


def is_ready(x: Tensor, weight: Tensor) -> bool:
    """Whether the kernels take this map (N, C, H, W) and the weights it meets."""
    return x.dtype in _TYPES and weight.dtype == x.dtype and x.shape[1] <= 1024 and _device_is_ready(x.device)


@functools.cache
def _kernels() -> Any:
    from . import kernels

    return kernels


def block(x: Tensor, depthwise: nn.Conv2d, expand: nn.Linear, project: nn.Linear, gamma: Tensor, eps: float) -> Tensor:
    """A ConvNeXt V2 block on (N, C, H, W)."""
    x = _pixels_first(x)
    n, height, width, channels = x.shape
    pixels, hidden = height * width, expand.out_features
    normed = _depthwise_norm(x, depthwise, eps)
    tile = block_sizes(pixels, channels, hidden)
    blocks = -(-pixels // tile[0])
    expanded = x.new_empty((n, height, width, hidden))
    squares = torch.empty((n, blocks, hidden), dtype=torch.float32, device=x.device)
    _kernels().expand_gelu[(n * blocks * -(-hidden // tile[1]),)](
        normed, expand.weight, expand.bias, expanded, squares, pixels, channels, hidden,
        BLOCK_M=tile[0], BLOCK_N=tile[1], BLOCK_K=tile[2], num_warps=tile[3], num_stages=tile[4],
    )  # fmt: skip
    scale = x.new_empty((n, hidden))
    _kernels().response_scale[(n,)](
        squares, gamma, scale, blocks, hidden, eps, BLOCK_C=_power_of_two(hidden), num_warps=8
    )
    tile = block_sizes(pixels, hidden, channels)
    y = torch.empty_like(x)
    _kernels().project_add[(n * -(-pixels // tile[0]) * -(-channels // tile[1]),)](
        expanded, scale, project.weight, project.bias, x, y, pixels, hidden, channels,
        BLOCK_M=tile[0], BLOCK_N=tile[1], BLOCK_K=tile[2], num_warps=tile[3], num_stages=tile[4],
    )  # fmt: skip
    return y.permute(0, 3, 1, 2)


def block_sizes(pixels: int, k: int, n: int) -> tuple[int, int, int, int, int]:
    """(rows, columns, depth, warps, stages) of a product's blocks."""
    rows = 128 if pixels >= 128 else 64
    columns = 128 if n >= 96 else max(16, _power_of_two(n))
    depth = 64 if k % 64 == 0 else 32
    return rows, columns, depth, 8 if rows * columns >= 128 * 128 else 4, 3


def depthwise_sizes(channels: int) -> tuple[int, int, int]:
    """(rows, columns, warps) of the depthwise convolution's blocks: 64 sums a thread."""
    padded = _power_of_two(channels)
    if padded <= 128:
        return 4, 16, 4
    if padded <= 256:
        return 4, 8, 4
    if padded <= 512:
        return 4, 8, 8
    return 2, 8, 8


def _depthwise_norm(x: Tensor, depthwise: nn.Conv2d, eps: float) -> Tensor:
    n, height, width, channels = x.shape
    rows, columns, warps = depthwise_sizes(channels)
    y = torch.empty_like(x)
    weight, bias = _taps(depthwise)
    _kernels().depthwise_norm[(n * -(-height // rows) * -(-width // columns),)](
        x, weight, bias, y, height, width, channels, eps,
        ROWS=rows, COLUMNS=columns, BLOCK_C=_power_of_two(channels), num_warps=warps,
    )  # fmt: skip
    return y


def _taps(depthwise: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """The kernel as (7 columns, 7 rows, C), and the bias, float32; made once."""
    kept: Any = depthwise.__dict__.get("_taps")
    if kept is None or kept[0].device != depthwise.weight.device:
        bias = depthwise.bias if depthwise.bias is not None else depthwise.weight.new_zeros(len(depthwise.weight))
        kept = depthwise.weight.detach()[:, 0].float().permute(2, 1, 0).contiguous(), bias.detach().float()
        depthwise.__dict__["_taps"] = kept
    weight, bias = kept
    return weight, bias


def channel_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Layer normalisation over the channels of (N, C, H, W)."""
    return _scale_norm(x, None, weight, bias, eps)[0]


def scaled_norm(x: Tensor, scale: Tensor, norm: FusedChannelNorm) -> tuple[Tensor, Tensor]:
    """(x (N, C, H, W) times scale (N, C)) normalised over its channels, and the means (N, C) of that."""
    y, sums = _scale_norm(x, scale, norm.weight, norm.bias, norm.eps)
    return y, (sums.sum(1) / (x.shape[2] * x.shape[3])).to(x.dtype)


def _scale_norm(x: Tensor, scale: Any, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    x = _pixels_first(x)
    n, height, width, channels = x.shape
    padded = _power_of_two(channels)
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
    optical, sar = _pixels_first(optical), _pixels_first(sar)
    n, height, width, channels = optical.shape
    padded = _power_of_two(channels)
    rows = max(4, 8192 // padded)
    blocks = -(-height * width // rows)
    extremes = torch.empty((2, n, blocks, channels), dtype=torch.float32, device=optical.device)
    _kernels().lead_extremes[(n * blocks,)](
        optical, sar, extremes[0], extremes[1], height * width, channels, BLOCK_M=rows, BLOCK_C=padded, num_warps=4
    )
    return torch.stack([extremes[0].amax(1), -extremes[1].amin(1)]).to(optical.dtype)


def gated_pair(optical: Tensor, sar: Tensor, gates: Tensor) -> Tensor:
    """(N, H, W, 2C): both maps (N, C, H, W) times their gates (2, N, C), side by side."""
    optical, sar = _pixels_first(optical), _pixels_first(sar)
    n, height, width, channels = optical.shape
    padded = _power_of_two(channels)
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
    padded = _power_of_two(channels)
    rows = max(4, 4096 // padded)
    pixels = n * height * width
    y = pair.new_empty((n, height, width, channels))
    _kernels().select_sum[(-(-pixels // rows),)](
        pair, logits, y, pixels, channels, BLOCK_M=rows, BLOCK_C=padded, num_warps=4
    )
    return y.permute(0, 3, 1, 2)


def _pixels_first(x: Tensor) -> Tensor:
    """(N, C, H, W) as contiguous (N, H, W, C); no copy for channels-last maps."""
    return x.permute(0, 2, 3, 1).contiguous()


def _power_of_two(number: int) -> int:
    return 1 << max(0, number - 1).bit_length()
