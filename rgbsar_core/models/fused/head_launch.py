"""The head's Triton kernels, called."""

from __future__ import annotations

import functools
from typing import Any, Optional

import torch
from torch import Tensor, nn

from .launch import pixels_first, power_of_two

_SHARED_WEIGHTS = 32_768
"""Of a classifier in one program: 64 of the 99 KiB of shared memory that GPUs have."""


@functools.cache
def _kernels() -> Any:
    from . import head_kernels

    return head_kernels


def added(fine: Tensor, coarse: Tensor) -> Tensor:
    """relu(fine (N, C, H, W)) plus coarse (N, C, h, w) enlarged to its size."""
    fine, coarse = pixels_first(fine), pixels_first(coarse)
    n, height, width, channels = fine.shape
    padded = power_of_two(channels)
    columns = max(1, 4096 // padded)
    y = torch.empty_like(fine)
    _kernels().add_enlarged[(n * height * -(-width // columns),)](
        fine, coarse, y, height, width, *coarse.shape[1:3], channels, BLOCK_M=columns, BLOCK_C=padded, num_warps=4
    )
    return y.permute(0, 3, 1, 2)


def convolved(x: Tensor, layer: nn.Conv2d) -> Tensor:
    """relu(layer(x)), (N, C, H, W): bias and ReLU in one pass."""
    y = pixels_first(bare(x, layer))
    channels = y.shape[-1]
    padded = power_of_two(channels)
    rows = max(1, 4096 // padded)
    pixels = y.numel() // channels
    _kernels().bias_relu[(-(-pixels // rows),)](
        y, layer.bias, pixels, channels, BLOCK_M=rows, BLOCK_C=padded, num_warps=4
    )
    return y.permute(0, 3, 1, 2)


def bare(x: Tensor, layer: nn.Conv2d) -> Tensor:
    """The layer's convolution without its bias."""
    y: Tensor = torch.conv2d(x, layer.weight, None, layer.stride, layer.padding, layer.dilation, layer.groups)
    return y


def spread(taps: Tensor, matrix: Tensor, rows: Tensor, first: int) -> None:
    """The columns' part of enlarging one level.

    Args:
        taps: (N, h, 3 w, 3, C).
        matrix: (W, 3 w).
        rows: (N, R, W, C); lines `first` ... `first` + 3 h are written.
        first: line of the level.
    """
    n, height, depth, _, channels = taps.shape
    width = len(matrix)
    block = max(16, min(64, power_of_two(width))), max(16, min(128, power_of_two(channels)))
    grid = (n * height * 3 * -(-width // block[0]) * -(-channels // block[1]),)
    _kernels().spread_columns[grid](
        taps, matrix, rows, height, depth // 3, width, channels, first, rows.shape[1],
        BLOCK_M=block[0], BLOCK_N=block[1], BLOCK_K=32, num_warps=4, num_stages=3,
    )  # fmt: skip


def classified(finest: Tensor, coarse: Tensor, bias: Optional[Tensor], classifier: nn.Conv2d) -> Tensor:
    """Float32 logits (N, K, H, W) of relu(finest (N, C, H, W) + coarse (N, H, W, C) + bias)."""
    finest = pixels_first(finest)
    n, height, width, channels = finest.shape
    classes = len(classifier.weight)
    logits = torch.empty((n, height, width, classes), dtype=torch.float32, device=finest.device)
    padded = power_of_two(channels)
    rows = max(16, 8192 // padded)
    pixels = n * height * width
    together = max(16, min(power_of_two(classes), _SHARED_WEIGHTS // padded))
    _kernels().classify[(-(-pixels // rows), -(-classes // together))](
        finest, coarse, bias, classifier.weight, classifier.bias, logits, pixels, channels, classes,
        BLOCK_M=rows, BLOCK_C=padded, BLOCK_K=together, num_warps=4,
    )  # fmt: skip
    return logits.permute(0, 3, 1, 2)


def enlarged(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """Float32 logits (N, K, h, w) at a larger size."""
    logits = pixels_first(logits)
    n, height, width, classes = logits.shape
    block = min(256, power_of_two(size[1]))
    y = logits.new_empty((n, classes, *size))
    _kernels().enlarge_logits[(n * size[0] * -(-size[1] // block),)](
        logits, y, height, width, *size, classes, BLOCK=block, num_warps=4
    )
    return y
