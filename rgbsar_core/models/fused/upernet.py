"""UPerNet's head without the coarse maps ever being enlarged.

The head's last 3x3 convolution sees four maps, three of them enlarged bilinearly to the finest. Enlarging and
convolving are both linear and act on rows and columns apart, so for a coarse map x and the kernel's taps W_ij

    conv(up(x)) = sum_ij  R_i ( W_ij x ) C_j^T

with R_i (H x h) and C_j (W x w): enlarging, moved by one row or column, nothing beyond the border. The taps act at
the coarse size; what follows are products with two small matrices. That is 19.2 instead of 25.8 billion
multiply-accumulates for ASANet and a 256 x 256 tile, and the enlarged maps are never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.conv import resize, spatial_size
from ..layers.pyramid_pooling import POOLED_SIZES, PyramidPooling
from ..layers.upernet import UPerNetHead
from . import head_launch, launch
from .folding import convolution, folded, linear

_TAPS = 3


class FusedUPerNetHead(nn.Module):
    """The head's answer with fewer operations; see the module's text."""

    def __init__(self, head: UPerNetHead) -> None:
        super().__init__()
        width = head.classifier.in_channels
        self.pooled = FusedPyramidPooling(head.pooled)
        self.bottleneck, self.smooth, self.classifier = head.bottleneck, head.smooth, head.classifier
        self.laterals = nn.ModuleList(_product(unit) for unit in head.laterals)
        weight, bias = folded(head.fuse)
        self.finest = convolution(weight[:, :width], bias, like=head.fuse.conv)
        taps = weight.permute(3, 2, 0, 1)  # (column, row, out, in)
        self.coarser = nn.ModuleList()
        for first in range(width, weight.shape[1], width):
            part = taps[..., first : first + width].flatten(0, 2)
            self.coarser.append(linear(part, torch.zeros(len(part)), like=head.fuse.conv.weight))
        self._matrices: dict[tuple[object, ...], Tensor] = {}

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Four maps (N, C_i, H_i, W_i), finest first -> logits (N, K, H_0, W_0), no softmax."""
        fast = launch.is_ready(features[0], self.classifier.weight)
        unit = _fast_unit if fast else _plain_unit
        levels = [lateral(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2) for lateral, x in zip(self.laterals, features)]
        levels.append(unit(self.bottleneck, self.pooled(features[-1])))
        for i in range(len(levels) - 1, 0, -1):
            if fast:
                levels[i - 1] = head_launch.added(levels[i - 1], levels[i])
            else:
                levels[i - 1] = F.relu(levels[i - 1]) + resize(levels[i], spatial_size(levels[i - 1]))
        maps = [unit(smooth, x) for smooth, x in zip(self.smooth, levels)] + [levels[-1]]
        rows, sizes = self._spread(maps, fast)
        height = maps[0].shape[2]
        matrix = self._matrix(sizes, height, rows)
        coarse = torch.matmul(matrix, rows.flatten(2)).unflatten(2, rows.shape[2:])  # (N, H, W, width)
        if fast:
            finest = head_launch.bare(maps[0], self.finest)
            return head_launch.classified(finest, coarse, self.finest.bias, self.classifier)
        logits: Tensor = self.classifier(F.relu_(self.finest(maps[0]) + coarse.permute(0, 3, 1, 2)))
        return logits

    def _spread(self, maps: Sequence[Tensor], fast: bool) -> tuple[Tensor, tuple[int, ...]]:
        """The coarser levels' taps, columns enlarged: (N, sum of 3 h, W, width), and each level's h."""
        count, channels, _, width = maps[0].shape
        sizes = tuple(x.shape[2] for x in maps[1:])
        made, rows, first = [], maps[0].new_empty(0), 0
        if fast:
            rows = maps[0].new_empty((count, _TAPS * sum(sizes), width, channels))
        for taps, x in zip(self.coarser, maps[1:]):
            h, w = spatial_size(x)
            y = taps(x.permute(0, 2, 3, 1)).reshape(count, h, _TAPS * w, _TAPS, channels)  # (N, h, (w, column), row, C)
            matrix = self._matrix((w,), width, y)
            if fast:
                head_launch.spread(y, matrix, rows, first)
                first += _TAPS * h
                continue
            y = torch.matmul(matrix, y.flatten(3)).unflatten(3, (_TAPS, channels))  # (N, h, W, row, C)
            made.append(y.transpose(2, 3).flatten(1, 2))  # (N, (h, row), W, C)
        return (rows if fast else torch.cat(made, dim=1)), sizes

    def _matrix(self, sizes: tuple[int, ...], size: int, like: Tensor) -> Tensor:
        """(size, sum of 3 h): enlarge axes of h pixels to `size`, for each of the three taps, and add them up."""
        key = (sizes, size, like.dtype, like.device)
        if key not in self._matrices:
            parts = [_enlarging(h, size).reshape(size, _TAPS * h) for h in sizes]
            self._matrices[key] = torch.cat(parts, dim=1).to(like.dtype).to(like.device)
        return self._matrices[key]


