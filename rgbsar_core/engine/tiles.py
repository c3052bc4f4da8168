"""Cutting tiles out of the band's rows and adding their scores up: by Triton kernels on a GPU, else tile by tile."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Optional

import torch
from torch import Tensor

from ..gpu_kernels import runs_kernels
from .transfer import upload

_BLOCK = 128


@functools.cache
def has_kernels(device: torch.device) -> bool:
    """Whether the kernels run on this device."""
    return device.type == "cuda" and torch.version.hip is None and runs_kernels(device)


@functools.cache
def _kernels() -> Any:
    from . import kernels

    return kernels


def cut_tiles(
    pixels: Optional[Tensor], corners: Sequence[tuple[int, int]], tile: int, memory_format: torch.memory_format
) -> Optional[Tensor]:
    """Windows of (C, h, W) rows as one (N, C, tile, tile) batch.

    Args:
        pixels: None for a modality the model does not use.
        corners: (row, column) of each tile in the rows.
        tile: side in pixels.
        memory_format: of the batch.
    """
    if pixels is None:
        return None
    channels, height, width = pixels.shape
    if has_kernels(pixels.device) and memory_format == torch.channels_last:
        batch = torch.empty((len(corners), tile, tile, channels), device=pixels.device)
        _kernels().cut[(tile, len(corners))](
            pixels.contiguous(), _numbers(corners, pixels.device), batch, height, width, channels, tile,
            BLOCK=_BLOCK, BLOCK_C=1 << (channels - 1).bit_length(),
        )  # fmt: skip
        return batch.permute(0, 3, 1, 2)
    batch = torch.empty((len(corners), channels, tile, tile), device=pixels.device, memory_format=memory_format)
    for target, (top, left) in zip(batch, corners):
        target.copy_(pixels[:, top : top + tile, left : left + tile])
    return batch


def blank_tiles(
    bands: int, count: int, tile: int, memory_format: torch.memory_format, device: torch.device
) -> Tensor:
    """A (N, C, tile, tile) batch of a modality without a valid pixel, as `normalise` leaves it."""
    return torch.empty((count, bands, tile, tile), device=device, memory_format=memory_format).zero_()


def add_tiles(
    total: Tensor, scores: Tensor, corners: Sequence[tuple[int, int]], row_weights: Tensor, column_weights: Tensor
) -> None:
    """Add the weighted class probabilities of tiles to the sums of a band, in the order of the tiles.

    Args:
        total: (K, h, W) float32; changed.
        scores: (N, K, tile, tile) logits where `has_kernels`, else probabilities.
        corners: (row, column) of each tile in the band.
        row_weights, column_weights: (N, tile) float32.
    """
    tile = scores.shape[-1]
    if has_kernels(total.device):
        first_row, last_row = min(top for top, _ in corners), max(top for top, _ in corners) + tile
        first, last = min(left for _, left in corners), max(left for _, left in corners) + tile
        classes = len(total)
        _kernels().blend[(last_row - first_row, -(-(last - first) // _BLOCK))](
            scores, _numbers(corners, total.device), row_weights, column_weights, total,
            len(corners), classes, tile, *total.shape[1:], first_row, first, *scores.stride(),
            BLOCK=_BLOCK, BLOCK_K=1 << (classes - 1).bit_length(),
        )  # fmt: skip
        return
    for one, (top, left), rows, columns in zip(scores, corners, row_weights, column_weights):
        total[:, top : top + tile, left : left + tile].addcmul_(one, rows[:, None] * columns)


def _numbers(corners: Sequence[tuple[int, int]], device: torch.device) -> Tensor:
    """Corners as (N, 2) int32."""
    return upload(torch.tensor(corners, dtype=torch.int32), device)
