"""When the Triton kernels run, and in blocks of what size."""

from __future__ import annotations

import functools
import importlib.util
import os
from typing import Any

import torch
from torch import Tensor, nn

from ...gpu_kernels import runs_kernels

_TYPES = (torch.bfloat16, torch.float16)
_OLDEST = (8, 0)
"""Compute capability from which the matrix units take bfloat16."""

LIBRARY_PROJECTION_FROM = 1536
"""Channels of a block from which the projection is the library's product, after a pass that scales the map."""


@functools.cache
def _device_is_ready(device: torch.device) -> bool:
    if os.environ.get("RGBSAR_NO_TRITON") or importlib.util.find_spec("triton") is None:
        return False
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= _OLDEST and runs_kernels(device)
    return device.type == "cpu" and os.environ.get("TRITON_INTERPRET") == "1"


def is_ready(x: Tensor, weight: Tensor) -> bool:
    """Whether the kernels take this map (N, C, H, W) and the weights it meets."""
    return weight.dtype == x.dtype and x.shape[1] <= 1024 and is_fast(weight)


def is_fast(weight: Tensor) -> bool:
    """Whether a layer of such weights runs by the kernels."""
    return weight.dtype in _TYPES and _device_is_ready(weight.device)


@functools.cache
def _kernels() -> Any:
    from . import kernels

    return kernels


def block(x: Tensor, depthwise: nn.Conv2d, expand: nn.Linear, project: nn.Linear, gamma: Tensor, eps: float) -> Tensor:
    """A ConvNeXt V2 block on (N, C, H, W)."""
    x = pixels_first(x)
    n, height, width, channels = x.shape
    pixels, hidden = height * width, expand.out_features
    normed = _depthwise_norm(x, depthwise, eps)
    tile = block_sizes(pixels, channels, hidden)
    blocks = -(-pixels // tile[0])
    expanded = x.new_empty((n, height, width, hidden))
    squares = torch.empty((n, blocks, hidden), dtype=torch.float32, device=x.device)
    _kernels().expand_gelu[(n * blocks * -(-hidden // tile[1]),)](
        normed, expand.weight, expand.bias, expanded, squares, pixels, channels, hidden,
        BLOCK_M=tile[0], BLOCK_N=tile[1], BLOCK_K=tile[2], IS_EVEN=pixels % tile[0] == 0,
        num_warps=tile[3], num_stages=tile[4],
    )  # fmt: skip
    y = torch.empty_like(x)
    if hidden >= LIBRARY_PROJECTION_FROM:
        rows = max(1, 16384 // power_of_two(hidden))
        _kernels().respond[(n * -(-pixels // rows),)](
            squares, gamma, expanded, x, project.bias, y, blocks, pixels, hidden, channels, eps,
            BLOCK_M=rows, BLOCK_K=power_of_two(hidden), BLOCK_C=power_of_two(channels), num_warps=8,
        )  # fmt: skip
        y.view(-1, channels).addmm_(expanded.view(-1, hidden), project.weight.t())
        return y.permute(0, 3, 1, 2)
    weights = x.new_empty((n, channels, hidden))
    rows = max(1, 8192 // power_of_two(hidden))
    _kernels().response_weights[(n * -(-channels // rows),)](
        squares, gamma, project.weight, weights, blocks, hidden, channels, eps,
        ROWS=rows, BLOCK_K=power_of_two(hidden), num_warps=8,
    )  # fmt: skip
    tile = block_sizes(pixels, hidden, channels)
    _kernels().project_add[(n * -(-pixels // tile[0]) * -(-channels // tile[1]),)](
        expanded, weights, project.bias, x, y, pixels, hidden, channels,
        BLOCK_M=tile[0], BLOCK_N=tile[1], BLOCK_K=tile[2], num_warps=tile[3], num_stages=tile[4],
    )  # fmt: skip
    return y.permute(0, 3, 1, 2)


def block_sizes(pixels: int, k: int, n: int) -> tuple[int, int, int, int, int]:
    """(rows, columns, depth, warps, stages) of a product's blocks, the fastest found on an H200."""
    rows = 128 if pixels >= 128 else 64
    columns = 128 if n >= 96 else max(16, power_of_two(n))
    depth = 64 if k % 64 == 0 else 32
    return rows, columns, depth, 8 if rows == columns == 128 and k >= 384 and n >= 384 else 4, 3


def depthwise_sizes(channels: int) -> tuple[int, int, int]:
    """(rows, columns, warps) of the depthwise convolution's blocks: a thread has eight channels of four rows."""
    padded = power_of_two(channels)
    columns = 8 if padded <= 128 else 4
    return 4, columns, max(1, columns * padded // 256)


def _depthwise_norm(x: Tensor, depthwise: nn.Conv2d, eps: float) -> Tensor:
    n, height, width, channels = x.shape
    rows, columns, warps = depthwise_sizes(channels)
    y = torch.empty_like(x)
    weight, bias = _taps(depthwise, x.dtype)
    _kernels().depthwise_norm[(n * -(-height // rows) * -(-width // columns),)](
        x, weight, bias, y, height, width, channels, eps,
        ROWS=rows, COLUMNS=columns, BLOCK_C=power_of_two(channels), num_warps=warps,
    )  # fmt: skip
    return y


def _taps(depthwise: nn.Conv2d, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """The kernel as (7 columns, 7 rows, C), and the bias, in the map's type; made once."""
    kept: Any = depthwise.__dict__.get("_taps")
    if kept is None or kept[0].device != depthwise.weight.device or kept[0].dtype != dtype:
        bias = depthwise.bias if depthwise.bias is not None else depthwise.weight.new_zeros(len(depthwise.weight))
        kept = depthwise.weight.detach()[:, 0].permute(2, 1, 0).to(dtype).contiguous(), bias.detach().to(dtype)
        depthwise.__dict__["_taps"] = kept
    weight, bias = kept
    return weight, bias


def pixels_first(x: Tensor) -> Tensor:
    """(N, C, H, W) as contiguous (N, H, W, C); no copy for channels-last maps."""
    return x.permute(0, 2, 3, 1).contiguous()


def power_of_two(number: int) -> int:
    """The smallest power of two from `number` on."""
    return 1 << max(0, number - 1).bit_length()