class FusedPyramidPooling(nn.Module):
    """All levels of a `PyramidPooling` at once: two products with small matrices around one with the weights."""

    def __init__(self, pooling: PyramidPooling) -> None:
        super().__init__()
        units: list[Any] = list(pooling)
        numbers = [folded(unit) for unit in units]
        weight, bias = (torch.cat(parts) for parts in zip(*numbers))
        self.levels = len(units)
        self.product = linear(weight.flatten(1), bias, like=units[0].conv.weight)
        self._matrices: dict[tuple[object, ...], tuple[Tensor, Tensor, Tensor]] = {}

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> (N, C + levels * width, h, w), x first, then the levels, coarsest first."""
        height, width = spatial_size(x)
        average, mask, enlarge = self._matrix(height, width, x)
        pixels = x.permute(0, 2, 3, 1).flatten(1, 2)  # (N, h w, C)
        cells = F.relu_(self.product(torch.matmul(average, pixels)))  # (N, cells, levels * width)
        cells = cells.unflatten(2, (self.levels, -1)) * mask  # each level keeps the cells of its own
        levels = torch.matmul(enlarge, cells.flatten(2)).to(x.dtype)
        return torch.cat([pixels, levels], dim=2).unflatten(1, (height, width)).permute(0, 3, 1, 2)

    def _matrix(self, height: int, width: int, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(cells, h w): means over cells; (cells, levels, 1): whose cell; (h w, cells): back to pixels."""
        key = (height, width, like.dtype, like.device)
        if key not in self._matrices:
            averages, enlarging = [], []
            for side in POOLED_SIZES:
                cell = torch.einsum("ih,jw->ijhw", _averaging(height, side), _averaging(width, side))
                averages.append(cell.reshape(side * side, height * width))
                cells = torch.eye(side * side, dtype=torch.float64).reshape(-1, 1, side, side)
                enlarging.append(resize(cells, (height, width)).flatten(1).t())
            owner = torch.cat([torch.full((side**2,), level) for level, side in enumerate(POOLED_SIZES)])
            mask = owner[:, None] == torch.arange(self.levels)
            made = torch.cat(averages), mask[..., None], torch.cat(enlarging, dim=1)
            self._matrices[key] = tuple(m.to(like.dtype).to(like.device) for m in made)  # type: ignore[assignment]
        return self._matrices[key]


def _product(unit: Any) -> nn.Linear:
    """A 1x1 convolution and its normalisation; the activation is left to the caller."""
    weight, bias = folded(unit)
    return linear(weight.flatten(1), bias, like=unit.conv.weight)


def _plain_unit(unit: Any, x: Tensor) -> Tensor:
    y: Tensor = unit(x)
    return y


def _fast_unit(unit: Any, x: Tensor) -> Tensor:
    return head_launch.convolved(x, unit.conv)


def _averaging(size: int, cells: int) -> Tensor:
    """(cells, size): the mean over each cell of an axis."""
    return F.adaptive_avg_pool1d(torch.eye(size, dtype=torch.float64)[None], cells)[0].t()


def _enlarging(size: int, enlarged: int) -> Tensor:
    """(enlarged, size, 3): what pixel `size` gives to the neighbour before, at and after an enlarged pixel."""
    one = F.interpolate(torch.eye(size, dtype=torch.float64)[None], size=enlarged, mode="linear")[0].t()
    before, after = torch.zeros_like(one), torch.zeros_like(one)
    before[1:], after[:-1] = one[:-1], one[1:]
    return torch.stack([before, one, after], dim=-1)
